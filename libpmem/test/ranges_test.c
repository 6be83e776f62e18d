/*
 * ranges_test.c: the registry of mappings and pmem_is_pmem against a plain
 * model
 *
 * The model has one entry a page. There is no persistent memory here: ranges
 * are added as pmem_map_file would add them, over anonymous memory.
 */
#include "ranges.h"

#include <errno.h>
#include <malloc.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"
#include "libpmem.h"

#define PAGES ((size_t)512)
#define STEPS 20000

struct page {
	bool known;
	enum range_kind kind;
	int mem_node;
};

static struct page model[PAGES];
static char *arena;

static char *
page_at(size_t page)
{
	return arena + page * PAGE_BYTES;
}

/* Memory that belongs to nobody, so that nothing else comes to lie here. */
static void
arena_hold(size_t first, size_t count)
{
	void *p = mmap(page_at(first), count * PAGE_BYTES, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	CHECK(p == page_at(first), "mmap");
}

static void
add(size_t first, size_t count, enum range_kind kind, int mem_node)
{
	struct range range = {
		.start = (uintptr_t)page_at(first),
		.end = (uintptr_t)page_at(first + count),
		.kind = kind,
		.mem_node = mem_node,
		.region = -1,
	};

	CHECK(!ranges_add(&range), "ranges_add");
	for (size_t i = first; i < first + count; i++)
		model[i] = (struct page){true, kind, mem_node};
}

static void
unmap(size_t first, size_t count)
{
	CHECK(!pmem_unmap(page_at(first), count * PAGE_BYTES), "%s",
		pmem_errormsg());
	arena_hold(first, count);
	for (size_t i = first; i < first + count; i++)
		model[i].known = false;
}

static void
find_check(size_t page, size_t offset)
{
	uintptr_t addr = (uintptr_t)page_at(page) + offset;
	bool contended, found;
	struct range r;
	size_t i = page;

	found = ranges_find(addr, &r, &contended);
	CHECK(!contended, "nobody writes");
	while (i < PAGES && !model[i].known)
		i++;
	if (i == PAGES) {
		CHECK(!found || r.start >= (uintptr_t)page_at(PAGES),
			"page %zu found", page);
		return;
	}
	CHECK(found, "page %zu not found", page);
	CHECK(r.kind == model[i].kind && r.mem_node == model[i].mem_node,
		"page %zu: kind %d node %d", page, (int)r.kind, r.mem_node);
	if (i == page)
		CHECK(r.start <= addr && addr < r.end, "page %zu", page);
	else
		CHECK(r.start == (uintptr_t)page_at(i), "page %zu", page);
}

static void
is_pmem_check(size_t first, size_t count, size_t offset)
{
	int expected = 1;

	for (size_t i = first; i < first + count; i++) {
		if (!model[i].known || model[i].kind == RANGE_OTHER)
			expected = 0;
	}
	CHECK(pmem_is_pmem(page_at(first) + offset,
		      count * PAGE_BYTES - offset) == expected,
		"pages %zu to %zu", first, first + count);
	CHECK(!pmem_is_pmem(page_at(first), 0), "length 0");
}

static size_t
random_below(size_t n)
{
	return n ? (size_t)random() % n : 0;
}

static void
model_test(void)
{
	for (int step = 0; step < STEPS; step++) {
		size_t first = random_below(PAGES);
		size_t most = random_below(8) ? 8 : PAGES;
		size_t count = 1 + random_below(most);

		if (count > PAGES - first)
			count = PAGES - first;
		switch (random_below(4)) {
		case 0:
			unmap(first, count);
			break;
		case 1:
			add(first, 1, RANGE_DEVICE, step % 3 - 1);
			break;
		default:
			add(first, count, (enum range_kind)random_below(3),
				step % 3 - 1);
		}
		first = random_below(PAGES);
		find_check(first, random_below(PAGE_BYTES));
		count = 1 + random_below(PAGES - first);
		is_pmem_check(first, random_below(2) ? 1 : count,
			random_below(PAGE_BYTES));
	}
	unmap(0, PAGES);
}

/* As many ranges at once as there can be, so that the table grows. */
static void
growth_test(void)
{
	for (size_t i = 0; i < PAGES; i += 2)
		add(i, 1, RANGE_MAP_SYNC, (int)i);
	for (size_t i = 0; i < PAGES; i++)
		find_check(i, 0);
	for (size_t i = 1; i < PAGES; i += 2)
		add(i, 1, RANGE_DEVICE, (int)i);
	is_pmem_check(0, PAGES, 0);
	unmap(PAGES / 2, 1);
	is_pmem_check(0, PAGES, 0);
	is_pmem_check(0, PAGES / 2, 0);
	is_pmem_check(PAGES / 2 + 1, PAGES / 2 - 1, 0);
	unmap(0, PAGES);
}

/* The end of a file in the middle of a page. */
static void
partial_page_test(void)
{
	struct range range = {
		.start = (uintptr_t)page_at(1),
		.end = (uintptr_t)page_at(2) + 100,
		.kind = RANGE_MAP_SYNC,
		.mem_node = -1,
		.region = -1,
	};

	CHECK(!ranges_add(&range), "ranges_add");
	CHECK(pmem_is_pmem(page_at(1), PAGE_BYTES + 100), "whole");
	CHECK(!pmem_is_pmem(page_at(1), PAGE_BYTES + 101), "one byte more");
	CHECK(!pmem_is_pmem(page_at(1) - 1, 2), "one byte before");
	CHECK(!pmem_is_pmem(page_at(1), SIZE_MAX), "wraps");
	unmap(2, 1);
	CHECK(pmem_is_pmem(page_at(1), PAGE_BYTES), "first page");
	CHECK(!pmem_is_pmem(page_at(1), PAGE_BYTES + 1), "second page");
	unmap(0, PAGES);
}

/* An unmap that the kernel refuses changes nothing. */
static void
refused_unmap_test(void)
{
	add(4, 4, RANGE_DEVICE, 0);
	errno = 0;
	CHECK(pmem_unmap(page_at(4) + 1, PAGE_BYTES) == -1, "unaligned");
	CHECK(errno == EINVAL, "%d", errno);
	CHECK(!strcmp(pmem_errormsg(), "munmap: Invalid argument"), "%s",
		pmem_errormsg());
	CHECK(pmem_unmap(page_at(4), 0) == -1 && errno == EINVAL, "length 0");
	CHECK(pmem_unmap(page_at(4), SIZE_MAX) == -1 && errno == EINVAL,
		"length");
	is_pmem_check(4, 4, 0);
	/* Lengths count in whole pages. */
	CHECK(!pmem_unmap(page_at(4), 1), "%s", pmem_errormsg());
	arena_hold(4, 1);
	model[4].known = false;
	is_pmem_check(4, 4, 0);
	is_pmem_check(5, 3, 0);
	unmap(0, PAGES);
}

/* What was unmapped behind the library's back is not pmem, and what comes to
 * lie there is what it is said to be. */
static void
stale_test(void)
{
	add(0, 8, RANGE_MAP_SYNC, 0);
	CHECK(!munmap(page_at(2), PAGE_BYTES), "munmap");
	errno = 4711;
	CHECK(!pmem_is_pmem(page_at(0), 8 * PAGE_BYTES), "with a hole");
	CHECK(!pmem_is_pmem(page_at(2) + 5, 1), "the hole");
	CHECK(pmem_is_pmem(page_at(0) + 5, 2 * PAGE_BYTES - 5), "before");
	CHECK(pmem_is_pmem(page_at(3) + 5, 5 * PAGE_BYTES - 5), "behind");
	CHECK(errno == 4711, "errno %d", errno);
	arena_hold(2, 1);
	add(2, 1, RANGE_OTHER, 0);
	is_pmem_check(0, 8, 0);
	add(2, 1, RANGE_DEVICE, 0);
	is_pmem_check(0, 8, 0);
	unmap(0, PAGES);
}

/* Endless mapping and unmapping costs no memory. */
static void
bounded_test(void)
{
	size_t before = 0;

	for (int i = 0; i < 50000; i++) {
		size_t first = random_below(PAGES - 8);

		if (i == 1000)
			before = mallinfo2().uordblks;
		add(first, 8, RANGE_MAP_SYNC, 0);
		unmap(first, 8);
	}
	CHECK(mallinfo2().uordblks <= before, "%zu bytes, were %zu",
		mallinfo2().uordblks, before);
}

int
main(void)
{
	static const void *const nowhere[] = {
		NULL, (void *)1, &model, (void *)-PAGE_BYTES};

	for (size_t i = 0; i < sizeof(nowhere) / sizeof(*nowhere); i++)
		CHECK(!pmem_is_pmem(nowhere[i], 1), "%p", nowhere[i]);
	arena = mmap(NULL, PAGES * PAGE_BYTES, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(arena != MAP_FAILED, "mmap");
	srandom(1);
	model_test();
	growth_test();
	partial_page_test();
	refused_unmap_test();
	stale_test();
	bounded_test();
	return 0;
}
