/*
 * sweep_done.h: which rows of a start a file holds already
 */
#ifndef BENCH_SWEEP_DONE_H
#define BENCH_SWEEP_DONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan.h"

struct sweep_done {
	const struct plan_work *work;
	size_t variants_most; /* of any op */
	size_t rounds;
	uint8_t *rows; /* by round, cell, variant: 1 if in the file */
};

/* Prepares for rounds of work, none of it done. 0 or -ENOMEM. */
int sweep_done_open(
	struct sweep_done *done, const struct plan_work *work, size_t rounds);

/* Marks what is found in rows whose rep is rep_first + round. */
void sweep_done_mark(struct sweep_done *done,
	const struct measurements *measured, unsigned rep_first);

/* The mark of a row. */
uint8_t *sweep_done_row(const struct sweep_done *done, size_t round,
	size_t cell, size_t variant);

void sweep_done_close(struct sweep_done *done);

#endif
