/*
 * quiet.h: samples taken while nobody else works on the core
 *
 * Where two hardware threads share a core, what the other one does, which may
 * be a neighbour's guest, slows stores in cache to as little as half, and not
 * all kernels alike: which is best then is another question. No counter that a
 * guest can read tells (stolen time counts a CPU taken away, not one shared),
 * but the core does. A crowd of instructions that hardly depend on each other
 * goes as fast as the core's ports and front end allow, and those are shared; a
 * chain of multiplications, each of which needs the one before, leaves them
 * idle, and takes as long either way. The clock is in both alike. So the ratio
 * of the two times, against the least one seen, says whether the core is ours
 * alone. The time of the sample has no part in that, so no variant is favoured
 * for being quick by luck; long samples are harder to get undisturbed.
 *
 *	do {
 *		while (quiet_wait(&quiet))
 *			tell that we wait, stop if asked to;
 *		take the sample;
 *	} while (quiet_again(&quiet));
 *
 * ends when the core was ours before and after the sample, or after 40 ms of
 * tries, or when the patience is at its end. Meanwhile it tries the other CPUs
 * of the node in turn, for neighbours seldom use all cores: the thread may be
 * bound to another one afterwards. A look takes 3 us.
 */
#ifndef BENCH_QUIET_H
#define BENCH_QUIET_H

#include "platform.h"
#include "steal.h"
#include "timing.h"

/* Looks that the least ratio is learnt from at a time. */
#define QUIET_LOOKS 64

struct quiet {
	/* For the caller to set, all else zero. */
	const struct timing *timing;
	const struct platform *platform;
	unsigned cpu_node, cpu; /* of platform_bind: where the thread is */
	struct steal *steal; /* follows the thread */
	double patience_s; /* to spend on waiting and taking again */
	double (*look)(const struct timing *t); /* quiet_look, but in tests */

	double spent_s; /* of it so far */
	size_t samples, again; /* taken; tries beyond those */
	size_t shared; /* samples kept although the core was shared */
	/* Of the looks: the least ratio, which the caller may know from before,
	 * else 0; that of the last QUIET_LOOKS; and those since. */
	double alone, least_before, looks[QUIET_LOOKS];
	size_t look_count;
	/* The sample that is taken now: its begin, whether the core was shared
	 * then, and what was spent on tries before. */
	double begun_s;
	bool was_shared;
	double sample_s;
	double moved_s; /* when the thread changed CPUs */
};

/* Learns what the core is like; 1 ms at most. */
void quiet_open(struct quiet *q);

/* One look: the time of the crowd over that of the chain. 1 where the clock is
 * no time-stamp counter, for it may be too coarse: there every core passes for
 * quiet. */
double quiet_look(const struct timing *t);

/* Waits 20 ms at most for the core to be ours. Whether to call again: it is
 * not, and there is patience left. */
bool quiet_wait(struct quiet *q);

/* Ends a try. Whether to take the sample again. */
bool quiet_again(struct quiet *q);

/* The clock of what is measured: timing_seconds, less what was spent. */
double quiet_measuring_s(const struct quiet *q);

/* For who waits. */
#define QUIET_WAITING "waiting: others use our core"

/* Percent of the samples kept that were taken while the core was shared. */
double quiet_shared_pct(const struct quiet *q);

#endif
