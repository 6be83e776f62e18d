/*
 * compare_goals.h: what a comparison says of the goals
 *
 * The second library is whose goals they are. The peer is the first further
 * library that is not a build of this project; libc is the one labelled so.
 */
#ifndef BENCH_COMPARE_GOALS_H
#define BENCH_COMPARE_GOALS_H

#include "compare.h"

/* Lists the cells that miss the target of a worst cell as the cells of *again,
 * a run of the same libraries that is to measure only who is concerned. It is
 * open then; there may be none (cell_count 0). 0, or -ENOMEM and all zero. */
int compare_goals_doubt(
	const struct compare_run *run, struct compare_run *again);

/* Writes the rows of goals.tsv. 0 or -ENOMEM. */
int compare_goals_write(const struct compare_run *run,
	const struct compare_run *again, FILE *out);

#endif
