/*
 * counters_test.c: what is counted moves with the work, what is not has a
 * reason
 */
#include "counters.h"

#include <pthread.h>
#include <stdbool.h>

#include "check.h"

static void
work(unsigned rounds)
{
	volatile unsigned at = 0;

	while (at < rounds)
		at = at + 1;
}

static void
counts_follow_work(struct counters *c)
{
	long long little[COUNTER_COUNT], much[COUNTER_COUNT];

	counters_start(c);
	work(100000);
	counters_stop(c, little);
	counters_start(c);
	work(10000000);
	counters_stop(c, much);
	for (int i = 0; i < COUNTER_COUNT; i++) {
		CHECK((much[i] == COUNTER_ABSENT) == !c->events[i]);
		CHECK((little[i] == COUNTER_ABSENT) == !c->events[i]);
	}
	/* Three instructions a round at least, and no more than a few. */
	if (c->events[COUNTER_INSTRUCTIONS])
		CHECK(much[COUNTER_INSTRUCTIONS] > 20000000 &&
			much[COUNTER_INSTRUCTIONS] < 400000000 &&
			little[COUNTER_INSTRUCTIONS] * 10 <
				much[COUNTER_INSTRUCTIONS]);
}

static void *
thread_counts(void *context)
{
	struct counters *first = context, c;

	counters_open(&c);
	CHECK(c.count == first->count);
	counts_follow_work(&c);
	counters_close(&c);
	return NULL;
}

int
main(int argc, char **argv)
{
	char text[COUNTERS_TEXT_BYTES] = "";
	struct counters c;
	size_t present = 0;
	pthread_t thread;

	counters_open(&c);
	for (int i = 0; i < COUNTER_COUNT; i++)
		present += c.events[i] != NULL;
	CHECK(c.count == present);
	CHECK((c.reason[0] == '\0') == (present == COUNTER_COUNT), "%s",
		c.reason);
	counters_describe(&c, text);
	puts(text);
	CHECK(text[0]);
	for (int i = 0; i < COUNTER_COUNT; i++)
		CHECK(!c.events[i] || strstr(text, c.events[i]));
	CHECK(strstr(text, c.reason));
	/* The build says whether there is PAPI. */
	CHECK(argc == 2);
	CHECK((strcmp(argv[1], "none") == 0) ==
		(strstr(c.reason, "built without PAPI") != NULL));

	counts_follow_work(&c);
	CHECK(pthread_create(&thread, NULL, thread_counts, &c) == 0);
	CHECK(pthread_join(thread, NULL) == 0);
	counters_close(&c);
	if (!present)
		test_skip(text);
	return 0;
}
