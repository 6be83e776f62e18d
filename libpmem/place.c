/*
 * place.c: choosing the address of a mapping
 *
 * A free place is looked for first and the file mapped there by a plain hint,
 * which the kernel follows if the place is still free; if another thread took
 * it meanwhile, the next try looks again. A reservation that is mapped over by
 * MAP_FIXED would look safer and is not: a file system that refuses MAP_SYNC
 * does so after the kernel has removed the reservation (seen on ext4), and then
 * MAP_FIXED may hit another thread's mapping. MAP_FIXED_NOREPLACE cannot be had
 * together with MAP_SYNC: MAP_SHARED_VALIDATE refuses it (EOPNOTSUPP).
 */
#include "place.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

#include "error.h"
#include "policy.h"
#include "ranges.h"

/* The two sizes of huge pages of x86-64. The larger is worth its alignment for
 * mappings that hold some whole ones: the limit of other pmem software too. */
#define HUGE_BYTES ((size_t)2 << 20)
#define GIANT_BYTES ((size_t)1 << 30)
#define GIANT_MIN_BYTES (2 * GIANT_BYTES)

/* So many threads in a row may be faster; then alignment is given up. */
#define TRIES_MAX 64
/* A hint that the kernel refuses so often lies outside of user memory. */
#define HINT_TRIES_MAX 8

/* 0 if it does not fit an address. */
static uintptr_t
align_up(uintptr_t addr, size_t align)
{
	return (addr + align - 1) & ~(uintptr_t)(align - 1);
}

/* Enough for an alignment, and once more because file systems that align to
 * huge pages themselves follow a hint only if there is room for that too. */
static size_t
room_for(size_t len, size_t align)
{
	return len + 2 * align;
}

/* The first free place from the hint on in the kernel's list of mappings, which
 * is sorted; 0 if there is none. */
static uintptr_t
free_from_hint(uintptr_t hint, size_t len, size_t align)
{
	uintptr_t start, end, place;
	FILE *maps = fopen("/proc/self/maps", "re");

	if (!maps)
		return 0;
	place = align_up(hint ? hint : PAGE_BYTES, align);
	while (place && fscanf(maps, "%" SCNxPTR "-%" SCNxPTR "%*[^\n]", &start,
				&end) == 2) {
		if (start >= place && start - place >= len)
			break;
		if (end > place)
			place = align_up(end, align);
	}
	if (ferror(maps))
		place = 0;
	fclose(maps);
	return place;
}

/* Finds a free place by taking and releasing one. */
static int
free_anywhere(size_t len, size_t align, uintptr_t *place)
{
	size_t room = room_for(len, align);
	void *p = mmap(NULL, room, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED || munmap(p, room))
		return error_set_errno(errno, "mmap MAP_ANONYMOUS");
	*place = align_up((uintptr_t)p, align);
	return 0;
}

static void *
map_at(uintptr_t place, int fd, size_t len, bool *synced)
{
	void *p = mmap((void *)place, len, PROT_READ | PROT_WRITE,
		MAP_SHARED_VALIDATE | MAP_SYNC, fd, 0);

	*synced = p != MAP_FAILED;
	/* EINVAL: a kernel before 4.15 */
	if (p == MAP_FAILED && (errno == EOPNOTSUPP || errno == EINVAL))
		p = mmap((void *)place, len, PROT_READ | PROT_WRITE, MAP_SHARED,
			fd, 0);
	return p;
}

int
place_map(int fd, size_t len_bytes, void **addr, bool *synced)
{
	const struct env *env = &policy_state.inputs.env;
	size_t align = len_bytes >= GIANT_MIN_BYTES ? GIANT_BYTES : HUGE_BYTES;
	uintptr_t place;
	int err;

	for (int tries = 0;; tries++) {
		place = 0;
		if (env->has_mmap_hint && tries < HINT_TRIES_MAX)
			place = free_from_hint(env->mmap_hint,
				tries ? room_for(len_bytes, align) : len_bytes,
				align);
		err = place ? 0 : free_anywhere(len_bytes, align, &place);
		if (err)
			return err;
		*addr = map_at(place, fd, len_bytes, synced);
		/* A DAX device has an alignment of its own, which it sees to
		 * if it is asked for no place. */
		if (*addr == MAP_FAILED && errno == EINVAL) {
			place = 0;
			*addr = map_at(place, fd, len_bytes, synced);
		}
		if (*addr == MAP_FAILED)
			return error_set_errno(
				errno, "mmap %zu bytes", len_bytes);
		if (!place || (uintptr_t)*addr == place || tries == TRIES_MAX)
			return 0;
		munmap(*addr, len_bytes);
	}
}
