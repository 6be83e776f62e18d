/*
 * ranges.h: which address ranges are persistent memory, and on which node
 *
 * Filled by pmem_map_file, emptied by pmem_unmap, read by pmem_is_pmem, the deep
 * flush and, where tuned rows differ between nodes, by the copy functions.
 * Readers take no lock and never wait for long, so they may run in a signal
 * handler that interrupted a writer.
 */
#ifndef LIBPMEM_RANGES_H
#define LIBPMEM_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum range_kind {
	RANGE_OTHER,     /* an ordinary mapping: remembered for its node only */
	RANGE_MAP_SYNC,  /* a DAX file mapped with MAP_SYNC */
	RANGE_DEVICE,    /* device DAX */
};

struct range {
	uintptr_t start, end;  /* [start, end), page aligned */
	enum range_kind kind;
	int mem_node;          /* kernel node number, or -1: unknown */
	int region;            /* nd region of a device DAX, or -1 */
};

/* Remembers a mapping that has just been made; ranges it covers that were not
 * removed (unmapped behind the library's back) are replaced. 0 or -ENOMEM. */
int ranges_add(const struct range *range);

/* Forgets [start, end), splitting ranges that it cuts. 0, or -ENOMEM if a
 * split needs room that cannot be had (then nothing has changed). */
int ranges_remove(uintptr_t start, uintptr_t end);

/* Finds the range that holds addr, or the first one above it. False if there
 * is none, or (contended: a writer is at work) if no consistent view was had
 * in bounded time. */
bool ranges_find(uintptr_t addr, struct range *found, bool *contended);

#endif
