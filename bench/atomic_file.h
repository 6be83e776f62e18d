/*
 * atomic_file.h: output files that appear whole or not at all
 *
 * Text is gathered in memory and reaches the disk in atomic_file_commit alone:
 * temporary file beside the target, fsync, rename. A program that dies or gives
 * up before leaves nothing behind and an older file as it was.
 */
#ifndef BENCH_ATOMIC_FILE_H
#define BENCH_ATOMIC_FILE_H

#include <stddef.h>
#include <stdio.h>

struct atomic_file {
	FILE *stream; /* write here; errors may be left for the commit */
	char *path; /* of the target, symbolic links followed */
	char *text;
	size_t text_bytes;
};

/* Prepares a file that commit will put at path. What can be known early is
 * told early: -ENOENT or -ENOTDIR (no such directory), -EACCES or -EROFS (not
 * writable), -EISDIR, -ENOMEM. A path that is no regular file, /dev/stdout for
 * one, is written to directly on commit. */
int atomic_file_open(struct atomic_file *f, const char *path);

/* Puts the file in place with mode 0666 less the umask. 0, or a negative errno
 * and the target is as it was. Frees *f in any case. */
int atomic_file_commit(struct atomic_file *f);

/* Gives up: frees *f, touches nothing. */
void atomic_file_abort(struct atomic_file *f);

#endif
