/*
 * rounds.h: many cells measured interleaved until a deadline
 *
 * A round visits every cell once, in an order drawn anew, so that whatever
 * changes during the run (load, clock, temperature) meets all cells alike and
 * the samples of a round are pairs.
 */
#ifndef BENCH_ROUNDS_H
#define BENCH_ROUNDS_H

#include <stddef.h>
#include <stdint.h>

#include "stats.h"
#include "timing.h"

struct rounds_plan {
	size_t cells;
	double seconds; /* of measuring; a round begun is ended */
	size_t min_rounds, max_rounds; /* whatever the seconds say */
	/* Measures a cell once: 0 and its ticks, or a negative errno. */
	int (*measure)(void *context, size_t cell, uint64_t *ticks);
	void *context;
	/* Told now and then how much is done, 0 to 1; may be NULL. */
	void (*progress)(void *progress_context, double done);
	void *progress_context;
};

/* All samples, in ticks, the rounds of a cell side by side. */
struct rounds {
	size_t cells, count, capacity;
	double *samples;
};

/* Runs the plan. 0 and *rounds, which rounds_free frees; or -ENOMEM or what
 * measure returned, and there is nothing to free. */
int rounds_run(
	struct rounds *rounds, const struct rounds_plan *plan, struct rng *rng);

/* The samples of a cell: rounds->count of them. */
double *rounds_cell(const struct rounds *rounds, size_t cell);

void rounds_free(struct rounds *rounds);

#endif
