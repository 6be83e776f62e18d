/*
 * scratch.h: a directory to make files in, and what a call must not leave
 * behind
 */
#ifndef LIBPMEM_TEST_SCRATCH_H
#define LIBPMEM_TEST_SCRATCH_H

#include <stddef.h>
#include <sys/types.h>

/* The path of name in a directory that this process made and removes at its
 * end. The text is kept until then. */
const char *scratch_path(const char *name);

/* Makes the file anew, len_bytes long, every byte fill; returns its path. */
const char *scratch_file(const char *name, size_t len_bytes, int fill);

/* The length of a file, or -1 if there is none. */
off_t scratch_len(const char *path);

/* Files in the directory. */
int scratch_count(void);

/* A copy of this program that runs with the rights of another user, which is
 * nobody; NULL if this process may not make one. */
const char *scratch_setuid_copy(void);

/* Open descriptors and mapped bytes of this process; the heap and the stacks,
 * which may grow at any call, are left out. Mappings are not counted: an
 * allocator that changes the protection of a part splits one in two. */
struct holdings {
	int descriptors;
	size_t mapped_bytes;
};
struct holdings holdings_take(void);

/* Fails the test if anything has been added since, or removed. what says after
 * which step. */
void holdings_check(const struct holdings *before, const char *what);

/* Runs a function in a forked child, which ends with its result as exit
 * status, and returns that status; -1 if a signal ended it. */
int child_run(int (*function)(void *arg), void *arg);

#endif
