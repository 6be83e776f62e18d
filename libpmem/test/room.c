/*
 * room.c: guarded memory and noise to fill it with
 */
#include "room.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

/* Noise is taken from another place each time; a prime step, so that a byte
 * that stands still in one of two buffers is seen. */
#define NOISE_STEP ((size_t)61)
#define NOISE_TURNS 64U
#define NOISE_EXTRA_BYTES PAGE_BYTES

/* The alignment of device DAX, unless its maker asked for another. */
#define DEVICE_UNIT_BYTES ((size_t)2 << 20)

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

/* Opens what rooms lie in; -1 where that is nothing but memory. *unit_bytes
 * gets what addresses and lengths of its mappings are multiples of. */
static int
medium_open(size_t *unit_bytes)
{
	const char *path = getenv("PMEM_TEST_MEMORY");
	struct stat st;
	int fd;

	*unit_bytes = PAGE_BYTES;
	if (!path)
		return -1;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	CHECK(fd >= 0 && !fstat(fd, &st), "%s", path);
	if (S_ISCHR(st.st_mode))
		*unit_bytes = DEVICE_UNIT_BYTES;
	return fd;
}

/* Puts memory at an address, that of the medium synchronously. */
static void
medium_map(int fd, char *at, size_t size_bytes)
{
	static off_t used_bytes;
	struct stat st;
	void *p;

	if (fd < 0) {
		CHECK(!mprotect(at, size_bytes, PROT_READ | PROT_WRITE),
			"memory");
		return;
	}
	CHECK(!fstat(fd, &st), "medium");
	if (S_ISREG(st.st_mode))
		CHECK(!ftruncate(fd, used_bytes + (off_t)size_bytes), "medium");
	p = mmap(at, size_bytes, PROT_READ | PROT_WRITE,
		MAP_SHARED_VALIDATE | MAP_SYNC | MAP_FIXED, fd, used_bytes);
	CHECK(p == at, "%zu bytes of PMEM_TEST_MEMORY", size_bytes);
	used_bytes += (off_t)size_bytes;
	close(fd);
}

struct room
room_make(size_t size_bytes)
{
	size_t unit_bytes, inner_bytes;
	int fd = medium_open(&unit_bytes);
	struct room room = {.size_bytes = size_bytes,
		.mirror = pages_get(size_bytes),
		.noise = noise_make(size_bytes + NOISE_EXTRA_BYTES)};
	char *inner;

	inner_bytes = (size_bytes + unit_bytes - 1) / unit_bytes * unit_bytes;
	room.outer_bytes = inner_bytes + 2 * unit_bytes;
	room.outer = mmap(NULL, room.outer_bytes, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(room.outer != MAP_FAILED, "%zu bytes", room.outer_bytes);
	/* At least a page of the outer mapping is left on both sides. */
	inner = (char *)(((uintptr_t)room.outer + unit_bytes) / unit_bytes *
			 unit_bytes);
	medium_map(fd, inner, inner_bytes);
	room.start = inner + inner_bytes - size_bytes;
	room_fill(&room, 0);
	return room;
}

void
room_drop(struct room *room)
{
	munmap(room->outer, room->outer_bytes);
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
