/*
 * room.h: memory for one operation, fenced in, and what it must hold after
 *
 * A room lies between two pages that may not be touched, so that a kernel that
 * strays by a byte beyond either end is killed. Its mirror gets the same
 * operation from libc.
 */
#ifndef LIBPMEM_TEST_ROOM_H
#define LIBPMEM_TEST_ROOM_H

#include <stddef.h>

#define PAGE_BYTES ((size_t)4096)

struct room {
	char *start, *mirror;
	size_t size_bytes;
	char *outer; /* the mapping that holds the room and what fences it */
	size_t outer_bytes;
	char *noise;
	unsigned turn;
};

/* Makes a room of whole pages, filled; ends the test if there is no memory. Its
 * memory is anonymous or, where PMEM_TEST_MEMORY names one, that of a file on a
 * DAX file system or of a device, which is overwritten. A device cannot be
 * fenced at less than its alignment: only the end of a room on it is. */
struct room room_make(size_t size_bytes);
void room_drop(struct room *room);

/* Gives the bytes from an offset on, in the room and in the mirror, other
 * values than they had the last time. */
void room_fill(struct room *room, size_t from);

/* Offset of the first byte that differs from the mirror; size_bytes: none. */
size_t room_wrong(const struct room *room);

#endif
