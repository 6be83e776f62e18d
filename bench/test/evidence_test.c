/*
 * evidence_test.c: the probe's arithmetic on planted truth
 *
 * Timings are drawn from a model of a noisy machine, so what the answer must be
 * is known: kept, evicted, or not to be told. Nothing is timed here.
 */
#include <math.h>

#include "check.h"
#include "evidence.h"
#include "probe_cost.h"
#include "probe_residency.h"
#include "stats.h"

#define TRIALS 400

static struct rng rng;

static bool
near(double a, double b)
{
	return fabs(a - b) < 5e-4;
}

static double
uniform(void)
{
	return rng_uniform(&rng, 0, 1);
}

/* Ticks of a load: a middle value with 10% of jitter, a second mode a quarter
 * higher for the clock that a busy neighbour slows, and 1% of interrupts. */
static double
load_draw(double middle)
{
	double ticks = middle * (0.95 + 0.1 * uniform());

	if (uniform() < 0.3)
		ticks *= 1.25;
	return uniform() < 0.01 ? ticks + 20000 * uniform() : ticks;
}

static void
loads_draw(double *to, size_t count, double middle)
{
	for (size_t i = 0; i < count; i++)
		to[i] = load_draw(middle);
}

static struct separator
separator_draw(double hit, double miss)
{
	double hits[TRIALS], misses[TRIALS];
	struct separator s;

	loads_draw(hits, TRIALS, hit);
	loads_draw(misses, TRIALS, miss);
	CHECK(separator_fit(&s, hits, TRIALS, misses, TRIALS) == 0);
	return s;
}

/* A result whose cells keep the line in this share of trials. */
static enum movnt_verdict
verdict_draw(struct separator s, double kept, enum line_action_id action,
	enum line_state state)
{
	double loads[TRIALS];
	struct residency_cell cell = {
		.action = action, .state = state, .lines = 64};
	struct residency_result result = {
		.cells = &cell, .count = 1, .separator = s};

	for (size_t i = 0; i < TRIALS; i++)
		loads[i] = load_draw(uniform() < kept ? 130 : 470);
	cell.cached = separator_share(&s, loads, TRIALS);
	return residency_movnt(&result);
}

/* Against the formula worked by hand at 0, and its symmetry. */
static void
test_share(void)
{
	double z2 = EVIDENCE_Z * EVIDENCE_Z;
	struct share none = share_of(0, 100), all = share_of(100, 100);
	struct share half = share_of(50, 100), empty = share_of(0, 0);

	CHECK(none.low == 0 && near(none.high, z2 / (100 + z2)));
	CHECK(near(all.high, 1) && near(all.low, 100 / (100 + z2)));
	CHECK(near(half.low + half.high, 1) && half.low < 0.5);
	CHECK(near(half.low, 0.3187));
	CHECK(empty.low == 0 && empty.high == 1);
	CHECK(share_of(500, 1000).low > half.low);
}

static void
test_separator(void)
{
	struct separator s = separator_draw(130, 470);
	double fast[] = {1, 1, 2, 2}, slow[] = {9, 9, 8, 8};

	CHECK(s.border > 130 * 1.25 && s.border < 470);
	CHECK(separator_usable(&s));
	CHECK(separator_fit(&s, fast, 4, slow, 4) == 0);
	CHECK(near(s.border, 5));
	/* Counted on values that took no part: two of each. */
	CHECK(s.slow_below.trials == 2 && s.fast_above.trials == 2);
	CHECK(s.slow_below.hits == 0 && s.fast_above.hits == 0);
	/* So few of them prove nothing. */
	CHECK(!separator_usable(&s));
}

/* Hits and misses alike, or a clock that shows one value: no verdict. */
static void
test_indistinguishable(void)
{
	double same[TRIALS];
	struct separator s = separator_draw(300, 300);

	CHECK(!separator_usable(&s));
	CHECK(verdict_draw(s, 1, ACTION_STREAM_8, LINE_CLEAN_L1) ==
		MOVNT_UNKNOWN);
	for (size_t i = 0; i < TRIALS; i++)
		same[i] = 1000;
	CHECK(separator_fit(&s, same, TRIALS, same, TRIALS) == 0);
	CHECK(!separator_usable(&s));
}

static void
test_verdict(void)
{
	struct separator s = separator_draw(130, 470);

	CHECK(verdict_draw(s, 0.99, ACTION_STREAM_8, LINE_CLEAN_L1) ==
		MOVNT_RETAINED);
	CHECK(verdict_draw(s, 0.20, ACTION_STREAM_32, LINE_DIRTY_L2) ==
		MOVNT_RETAINED);
	CHECK(verdict_draw(s, 0, ACTION_STREAM_8, LINE_CLEAN_L1) ==
		MOVNT_NOT_PROMISED);
	/* A flush that keeps lines, lines left alone, and streaming to what was
	 * not cached are no evidence. */
	CHECK(verdict_draw(s, 1, ACTION_CLWB, LINE_DIRTY_L1) ==
		MOVNT_NOT_PROMISED);
	CHECK(verdict_draw(s, 1, ACTION_NONE, LINE_CLEAN_L1) ==
		MOVNT_NOT_PROMISED);
	CHECK(verdict_draw(s, 1, ACTION_STREAM_8, LINE_ABSENT) ==
		MOVNT_NOT_PROMISED);
}

/* 200 machines that keep nothing but err in 1% of loads: 100 cells each. */
static void
test_no_false_alarm(void)
{
	for (int machine = 0; machine < 200; machine++) {
		struct separator s = separator_draw(130, 470);

		s.slow_below = share_of(TRIALS / 100, TRIALS);
		for (int cell = 0; cell < 100; cell++) {
			size_t hits = 0;
			struct share share;

			for (int i = 0; i < TRIALS; i++)
				hits += uniform() < 0.01;
			share = share_of(hits, TRIALS);
			CHECK(!share_exceeds(&share, &s));
		}
	}
}

static enum cost_order
order_of(double low, double high)
{
	struct cost_ratio ratio = {{sqrt(low * high), low, high}, 100};

	return cost_order(&ratio);
}

static void
test_order(void)
{
	CHECK(order_of(1.5, 1.7) == COST_FASTER);
	CHECK(order_of(0.5, 0.9) == COST_SLOWER);
	CHECK(order_of(0.98, 1.03) == COST_EQUAL);
	CHECK(order_of(1.03, 1.20) == COST_UNCLEAR);
	CHECK(order_of(0.80, 1.20) == COST_UNCLEAR);
}

int
main(void)
{
	rng_seed(&rng, 1);
	test_share();
	test_separator();
	test_indistinguishable();
	test_verdict();
	test_no_false_alarm();
	test_order();
	return 0;
}
