/*
 * race_times.h: how the variants of an operation compare in rounds measured
 *
 * Rows of equal rep are pairs. A repetition of a length is the mean of the log
 * ratios of all its cells (residencies, drains, offsets) that have both
 * variants in that rep; it counts only if all cells have. Over lengths, every
 * octave weighs the same, and the lengths in it share its weight.
 */
#ifndef BENCH_RACE_TIMES_H
#define BENCH_RACE_TIMES_H

#include "measurement.h"
#include "plan.h"

/* Lengths of an operation: more than any plan has. */
#define RACE_SIZES_MOST 128

/* Deviations of a normal distribution beyond which 0.1% lie, both sides
 * together: some hundred pairs are compared, and what is dropped wrongly is
 * lost. And for 5%: what speaks for measuring on needs less proof. */
#define RACE_Z_STRICT 3.29
#define RACE_Z_PLAIN 1.96

/* Rounds of which rows are taken: reps from rep_first on, on one pair. */
struct race_span {
	unsigned cpu_node, mem_node;
	unsigned rep_first, reps;
};

/* Logarithms of the times of one operation. */
struct race_times {
	const struct plan_variant *variants; /* plan_work's */
	size_t variant_count;
	size_t size_count, sizes_bytes[RACE_SIZES_MOST]; /* ascending */
	size_t cell_count;
	const struct cell **cells; /* plan_work's, by length */
	size_t reps;
	double *log_ns; /* by cell, variant, rep; NAN: not there */
};

/* Mean of log(time of v / time of w), and what it may be wrong by. Not known,
 * with a mean of NAN, where there are too few repetitions. */
struct race_ratio {
	double mean, variance; /* of the mean */
	double freedom; /* degrees of, behind the variance */
};

/* Gathers the rows of one operation; rows of cells or variants that are not in
 * work are left out. 0 or -ENOMEM. */
int race_times_gather(struct race_times *t, const struct plan_work *work,
	enum op op, const struct measurements *measured,
	const struct race_span *span);

void race_times_free(struct race_times *t);

/* Fills the ratio of every length, in the order of sizes_bytes, and returns
 * that over all of them: not known if any of them is not. */
struct race_ratio race_times_compare(const struct race_times *t, size_t v,
	size_t w, struct race_ratio *by_size);

/* Ends of the interval of a ratio, z deviations of a normal distribution to
 * either side; NAN where it is not known. */
double race_ratio_low(const struct race_ratio *r, double z);
double race_ratio_high(const struct race_ratio *r, double z);

#endif
