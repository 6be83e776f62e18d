/*
 * quiet_test.c: samples are taken again while a core is shared, within limits
 *
 * What other hardware threads do cannot be had at will: looks are planted, each
 * a ratio of times as quiet_look returns it. One test looks at the real core,
 * of which it can only know that the ratio is one.
 */
#include "quiet.h"

#include <math.h>
#include <sched.h>
#include <string.h>

#include "check.h"
#include "flaw.h"
#include "plan.h"

#define ALONE 1.1
#define SHARED 1.7
#define TIRELESS 1e9

/* Looks to come: so many of a shared core, then of one alone. */
static size_t shared_looks, looks;

static double
planted(const struct timing *t)
{
	(void)t;
	looks++;
	if (shared_looks == 0)
		return ALONE;
	shared_looks--;
	return SHARED;
}

static struct platform platform;
static struct steal steal;

static struct quiet
opened(double patience_s)
{
	struct quiet q = {
		.platform = &platform,
		.cpu_node = platform.nodes[0].node,
		.steal = &steal,
		.patience_s = patience_s,
		.look = planted,
	};

	shared_looks = 0;
	quiet_open(&q);
	looks = 0;
	return q;
}

static void
alone_is_not_taken_again(void)
{
	struct quiet q = opened(TIRELESS);

	for (int i = 0; i < 1000; i++) {
		CHECK(!quiet_wait(&q));
		CHECK(!quiet_again(&q));
	}
	CHECK(looks == 2000);
	CHECK(q.samples == 1000 && q.again == 0 && q.shared == 0);
	CHECK(quiet_shared_pct(&q) == 0);
}

static void
waits_until_alone(void)
{
	struct quiet q = opened(TIRELESS);

	shared_looks = SIZE_MAX;
	CHECK(quiet_wait(&q));
	CHECK(looks > 1 && q.spent_s > 0);
	shared_looks = 3;
	CHECK(!quiet_wait(&q));
	CHECK(shared_looks == 0);
	CHECK(!quiet_again(&q));
	CHECK(q.samples == 1 && q.shared == 0);
	CHECK(q.spent_s > 0);
}

/* A sample that ends on a shared core is taken again, but not for ever. */
static void
tries_end(void)
{
	struct quiet q = opened(TIRELESS);
	size_t tries = 0;

	CHECK(!quiet_wait(&q));
	shared_looks = 1;
	CHECK(quiet_again(&q));
	CHECK(!quiet_wait(&q));
	CHECK(!quiet_again(&q));
	CHECK(q.samples == 1 && q.again == 1 && q.shared == 0);

	do {
		tries++;
		CHECK(!quiet_wait(&q));
		shared_looks = 1;
	} while (quiet_again(&q));
	CHECK(tries > 1);
	CHECK(q.samples == 2 && q.again == tries && q.shared == 1);
	CHECK(quiet_shared_pct(&q) == 50);
	/* The next one has all tries again. */
	CHECK(!quiet_wait(&q));
	shared_looks = 1;
	CHECK(quiet_again(&q));
}

static void
patience_ends(void)
{
	struct quiet none = opened(0), little = opened(0.05);

	shared_looks = SIZE_MAX;
	for (int i = 0; i < 10; i++) {
		CHECK(!quiet_wait(&none));
		CHECK(!quiet_again(&none));
	}
	CHECK(none.shared == 10 && none.again == 0 && none.spent_s == 0);
	while (quiet_wait(&little))
		continue;
	CHECK(!quiet_again(&little));
	CHECK(little.shared == 1 && little.spent_s > 0);
}

/* Opened on a shared core, it learns better; a few looks that are too low, as
 * an interrupt makes them, teach nothing. */
static void
learns(void)
{
	struct quiet q = opened(0);

	q.alone = SHARED;
	for (int i = 0; i < 2 * QUIET_LOOKS; i++)
		quiet_wait(&q);
	CHECK(q.alone == ALONE);

	CHECK(q.look_count == 0);
	for (int i = 0; i < 100 * QUIET_LOOKS; i++) {
		quiet_wait(&q);
		if (q.look_count % 16 == 1)
			q.looks[q.look_count - 1] = 0.1;
	}
	CHECK(q.alone == ALONE);
}

/* One look in a batch of low ones is no second witness. */
static void
learns_from_two_batches(void)
{
	struct quiet q = opened(0);

	for (int i = 0; i < QUIET_LOOKS; i++) {
		quiet_wait(&q);
		if (q.look_count)
			q.looks[q.look_count - 1] = 0.5;
	}
	for (int i = 0; i < QUIET_LOOKS; i++)
		quiet_wait(&q);
	CHECK(q.alone == ALONE);
}

static void
moves_to_other_cpus(void)
{
	size_t cpus = platform.nodes[0].cpu_count;
	struct quiet q = opened(TIRELESS);

	shared_looks = SIZE_MAX;
	CHECK(quiet_wait(&q));
	CHECK(quiet_wait(&q));
	CHECK(cpus == 1 ? q.cpu == 0 : q.cpu > 0);
	CHECK(cpus == 1 || (unsigned)sched_getcpu() ==
				   platform.nodes[0].cpus[q.cpu % cpus]);
	CHECK(cpus == 1 || steal.cpu == (unsigned)sched_getcpu());
}

/* One look may be an interrupt's; and who does not wait does not move. */
static void
stays_where_it_is(void)
{
	struct quiet q = opened(TIRELESS), none = opened(0);

	CHECK(!quiet_wait(&q));
	shared_looks = 1;
	CHECK(quiet_again(&q));
	CHECK(q.cpu == 0);
	shared_looks = SIZE_MAX;
	CHECK(!quiet_wait(&none));
	CHECK(!quiet_again(&none));
	CHECK(none.cpu == 0);
}

/* What an earlier start learnt is not forgotten beside a restless neighbour. */
static void
remembers(void)
{
	struct quiet q = {.alone = ALONE, .look = planted};

	shared_looks = SIZE_MAX;
	quiet_open(&q);
	CHECK(q.alone == ALONE);
}

static void
looks_at_the_core(void)
{
	char error[TIMING_ERROR_BYTES], text[FLAW_BYTES];
	struct states states = {0};
	struct timing timing;
	struct quiet q = {.timing = &timing, .look = quiet_look};

	if (timing_open(&timing, error))
		return;
	quiet_open(&q);
	CHECK(isfinite(q.alone) && q.alone > 0);
	CHECK(isfinite(quiet_look(&timing)));
	if (flaw_find(&timing, &states, 0, 0, text))
		return;
	CHECK(!flaw_find(&timing, &states, 0, PLAN_SHARED_MOST_PCT, text));
	CHECK(flaw_find(&timing, &states, 0, PLAN_SHARED_MOST_PCT + 1, text) &&
		strstr(text, "others used our core during 11%"));
}

int
main(void)
{
	char error[PLATFORM_ERROR_BYTES];

	CHECK(!platform_load(&platform, NULL, error));
	steal_read(&steal);
	alone_is_not_taken_again();
	waits_until_alone();
	tries_end();
	patience_ends();
	learns();
	learns_from_two_batches();
	moves_to_other_cpus();
	stays_where_it_is();
	remembers();
	looks_at_the_core();
	platform_free(&platform);
	return 0;
}
