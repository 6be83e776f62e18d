/*
 * sweep_done.c: see sweep_done.h
 */
#include "sweep_done.h"

#include <errno.h>
#include <stdlib.h>

int
sweep_done_open(
	struct sweep_done *done, const struct plan_work *work, size_t rounds)
{
	*done = (struct sweep_done){.work = work, .rounds = rounds};
	for (int op = 0; op < OP_COUNT; op++) {
		if (work->variant_count[op] > done->variants_most)
			done->variants_most = work->variant_count[op];
	}
	done->rows = calloc(rounds * work->cell_count, done->variants_most);
	return done->rows ? 0 : -ENOMEM;
}

uint8_t *
sweep_done_row(const struct sweep_done *done, size_t round, size_t cell,
	size_t variant)
{
	size_t line = round * done->work->cell_count + cell;

	return &done->rows[line * done->variants_most + variant];
}

static void
row_mark(struct sweep_done *done, const struct measurement *m, size_t round)
{
	const struct plan_work *work = done->work;
	size_t cell = 0, variant = 0;

	while (cell < work->cell_count && !plan_cell_has(&work->cells[cell], m))
		cell++;
	while (variant < work->variant_count[m->op] &&
		!plan_variant_has(&work->variants[m->op][variant], m))
		variant++;
	if (cell < work->cell_count && variant < work->variant_count[m->op])
		*sweep_done_row(done, round, cell, variant) = 1;
}

void
sweep_done_mark(struct sweep_done *done, const struct measurements *measured,
	unsigned rep_first)
{
	for (size_t i = 0; i < measured->count; i++) {
		const struct measurement *m = &measured->rows[i];

		if (m->rep >= rep_first && m->rep - rep_first < done->rounds)
			row_mark(done, m, m->rep - rep_first);
	}
}

void
sweep_done_close(struct sweep_done *done)
{
	free(done->rows);
}
