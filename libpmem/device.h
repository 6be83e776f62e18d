/*
 * device.h: what sysfs says about a device DAX and about block devices
 *
 * No state, no allocation; errno is left as it was.
 */
#ifndef LIBPMEM_DEVICE_H
#define LIBPMEM_DEVICE_H

#include <stddef.h>
#include <sys/types.h>

/* 1 if the character device is a device DAX, 0 if not, -errno if sysfs does not
 * know it. */
int device_is_dax(dev_t rdev);

/* Its size in bytes; 0 or -errno. */
int device_size(dev_t rdev, size_t *size_bytes);

/* The node of its memory, or -1: unknown. */
int device_node(dev_t rdev);

/* The number of its nd region, or -1: it has none. */
int device_region(dev_t rdev);

/* The node of the memory of a pmem block device, or of the device that a
 * partition is part of; -1: unknown. */
int device_block_node(dev_t dev);

/* Has the memory controllers of a region write what they hold to the medium. 0
 * or -errno; -ENOTSUP if the region does not offer it. */
int device_deep_flush(int region);

#endif
