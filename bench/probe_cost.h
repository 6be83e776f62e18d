/*
 * probe_cost.h: what flushing costs, as evidence of where lines were
 *
 * Three questions, answered by timing flushes of many lines, MFENCE included:
 *   after     flushing lines that a streaming store was carried out on: does it
 *             take as long as for dirty lines (then their data had not reached
 *             memory), or as for clean and absent ones?
 *   reaccess  store, flush, fence, store again, flush, fence: what does a flush
 *             that keeps the line save a program that comes back to it?
 *   serial    one line and many at once: do flushes wait for each other?
 * The controls of "after" are measured in the same rounds.
 */
#ifndef BENCH_PROBE_COST_H
#define BENCH_PROBE_COST_H

#include <stdbool.h>

#include "cacheline.h"
#include "cpu.h"
#include "rounds.h"

/* Lines of each sequence; one line where "serial" compares with it. Few enough
 * for any L1, enough to tell what a single flush hides in the store buffer. */
#define COST_LINES 64

/* Ratio of paired times, with its 95% interval (stats_bootstrap). */
struct cost_ratio {
	struct interval ratio;
	size_t pairs;
};

/* How a candidate's time compares with a reference's. */
enum cost_order { COST_FASTER, COST_EQUAL, COST_SLOWER, COST_UNCLEAR };
extern const char *const cost_order_names[4];

/* Times are the same within this much, either way. */
#define COST_EQUAL_BAND 0.05

/* Of a ratio reference / candidate: equal where the whole interval lies in the
 * band around 1, faster and slower where it lies wholly above and below the
 * band, else unclear. */
enum cost_order cost_order(const struct cost_ratio *ratio);

struct cost_flush {
	bool present;
	/* Median times, whole sequence of COST_LINES. */
	double reaccess_ns, many_ns, one_ns;
	/* Time of the reference instruction divided by this one's: above 1,
	 * this one is faster. */
	struct cost_ratio reaccess, many;
};

/* The known states that lines after a streaming store are compared with. */
enum cost_control { CONTROL_ABSENT, CONTROL_CLEAN, CONTROL_DIRTY };
#define CONTROL_COUNT 3
extern const char *const cost_control_names[CONTROL_COUNT];

struct cost_after {
	bool present;
	double median_ns;
	/* Time of flushing the control's lines divided by that of these. */
	struct cost_ratio versus[CONTROL_COUNT];
	/* The only control whose time is equal, or CONTROL_COUNT: none is, or
	 * several are. */
	enum cost_control like;
};

struct cost_result {
	enum flush flush; /* the instruction that "after" times */
	enum flush reference; /* of the ratios: CLFLUSHOPT, or CLFLUSH */
	struct cost_flush flushes[FLUSH_COUNT]; /* not FLUSH_NONE */
	/* By streaming action, on lines that were clean and dirty. */
	struct cost_after after_clean[ACTION_COUNT], after_dirty[ACTION_COUNT];
	double control_ns[CONTROL_COUNT];
	size_t rounds;
};

/* Runs the experiment on the calling thread's CPU. 0, -ENOMEM, or -ENOTSUP (no
 * flush instruction). */
int cost_run(struct cost_result *result, const struct timing *timing,
	const struct cpu *cpu, struct rounds_plan pace, struct rng *rng);

#endif
