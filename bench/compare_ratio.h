/*
 * compare_ratio.h: paired times as ratios with intervals
 *
 * A ratio is that of one instance's times to a baseline's in the same rounds.
 * Means over cells are geometric; their intervals come from drawing one of the
 * bootstrapped ratios of every cell, for noise of different cells is
 * independent.
 */
#ifndef BENCH_COMPARE_RATIO_H
#define BENCH_COMPARE_RATIO_H

#include "compare.h"

/* Resamples of a bootstrap: the ends of a 95% interval then lie on the tenth
 * value from either end. */
#define RATIO_RESAMPLES ((size_t)400)

/* What a mean is taken over; RATIO_ANY: every one. Aligned and unaligned cells
 * are never averaged: a library may be many times slower on one of them, which
 * would drown what it is on the other. */
#define RATIO_ANY (-1)
struct ratio_group {
	int op, residency, drain;
	unsigned dst_offset;
	size_t least_bytes, most_bytes; /* most 0: no limit */
};

/* Fills cells with those of a group; returns how many. Room for all. */
size_t ratio_group_cells(const struct ratio_group *group,
	const struct plan_work *work, size_t *cells);

/* Log-ratios by cell, baseline's time by lib's: above 0, lib is faster. */
struct ratios {
	const struct compare_run *run;
	struct rng *rng;
	double *scratch;
	struct interval *cells;
	double *draws; /* RATIO_RESAMPLES a cell */
	size_t *pairs; /* a cell; 0: nothing is known of it */
};

/* Room for the ratios of a run. 0 or -ENOMEM. */
int ratios_open(
	struct ratios *r, const struct compare_run *run, struct rng *rng);

/* Takes one cell's ratio from the rounds since `first`. */
void ratios_take(struct ratios *r, size_t cell, size_t lib, size_t baseline,
	unsigned first);

/* The mean log-ratio over these cells, at least one, and its interval. */
struct interval ratios_mean(
	struct ratios *r, const size_t *cells, size_t count);

void ratios_free(struct ratios *r);

#endif
