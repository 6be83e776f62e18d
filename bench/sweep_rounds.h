/*
 * sweep_rounds.h: the rounds of one start
 *
 * A round visits every cell once, in an order drawn anew, and measures all
 * variants of a cell one after the other, in an order drawn anew, on one place
 * in memory: rows of equal rep are pairs that drift of the machine meets
 * alike. Order and places follow from seed and rep alone, so that a resumed
 * start goes on as it would have.
 */
#ifndef BENCH_SWEEP_ROUNDS_H
#define BENCH_SWEEP_ROUNDS_H

#include <signal.h>

#include "cell.h"
#include "plan.h"
#include "progress.h"
#include "quiet.h"
#include "states.h"
#include "sweep.h"
#include "sweep_counts.h"
#include "sweep_done.h"

struct sweep_rounds {
	const struct sweep_job *job;
	const struct plan *plan;
	struct plan_work work;
	struct cell_bench bench;
	struct sweep_done done;
	struct measurement_writer writer;
	struct sweep_counts counts;
	struct progress progress;
	struct quiet quiet;
	const volatile sig_atomic_t *stop; /* true: finish no more cells */
	struct states states; /* seen in the first round */
	unsigned rounds; /* run; set by sweep_rounds_run */
};

/* rep of a start's first round. */
unsigned sweep_rep_first(const struct plan *plan, unsigned start);

/* Runs the rounds and appends their rows. 0, -EINTR (stopped), or the error of
 * the writer. */
int sweep_rounds_run(struct sweep_rounds *r);

#endif
