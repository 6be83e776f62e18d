/*
 * sync_test.c: pmem_msync, pmem_deep_drain, pmem_deep_persist and pmem_unmap on
 * each kind of memory, and what they say of memory that is not there
 */
#include "libpmem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "ranges.h"
#include "scratch.h"

#define PAGES ((size_t)8)
#define LEN (PAGES * PAGE_BYTES)

typedef int sync_fn(const void *addr, size_t len);

static void
fails(sync_fn *sync, const void *addr, size_t len, int err, const char *text)
{
	errno = 0;
	CHECK(sync(addr, len) == -1, "%p %zu", addr, len);
	CHECK(errno == err, "%p %zu: errno %d, not %d", addr, len, errno, err);
	CHECK(!strcmp(pmem_errormsg(), text), "\"%s\", not \"%s\"",
		pmem_errormsg(), text);
}

static void
works(sync_fn *sync, const void *addr, size_t len)
{
	CHECK(sync(addr, len) == 0, "%p %zu: %s", addr, len, pmem_errormsg());
}

/* What a sync has to do with any address and length on pages that exist. */
static void
extents_test(sync_fn *sync, char *p)
{
	static const size_t offsets[] = {0, 1, 63, 64, 4095, 4096, 5000};
	static const size_t lens[] = {0, 1, 63, 64, 4096, 4097, 10000};

	for (size_t i = 0; i < sizeof(offsets) / sizeof(*offsets); i++) {
		for (size_t j = 0; j < sizeof(lens) / sizeof(*lens); j++)
			works(sync, p + offsets[i], lens[j]);
	}
	works(sync, p, LEN);
	works(sync, p + LEN, 0);
}

#define NO_MEMORY "msync: Cannot allocate memory"

/* Lengths that run out of the address space are no way to say "nothing". */
static void
wrapping_test(sync_fn *sync, char *p)
{
	static const size_t lens[] = {
		SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - PAGE_BYTES, SIZE_MAX / 2};

	for (size_t i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
		fails(sync, p, lens[i], ENOMEM, NO_MEMORY);
		fails(sync, p + 100, lens[i], ENOMEM, NO_MEMORY);
		fails(sync, NULL, lens[i], ENOMEM, NO_MEMORY);
	}
	fails(sync, p, -(uintptr_t)p, ENOMEM, NO_MEMORY);
}

static void
hole_test(sync_fn *sync, char *p)
{
	CHECK(!pmem_unmap(p + 2 * PAGE_BYTES, PAGE_BYTES), "unmap");
	works(sync, p, 2 * PAGE_BYTES);
	fails(sync, p, 2 * PAGE_BYTES + 1, ENOMEM, NO_MEMORY);
	fails(sync, p + 2 * PAGE_BYTES, 1, ENOMEM, NO_MEMORY);
	works(sync, p + 3 * PAGE_BYTES, 5 * PAGE_BYTES);
	/* Unmapping what is not mapped succeeds, as munmap does. */
	CHECK(!pmem_unmap(p, LEN), "%s", pmem_errormsg());
	fails(sync, p, 1, ENOMEM, NO_MEMORY);
}

/* The bytes of a mapping are in the file. */
static void
content_test(sync_fn *sync, const char *path)
{
	char *p = pmem_map_file(path, LEN, PMEM_FILE_CREATE, 0600, NULL, NULL);
	char byte;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	CHECK(p && fd >= 0, "%s", pmem_errormsg());
	p[5000] = 'x';
	works(sync, p + 5000, 1);
	CHECK(pread(fd, &byte, 1, 5000) == 1 && byte == 'x', "content");
	close(fd);
	CHECK(!pmem_unmap(p, LEN), "%s", pmem_errormsg());
}

static char *
anonymous(void)
{
	char *p = mmap(NULL, LEN, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED, "mmap");
	return p;
}

static void
kinds_test(sync_fn *sync)
{
	const char *path = scratch_path("f");
	char *p = pmem_map_file(path, LEN, PMEM_FILE_CREATE, 0600, NULL, NULL);

	CHECK(p, "%s", pmem_errormsg());
	extents_test(sync, p);
	wrapping_test(sync, p);
	hole_test(sync, p);
	p = anonymous();
	extents_test(sync, p);
	hole_test(sync, p);
	content_test(sync, path);
	works(sync, NULL, 0);
}

static void
range_add(char *p, size_t pages, enum range_kind kind, int region)
{
	struct range range = {
		.start = (uintptr_t)p,
		.end = (uintptr_t)p + pages * PAGE_BYTES,
		.kind = kind,
		.mem_node = -1,
		.region = region,
	};

	CHECK(!ranges_add(&range), "ranges_add");
}

/* A walk over several kinds: what is not device DAX is synced, a device's
 * region is asked, and no error is hidden. */
static void
deep_walk_test(void)
{
	char *p = anonymous();

	range_add(p + PAGE_BYTES, 1, RANGE_MAP_SYNC, -1);
	range_add(p + 2 * PAGE_BYTES, 1, RANGE_OTHER, -1);
	works(pmem_deep_drain, p, LEN);
	works(pmem_deep_persist, p + 100, LEN - 100);
	range_add(p + 4 * PAGE_BYTES, 1, RANGE_DEVICE, -1);
	range_add(p + 6 * PAGE_BYTES, 1, RANGE_DEVICE, 4711);
	works(pmem_deep_drain, p, 4 * PAGE_BYTES);
	fails(pmem_deep_drain, p, 4 * PAGE_BYTES + 1, ENOTSUP,
		"deep_flush of region -1: Operation not supported");
	works(pmem_deep_drain, p + 5 * PAGE_BYTES, PAGE_BYTES);
	fails(pmem_deep_persist, p + 5 * PAGE_BYTES, PAGE_BYTES + 1, ENOTSUP,
		"deep_flush of region 4711: Operation not supported");
	CHECK(!munmap(p, PAGE_BYTES), "munmap");
	fails(pmem_deep_drain, p + PAGE_BYTES - 1, PAGE_BYTES, ENOMEM,
		NO_MEMORY);
	CHECK(!pmem_unmap(p, LEN), "%s", pmem_errormsg());
}

int
main(void)
{
	kinds_test(pmem_msync);
	kinds_test(pmem_deep_drain);
	deep_walk_test();
	CHECK(pmem_has_hw_drain() == 0, "pmem_has_hw_drain");
	return 0;
}
