/*
 * library.h: a libpmem.so of any make, opened beside our own
 */
#ifndef BENCH_LIBRARY_H
#define BENCH_LIBRARY_H

#include <stddef.h>

struct library {
	void *handle; /* of dlopen */
	char *path; /* absolute, symbolic links followed */
	/* policy_describe (libpmem/policy.h) of that build, or NULL: not a
	 * build of this project. */
	size_t (*describe)(char *buf, size_t size_bytes);
};

#define LIBRARY_ERROR_BYTES 500

/* Loads a file with RTLD_LOCAL, so that several can be open at once; it reads
 * its environment variables now. 0, or -EINVAL with one line "what: why" in
 * error: it cannot be opened, or is no libpmem. */
int library_open(
	struct library *lib, const char *path, char error[LIBRARY_ERROR_BYTES]);

void library_close(struct library *lib);

/* What describe tells, whole; the caller frees it. NULL: not a build of this
 * project, or out of memory. */
char *library_describe(const struct library *lib);

#endif
