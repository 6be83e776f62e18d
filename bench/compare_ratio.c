/*
 * compare_ratio.c: see compare_ratio.h
 */
#include "compare_ratio.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool
is_in(const struct cell *cell, const struct ratio_group *g)
{
	return g->dst_offset == cell->dst_offset &&
	       cell->size_bytes >= g->least_bytes &&
	       (!g->most_bytes || cell->size_bytes <= g->most_bytes) &&
	       (g->op == RATIO_ANY || g->op == (int)cell->op) &&
	       (g->residency == RATIO_ANY ||
		       g->residency == (int)cell->residency) &&
	       (g->drain == RATIO_ANY || g->drain == (int)cell->drain);
}

size_t
ratio_group_cells(const struct ratio_group *group, const struct plan_work *work,
	size_t *cells)
{
	size_t count = 0;

	for (size_t c = 0; c < work->cell_count; c++) {
		if (is_in(&work->cells[c], group))
			cells[count++] = c;
	}
	return count;
}

int
ratios_open(struct ratios *r, const struct compare_run *run, struct rng *rng)
{
	size_t cells = run->work.cell_count;

	*r = (struct ratios){
		.run = run,
		.rng = rng,
		.scratch = calloc(
			2 * (size_t)run->rounds_most + RATIO_RESAMPLES,
			sizeof(double)),
		.cells = calloc(cells, sizeof(*r->cells)),
		.draws = calloc(cells * RATIO_RESAMPLES, sizeof(double)),
		.pairs = calloc(cells, sizeof(*r->pairs)),
	};
	if (r->scratch && r->cells && r->draws && r->pairs)
		return 0;
	ratios_free(r);
	return -ENOMEM;
}

void
ratios_take(struct ratios *r, size_t cell, size_t lib, size_t baseline,
	unsigned first)
{
	const double *lib_ns = compare_ns(r->run, cell, lib);
	const double *baseline_ns = compare_ns(r->run, cell, baseline);
	double *logs = r->scratch, *room = logs + r->run->rounds_most;
	size_t count = 0;

	for (unsigned i = first; i < r->run->rounds; i++) {
		if (!isnan(lib_ns[i]) && !isnan(baseline_ns[i]))
			logs[count++] = log(baseline_ns[i] / lib_ns[i]);
	}
	r->pairs[cell] = count;
	if (count == 0)
		return;
	r->cells[cell] = stats_bootstrap(
		logs, count, RATIO_RESAMPLES, r->rng, room);
	memcpy(&r->draws[cell * RATIO_RESAMPLES], room + count,
		RATIO_RESAMPLES * sizeof(double));
}

struct interval
ratios_mean(struct ratios *r, const size_t *cells, size_t count)
{
	double sums[RATIO_RESAMPLES] = {0};
	struct interval mean = {0};

	for (size_t i = 0; i < count; i++) {
		const double *draws = &r->draws[cells[i] * RATIO_RESAMPLES];

		mean.middle += r->cells[cells[i]].middle;
		for (size_t n = 0; n < RATIO_RESAMPLES; n++)
			sums[n] += draws[rng_below(r->rng, RATIO_RESAMPLES)];
	}
	stats_sort(sums, RATIO_RESAMPLES);
	mean.middle /= (double)count;
	mean.low = stats_quantile(sums, RATIO_RESAMPLES, 0.025) / (double)count;
	mean.high = stats_quantile(sums, RATIO_RESAMPLES, 0.975) /
		    (double)count;
	return mean;
}

void
ratios_free(struct ratios *r)
{
	free(r->scratch);
	free(r->cells);
	free(r->draws);
	free(r->pairs);
	*r = (struct ratios){0};
}
