/*
 * place.h: where a file is mapped
 */
#ifndef LIBPMEM_PLACE_H
#define LIBPMEM_PLACE_H

#include <stdbool.h>
#include <stddef.h>

/* Maps len_bytes of fd, shared, readable and writable, at an address aligned to
 * a huge page: from PMEM_MMAP_HINT upwards if that is set, else where the
 * kernel's randomisation puts it. *synced tells whether the kernel keeps the
 * file's metadata durable by itself (MAP_SYNC), so that stores need no msync.
 * 0, or -errno with a text for pmem_errormsg. */
int place_map(int fd, size_t len_bytes, void **addr, bool *synced);

#endif
