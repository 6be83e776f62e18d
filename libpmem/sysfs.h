/*
 * sysfs.h: small kernel attribute files as text and numbers
 *
 * No state, no allocation; descriptors are close-on-exec and closed before
 * return. errno is left as it was.
 */
#ifndef LIBPMEM_SYSFS_H
#define LIBPMEM_SYSFS_H

#include <stddef.h>

/* Reads up to size_bytes - 1 bytes of a file into buf and terminates them with
 * a NUL. Returns the number of bytes (0: the file is empty), or -errno. */
int sysfs_read(const char *path, char *buf, size_t size_bytes);

/* Reads a file that is one decimal number and a newline. 0, or -errno, EINVAL
 * if it is anything else. */
int sysfs_read_long(const char *path, long *value);

/* Replaces the content of an attribute by text. 0, or -errno. */
int sysfs_write(const char *path, const char *text);

#endif
