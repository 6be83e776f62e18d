/*
 * error_test.c: the text of each thread, and the texts of pmem_check_version
 */
#include "libpmem.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "check.h"
#include "scratch.h"

#define PAGE ((size_t)4096)
#define LEN (2 * PAGE)
#define THREADS 4
#define ROUNDS 500

static void
text_is(const char *expected)
{
	CHECK(!strcmp(pmem_errormsg(), expected), "\"%s\", not \"%s\"",
		pmem_errormsg(), expected);
}

/* Fails in a way that leaves a text of the caller's own; returns it. */
static const char *
fail_with(int flags)
{
	static __thread char text[64];

	snprintf(text, sizeof(text), "invalid flag specified %x",
		(unsigned)flags);
	errno = 0;
	CHECK(!pmem_map_file("/", 0, flags, 0, NULL, NULL), "mapped");
	CHECK(errno == EINVAL, "errno %d", errno);
	text_is(text);
	return text;
}

static void *
start_empty(void *arg)
{
	text_is("");
	return arg;
}

static void
thread_run(void *(*function)(void *), void *arg)
{
	pthread_t thread;

	CHECK(!pthread_create(&thread, NULL, function, arg), "thread");
	CHECK(!pthread_join(thread, NULL), "join");
}

/* Every function of the library, each successful. */
static void
all_succeed(const char *text)
{
	const char *path = scratch_path("f");
	char from[100] = "from";
	size_t len;
	char *p = pmem_map_file(path, LEN, PMEM_FILE_CREATE, 0600, &len, NULL);

	CHECK(p, "%s", pmem_errormsg());
	text_is(text);
	CHECK(!pmem_check_version(1, 0) && !pmem_check_version(1, 1), "1.1");
	CHECK(pmem_is_pmem(p, len) >= 0 && !pmem_has_hw_drain() &&
			pmem_has_auto_flush() >= 0,
		"questions");
	pmem_memcpy_persist(p, from, sizeof(from));
	pmem_memmove_nodrain(p, from, sizeof(from));
	pmem_memset(p, 0, len, 0);
	pmem_persist(p, len);
	pmem_deep_flush(p, len);
	CHECK(!pmem_msync(p, len) && !pmem_deep_drain(p, len) &&
			!pmem_deep_persist(p, len) && !pmem_unmap(p, len),
		"%s", pmem_errormsg());
	text_is(text);
}

static void *
other_fails(void *arg)
{
	text_is("");
	fail_with(0x200);
	return arg;
}

/* Neither successes nor other threads, nor their ends, touch a text. */
static void
own_text_test(void)
{
	const char *text = pmem_errormsg(), *expected;

	text_is("");
	all_succeed("");
	thread_run(start_empty, NULL);
	expected = fail_with(0x100);
	all_succeed(expected);
	for (int i = 0; i < 8; i++)
		thread_run(other_fails, NULL);
	text_is(expected);
	CHECK(pmem_errormsg() == text, "another buffer");
	/* The next failure replaces it. */
	fail_with(0x400);
}

struct version {
	unsigned major, minor;
	const char *text;
};

static const struct version versions[] = {
	{0, 0, "libpmem major version mismatch (need 0, found 1)"},
	{0, 99, "libpmem major version mismatch (need 0, found 1)"},
	{2, 0, "libpmem major version mismatch (need 2, found 1)"},
	{UINT_MAX, UINT_MAX,
		"libpmem major version mismatch (need 4294967295, found 1)"},
	{1, 2, "libpmem minor version mismatch (need 2, found 1)"},
	{1, UINT_MAX,
		"libpmem minor version mismatch (need 4294967295, found 1)"},
};
#define VERSIONS (sizeof(versions) / sizeof(*versions))

static void
version_test(void)
{
	const char *texts[VERSIONS];

	CHECK(PMEM_MAJOR_VERSION == 1 && PMEM_MINOR_VERSION == 1, "macros");
	CHECK(!pmem_check_version(PMEM_MAJOR_VERSION, PMEM_MINOR_VERSION) &&
			!pmem_check_version(1, 0),
		"a version that is there");
	for (size_t i = 0; i < VERSIONS; i++) {
		errno = 4711;
		texts[i] = pmem_check_version(
			versions[i].major, versions[i].minor);
		CHECK(texts[i] && !strcmp(texts[i], versions[i].text),
			"\"%s\", not \"%s\"", texts[i], versions[i].text);
		CHECK(errno == 4711, "errno %d", errno);
		text_is(versions[i].text);
	}
	/* Static: later errors change none, and asking again gives the same. */
	fail_with(0x800);
	for (size_t i = 0; i < VERSIONS; i++) {
		CHECK(!strcmp(texts[i], versions[i].text), "\"%s\"", texts[i]);
		CHECK(pmem_check_version(
			      versions[i].major, versions[i].minor) == texts[i],
			"moved");
	}
}

static void *
version_ask(void *arg)
{
	unsigned first = 100 * (unsigned)(uintptr_t)arg;
	char expected[80];

	for (unsigned i = 0; i < ROUNDS; i++) {
		/* Half of them are other threads' texts too. */
		unsigned minor = 2 + i % 50 + (i % 2 ? first : 0);
		const char *text = pmem_check_version(1, minor);

		snprintf(expected, sizeof(expected),
			"libpmem minor version mismatch (need %u, found 1)",
			minor);
		CHECK(!strcmp(text, expected), "\"%s\"", text);
		text_is(expected);
		fail_with(16 << i % 8);
		CHECK(!strcmp(text, expected), "\"%s\"", text);
	}
	return NULL;
}

static void
threads_test(void)
{
	const char *own = fail_with(0x1000);
	pthread_t threads[THREADS];

	for (uintptr_t i = 0; i < THREADS; i++)
		CHECK(!pthread_create(
			      &threads[i], NULL, version_ask, (void *)i),
			"thread");
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	text_is(own);
}

int
main(void)
{
	own_text_test();
	version_test();
	threads_test();
	return 0;
}
