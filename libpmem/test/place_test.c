/*
 * place_test.c: where pmem_map_file puts a mapping: alignment, and
 * PMEM_MMAP_HINT
 *
 * The hint is read when the library is loaded: each value is a run of this
 * program of its own, "place_test TASK DIR" with the variable set.
 */
#include "libpmem.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "scratch.h"

#define PAGE ((size_t)4096)
#define HUGE ((uintptr_t)2 << 20)
#define GIANT ((uintptr_t)1 << 30)

/* Nothing lies here: far from programs, libraries, stacks and the shadow of a
 * sanitizer. */
#define HINT ((uintptr_t)1 << 45)
#define HINT_TEXT "200000000000"

static const char *dir;

/* A new unnamed file, sparse. */
static char *
map(size_t len)
{
	size_t mapped_len;
	char *p = pmem_map_file(dir, len,
		PMEM_FILE_CREATE | PMEM_FILE_TMPFILE | PMEM_FILE_SPARSE, 0600,
		&mapped_len, NULL);

	CHECK(p && mapped_len == len, "%zu: %s", len, pmem_errormsg());
	CHECK((uintptr_t)p % (len >= 2 * GIANT ? GIANT : HUGE) == 0,
		"%zu bytes at %p", len, (void *)p);
	p[0] = p[len - 1] = 'w';
	return p;
}

static void
unmap(char *p, size_t len)
{
	CHECK(!pmem_unmap(p, len), "%s", pmem_errormsg());
}

static char *
map_expect(size_t len, uintptr_t at)
{
	char *p = map(len);

	CHECK((uintptr_t)p == at, "%zu bytes at %p, not %#lx", len, (void *)p,
		at);
	return p;
}

/* Another's page at an address; its content must not change. */
static char *
page_take(uintptr_t at)
{
	char *p = mmap((void *)at, PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	CHECK((uintptr_t)p == at, "%#lx is taken", at);
	memset(p, 'a', PAGE);
	return p;
}

static void
page_check(const char *p)
{
	for (size_t i = 0; i < PAGE; i++)
		CHECK(p[i] == 'a', "byte %zu of a page was overwritten", i);
}

/* The first free place from the hint on, each time looked for anew. */
static void
hint_task(void)
{
	char *first = map_expect(1, HINT), *third, *last, *page;
	char *second = map_expect(HUGE, HINT + HUGE);

	third = map_expect(HUGE + 1, HINT + 2 * HUGE);
	map_expect(PAGE, HINT + 4 * HUGE);
	unmap(second, HUGE);
	map_expect(2 * HUGE, HINT + 5 * HUGE); /* the hole is too small */
	map_expect(1, HINT + HUGE); /* here it is not */
	unmap(first, 1);
	page = page_take(HINT + 100 * PAGE);
	map_expect(1, HINT); /* before a page of somebody else */
	page_check(page);
	unmap(third, HUGE + 1);
	page = page_take(HINT + 3 * HUGE - PAGE);
	last = map_expect(
		HUGE + 1, HINT + 7 * HUGE); /* the page is in the way */
	map_expect(HUGE - PAGE, HINT + 2 * HUGE); /* up to it */
	page_check(page);
	map_expect(3 * GIANT, HINT + GIANT);
	map_expect(2 * GIANT, HINT + 4 * GIANT);
	unmap(last, HUGE + 1);
	page = page_take(HINT + 8 * HUGE);
	last = map(HUGE); /* just fits, but some file systems want more */
	CHECK((uintptr_t)last - HINT < GIANT, "at %p", (void *)last);
	page_check(page);
}

/* A hole that holds nearly all of a mapping: the library asks for less room
 * first and for more when the kernel went elsewhere; this is too little for
 * both. */
static void
hole_task(void)
{
	char *first = map_expect(5 * HUGE, HINT);

	map_expect(1, HINT + 5 * HUGE);
	unmap(first, 5 * HUGE);
	map_expect(6 * HUGE, HINT + 6 * HUGE);
}

static void
taken_task(void)
{
	char *page = page_take(HINT);

	map_expect(PAGE, HINT + HUGE);
	page_check(page);
}

static void
unaligned_task(void)
{
	map_expect(PAGE, HINT + HUGE);
	map_expect(2 * GIANT, HINT + GIANT);
}

/* Below what a program may map lies nothing, and the hint is no address. */
static void
lowest_task(void)
{
	uintptr_t at = (uintptr_t)map(PAGE);

	CHECK(at < GIANT, "at %#lx", at);
	map_expect(PAGE, at + HUGE);
}

/* Outside of user memory, or what the kernel likes. */
static void
anywhere_task(void)
{
	static const size_t lens[] = {1, PAGE, HUGE, 3 * HUGE + 1, 2 * GIANT};

	for (size_t i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
		for (int n = 0; n < 8; n++)
			unmap(map(lens[i]), lens[i]);
		map(lens[i]);
	}
}

static void
ignored_task(void)
{
	char text[128];

	snprintf(text, sizeof(text),
		"PMEM_MMAP_HINT=%s ignored: not a hexadecimal address",
		getenv("PMEM_MMAP_HINT"));
	CHECK(!strcmp(pmem_errormsg(), text), "\"%s\"", pmem_errormsg());
	for (int n = 0; n < 8; n++)
		CHECK((uintptr_t)map(PAGE) - HINT > 64 * HUGE, "the hint");
	anywhere_task();
}

static const struct run {
	const char *hint;
	void (*task)(void);
} runs[] = {
	{NULL, anywhere_task},
	{HINT_TEXT, hint_task},
	{"0x" HINT_TEXT, hint_task},
	{"0X000" HINT_TEXT, hint_task},
	{HINT_TEXT, hole_task},
	{HINT_TEXT, taken_task},
	{"200000000001", unaligned_task},
	{"2000001fffff", unaligned_task},
	{"0", lowest_task},
	{"1", lowest_task},
	{"1000", lowest_task},
	{"200000", lowest_task},
	{"7ffffffff000", anywhere_task},
	{"800000000000", anywhere_task},
	{"ffffffffff600000", anywhere_task},
	{"ffffffffffffffff", anywhere_task},
	{"", ignored_task},
	{HINT_TEXT "xyz", ignored_task},
	{" " HINT_TEXT, ignored_task},
	{"-" HINT_TEXT, ignored_task},
	{"0x", ignored_task},
	{"10000000000000000", ignored_task},
};

static int
restart(void *arg)
{
	const struct run *run = arg;
	char number[32];

	snprintf(number, sizeof(number), "%zu", (size_t)(run - runs));
	if (run->hint)
		CHECK(!setenv("PMEM_MMAP_HINT", run->hint, 1), "setenv");
	execl("/proc/self/exe", "place_test", number, scratch_path(""), NULL);
	return 127;
}

int
main(int argc, char **argv)
{
	if (argc == 3) {
		dir = argv[2];
		runs[atoi(argv[1])].task();
		return 0;
	}
	unsetenv("PMEM_MMAP_HINT");
	scratch_path("");
	for (size_t i = 0; i < sizeof(runs) / sizeof(*runs); i++)
		CHECK(child_run(restart, (void *)&runs[i]) == 0,
			"PMEM_MMAP_HINT=%s", runs[i].hint);
	return 0;
}
