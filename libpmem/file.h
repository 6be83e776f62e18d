/*
 * file.h: the file behind a mapping: opened, made, sized, and undone
 *
 * Failures leave their text for pmem_errormsg.
 */
#ifndef LIBPMEM_FILE_H
#define LIBPMEM_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct file {
	int fd;
	bool device; /* device DAX, else a regular file */
	dev_t dev; /* of the device DAX, or of the file's system */
	size_t len_bytes; /* to be mapped */
	size_t old_len_bytes; /* when it was opened */
	bool created; /* by this call */
	const char *path; /* the caller's */
	char *target; /* what path leads to, if a dangling link, or NULL */
};

/* Does what the arguments of pmem_map_file ask for, up to the mapping. An
 * existing file that is too long keeps its length until file_keep. 0 and *file,
 * to be ended by file_keep or file_undo; or -errno with everything undone. */
int file_open(struct file *file, const char *path, size_t len_bytes, int flags,
	mode_t mode);

/* Cuts the file to its new length and closes it; 0. Or -errno, and it is still
 * to be undone. */
int file_keep(struct file *file);

/* Removes a new file, gives an existing one its old length, closes it. */
void file_undo(struct file *file);

#endif
