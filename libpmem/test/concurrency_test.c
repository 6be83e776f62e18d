/*
 * concurrency_test.c: threads that map and unmap beside threads that ask, copy
 * and persist; fork in the midst of it; handlers that persist
 *
 * Run under ThreadSanitizer too. What may be asked of another thread's changes
 * is fixed by pages that never change beside pages that always do.
 */
#include "libpmem.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "ranges.h"
#include "scratch.h"

#define THREADS 3
#define ROUNDS 1000
#define FILE_BYTES (4 * PAGE_BYTES)

static const char *path;
static char *steady; /* persistent as far as the registry knows */
static _Atomic bool stop;

static char *
map_it(void)
{
	size_t len;
	char *p = pmem_map_file(path, 0, 0, 0, &len, NULL);

	CHECK(p && len == FILE_BYTES, "%s", pmem_errormsg());
	return p;
}

static void *
mapper(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		char *p = map_it();
		struct range range = {
			.start = (uintptr_t)p,
			.end = (uintptr_t)p + FILE_BYTES,
			.kind = RANGE_MAP_SYNC,
			.mem_node = -1,
			.region = -1,
		};

		/* As if the file were on DAX: nobody else knows of it yet. */
		CHECK(!ranges_add(&range), "ranges_add");
		CHECK(pmem_is_pmem(p, FILE_BYTES), "just mapped");
		CHECK(!pmem_unmap(p + PAGE_BYTES, PAGE_BYTES), "unmap a page");
		CHECK(!pmem_is_pmem(p, FILE_BYTES), "a page is missing");
		CHECK(pmem_is_pmem(p + 2 * PAGE_BYTES, 2 * PAGE_BYTES),
			"the rest");
		CHECK(!pmem_unmap(p, PAGE_BYTES), "unmap");
		CHECK(!pmem_unmap(p + 2 * PAGE_BYTES, 2 * PAGE_BYTES), "unmap");
	}
	return arg;
}

static void *
user(void *arg)
{
	char source[3000], *own = mmap(NULL, FILE_BYTES, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(own != MAP_FAILED, "mmap");
	memset(source, 's', sizeof(source));
	while (!atomic_load(&stop)) {
		bool contended;
		struct range range;

		CHECK(pmem_is_pmem(steady, FILE_BYTES), "steady");
		CHECK(!pmem_is_pmem(own, 1), "own");
		if (ranges_find((uintptr_t)steady, &range, &contended))
			CHECK(range.start == (uintptr_t)steady, "%p",
				(void *)range.start);
		else
			CHECK(contended, "steady not found");
		pmem_memcpy_persist(own, source, sizeof(source));
		pmem_memset(own, 'm', 500, PMEM_F_MEM_NONTEMPORAL);
		pmem_persist(own, FILE_BYTES);
		CHECK(own[499] == 'm' && own[500] == 's', "copied");
		CHECK(!pmem_deep_drain(own, FILE_BYTES), "%s", pmem_errormsg());
	}
	CHECK(!pmem_unmap(own, FILE_BYTES), "unmap");
	return arg;
}

static void
thread_start(pthread_t *thread, void *(*function)(void *))
{
	CHECK(!pthread_create(thread, NULL, function, NULL), "pthread_create");
}

static void
steady_make(void)
{
	struct range range = {.kind = RANGE_MAP_SYNC, .region = -1};

	steady = map_it();
	range.start = (uintptr_t)steady;
	range.end = range.start + FILE_BYTES;
	CHECK(!ranges_add(&range), "ranges_add");
}

static void
torture_test(void)
{
	pthread_t mappers[THREADS], users[THREADS];

	atomic_store(&stop, false);
	for (int i = 0; i < THREADS; i++) {
		thread_start(&mappers[i], mapper);
		thread_start(&users[i], user);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(mappers[i], NULL);
	atomic_store(&stop, true);
	for (int i = 0; i < THREADS; i++)
		pthread_join(users[i], NULL);
}

/* A child that is forked while other threads change the registry can use it:
 * no lock is left held, no change half done. */
static int
forked(void *unused)
{
	char *p;

	(void)unused;
	alarm(20); /* a lock that is never released ends the child */
	CHECK(pmem_is_pmem(steady, FILE_BYTES), "inherited");
	p = map_it();
	CHECK(!pmem_unmap(p, FILE_BYTES), "unmap");
	_exit(0);
}

static void
fork_test(void)
{
	pthread_t thread;

	thread_start(&thread, mapper);
	for (int i = 0; i < 100; i++)
		CHECK(child_run(forked, NULL) == 0, "child %d", i);
	pthread_join(thread, NULL);
}

static volatile sig_atomic_t handled;

/* Everything that may be used in a handler, in one that interrupts map and
 * unmap anywhere. */
static void
handler(int signal)
{
	int saved_errno = errno;
	static char buffer[1000];
	struct range range;
	bool contended;

	(void)signal;
	pmem_memset_persist(buffer, 'h', sizeof(buffer));
	pmem_memmove_nodrain(buffer + 1, buffer, sizeof(buffer) - 1);
	pmem_flush(buffer, sizeof(buffer));
	pmem_drain();
	pmem_persist(steady, FILE_BYTES);
	pmem_deep_flush(steady, FILE_BYTES);
	if (!ranges_find((uintptr_t)steady, &range, &contended) && !contended)
		abort();
	handled++;
	errno = saved_errno;
}

static void
signal_test(void)
{
	struct sigaction action = {.sa_handler = handler};
	/* Often enough to hit every place, seldom enough to get ahead. */
	struct itimerval timer = {{0, 500}, {0, 500}}, off = {{0, 0}, {0, 0}};

	sigemptyset(&action.sa_mask);
	CHECK(!sigaction(SIGALRM, &action, NULL), "sigaction");
	CHECK(!setitimer(ITIMER_REAL, &timer, NULL), "setitimer");
	while (handled < 200)
		mapper(NULL);
	CHECK(!setitimer(ITIMER_REAL, &off, NULL), "setitimer");
}

int
main(void)
{
	path = scratch_file("f", FILE_BYTES, 'f');
	steady_make();
	torture_test();
	fork_test();
	signal_test();
	return 0;
}
