/*
 * ranges.h: which address ranges are persistent memory, and on which node
 *
 * Filled by pmem_map_file, emptied by pmem_unmap, read by pmem_is_pmem and the
 * deep flush. Readers take no lock and never wait for long, so they may run in
 * a signal handler that interrupted a writer.
 */
#ifndef LIBPMEM_RANGES_H
#define LIBPMEM_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The base page of x86-64, the unit of mmap. */
#define PAGE_BYTES ((size_t)4096)

enum range_kind {
	RANGE_OTHER, /* an ordinary mapping: only takes the place of old ones */
	RANGE_MAP_SYNC, /* a DAX file mapped with MAP_SYNC */
	RANGE_DEVICE, /* device DAX */
};

struct range {
	/* [start, end): start is page aligned, end is where the file ends,
	 * since the rest of its last page is not persistent. */
	uintptr_t start, end;
	enum range_kind kind;
	int mem_node; /* kernel node number, or -1: unknown */
	int region; /* nd region of a device DAX, or -1 */
};

/* Remembers a mapping that has just been made; ranges it covers that were not
 * removed (unmapped behind the library's back) are replaced. 0 or -ENOMEM. */
int ranges_add(const struct range *range);

/* munmap, and forgets the pages in the same step, splitting ranges that they
 * cut: a mapping that another thread puts there is not forgotten. 0, or -errno
 * of munmap or -ENOMEM; then nothing has changed. */
int ranges_unmap(void *addr, size_t len_bytes);

/* Finds the range that holds addr, or the first one above it. False if there
 * is none, or (contended: a writer is at work) if no consistent view was had
 * in bounded time. Async-signal-safe, lock-free. */
bool ranges_find(uintptr_t addr, struct range *found, bool *contended);

/* The same, but waits for the writer. Not for signal handlers. */
bool ranges_find_wait(uintptr_t addr, struct range *found);

#endif
