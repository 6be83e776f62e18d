/*
 * room.c: guarded memory and noise to fill it with
 */
#include "room.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"

/* Noise is taken from another place each time; a prime step, so that a byte
 * that stands still in one of two buffers is seen. */
#define NOISE_STEP ((size_t)61)
#define NOISE_TURNS 64U
#define NOISE_EXTRA_BYTES PAGE_BYTES

static char *
pages_get(size_t size_bytes)
{
	char *p = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED, "mmap of %zu bytes", size_bytes);
	return p;
}

static char *
noise_make(size_t size_bytes)
{
	uint64_t x = 88172645463325252; /* any but 0: Marsaglia's xorshift */
	char *noise = pages_get(size_bytes);

	for (size_t i = 0; i < size_bytes; i += sizeof(x)) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		memcpy(noise + i, &x, sizeof(x));
	}
	return noise;
}

struct room
room_make(size_t size_bytes)
{
	char *outer = pages_get(size_bytes + 2 * PAGE_BYTES);
	char *start = outer + PAGE_BYTES;
	struct room room = {.start = start,
		.mirror = pages_get(size_bytes),
		.size_bytes = size_bytes,
		.noise = noise_make(size_bytes + NOISE_EXTRA_BYTES)};

	CHECK(!mprotect(outer, PAGE_BYTES, PROT_NONE) &&
			!mprotect(start + size_bytes, PAGE_BYTES, PROT_NONE),
		"guard pages");
	room_fill(&room, 0);
	return room;
}

void
room_drop(struct room *room)
{
	munmap(room->start - PAGE_BYTES, room->size_bytes + 2 * PAGE_BYTES);
	munmap(room->mirror, room->size_bytes);
	munmap(room->noise, room->size_bytes + NOISE_EXTRA_BYTES);
}

void
room_fill(struct room *room, size_t from)
{
	const char *noise = room->noise +
			    NOISE_STEP * (room->turn++ % NOISE_TURNS);

	memcpy(room->start + from, noise, room->size_bytes - from);
	memcpy(room->mirror + from, noise, room->size_bytes - from);
}

size_t
room_wrong(const struct room *room)
{
	size_t i = 0;

	if (!memcmp(room->start, room->mirror, room->size_bytes))
		return room->size_bytes;
	while (room->start[i] == room->mirror[i])
		i++;
	return i;
}
