/*
 * compare_print.c: from paired times to ratios with intervals
 *
 * A ratio is that of one library's times to the baseline's in the same rounds.
 * Means over cells are geometric; their intervals come from drawing one of the
 * bootstrapped ratios of every cell, for noise of different cells is
 * independent.
 */
#include "compare.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Resamples of a bootstrap: the ends of a 95% interval then lie on the tenth
 * value from either end. */
#define RESAMPLES ((size_t)400)

#define ANY (-1)

/* Two instances of one table, and what came of them. */
struct pair {
	size_t lib, baseline; /* instances */
	struct interval *cells; /* log-ratios */
	double *draws; /* RESAMPLES a cell */
	size_t *pairs; /* a cell */
};

struct printer {
	const struct compare_run *run;
	struct rng rng;
	double *logs, *scratch;
	struct pair pair;
	FILE *tsv, *out;
};

static size_t
logs_fill(struct printer *p, size_t cell)
{
	const double *lib = compare_ns(p->run, cell, p->pair.lib);
	const double *baseline = compare_ns(p->run, cell, p->pair.baseline);
	size_t count = 0;

	for (unsigned r = 0; r < p->run->rounds; r++) {
		if (!isnan(lib[r]) && !isnan(baseline[r]))
			p->logs[count++] = log(baseline[r] / lib[r]);
	}
	return count;
}

static void
cells_evaluate(struct printer *p)
{
	for (size_t c = 0; c < p->run->work.cell_count; c++) {
		size_t count = logs_fill(p, c);

		p->pair.pairs[c] = count;
		p->pair.cells[c] = stats_bootstrap(
			p->logs, count, RESAMPLES, &p->rng, p->scratch);
		memcpy(&p->pair.draws[c * RESAMPLES], p->scratch + count,
			RESAMPLES * sizeof(double));
	}
}

/* What a mean is taken over; ANY: every one. Aligned and unaligned cells are
 * never averaged: a library may be many times slower on one of them, which
 * would drown what it is on the other. */
struct group {
	int op, residency, drain;
	unsigned dst_offset;
};

static bool
is_in(const struct cell *cell, const struct group *g)
{
	return g->dst_offset == cell->dst_offset &&
	       (g->op == ANY || g->op == (int)cell->op) &&
	       (g->residency == ANY || g->residency == (int)cell->residency) &&
	       (g->drain == ANY || g->drain == (int)cell->drain);
}

/* The mean log-ratio over a group, its interval, and all that was seen of its
 * lines; count 0: no cell is in it. */
struct mean {
	struct interval log;
	size_t count, pairs, worst; /* cells, pairs, cell of the least ratio */
	struct cell_tally tally;
};

static void
tally_add(struct cell_tally *sum, const struct cell_tally *t)
{
	sum->lines += t->lines;
	sum->cached += t->cached;
	sum->flushed += t->flushed;
	sum->told += t->told;
	sum->found_ticks += t->found_ticks;
	sum->clean_ticks += t->clean_ticks;
	sum->dirty_ticks += t->dirty_ticks;
}

static struct mean
mean_of(struct printer *p, const struct group *g)
{
	const struct plan_work *work = &p->run->work;
	double sums[RESAMPLES] = {0};
	struct mean m = {0};

	for (size_t c = 0; c < work->cell_count; c++) {
		if (!is_in(&work->cells[c], g))
			continue;
		if (m.count == 0 ||
			p->pair.cells[c].middle < p->pair.cells[m.worst].middle)
			m.worst = c;
		m.count++;
		m.pairs += p->pair.pairs[c];
		m.log.middle += p->pair.cells[c].middle;
		tally_add(&m.tally, compare_tally(p->run, c, p->pair.lib));
		for (size_t r = 0; r < RESAMPLES; r++)
			sums[r] += p->pair.draws[c * RESAMPLES +
						 rng_below(&p->rng, RESAMPLES)];
	}
	if (m.count == 0)
		return m;
	stats_sort(sums, RESAMPLES);
	m.log.middle /= (double)m.count;
	m.log.low = stats_quantile(sums, RESAMPLES, 0.025) / (double)m.count;
	m.log.high = stats_quantile(sums, RESAMPLES, 0.975) / (double)m.count;
	return m;
}

static const char *
word(const char *const *names, int index)
{
	return index == ANY ? "all" : names[index];
}

static void
share_print(FILE *f, bool known, double pct)
{
	if (known)
		fprintf(f, "\t%.1f", pct);
	else
		fprintf(f, "\t-");
}

/* One row of compare.tsv. */
static void
row_print(const struct printer *p, const struct group *g, size_t size_bytes,
	const struct interval *log_ratio, size_t pairs,
	const struct cell_tally *tally)
{
	const struct compare_instance *lib = &p->run->libs
						      ->instances[p->pair.lib];
	const struct compare_instance
		*baseline = &p->run->libs->instances[p->pair.baseline];
	bool tells = timing_tells_misses(p->run->benches[0].timing);
	double dirty_pct = cell_dirty_pct(tally);
	double low = fmin(log_ratio->low, log_ratio->middle);
	double high = fmax(log_ratio->high, log_ratio->middle);

	fprintf(p->tsv, "%s\t%s\t%s\t%s\t%zu\t%zu\t%u\t%s\t%s",
		lib->table->name, word(op_names, g->op),
		word(residency_names, g->residency),
		word(drain_names, g->drain), p->run->crew->count, size_bytes,
		g->dst_offset, lib->lib->label, baseline->lib->label);
	fprintf(p->tsv, "\t%.4f\t%.4f\t%.4f\t%zu", exp(log_ratio->middle),
		exp(low), exp(high), pairs);
	share_print(p->tsv, tally->lines && tells, cell_cached_pct(tally));
	share_print(p->tsv, dirty_pct >= 0, dirty_pct);
	fprintf(p->tsv, "\t%s\n", lib->durable ? "durable" : "not-durable");
}

static void
mean_print(struct printer *p, struct group g)
{
	struct mean m = mean_of(p, &g);

	if (m.count)
		row_print(p, &g, 0, &m.log, m.pairs, &m.tally);
}

static void
cells_print(struct printer *p)
{
	const struct plan_work *work = &p->run->work;

	for (size_t c = 0; c < work->cell_count; c++) {
		const struct cell *cell = &work->cells[c];
		struct group g = {(int)cell->op, (int)cell->residency,
			(int)cell->drain, cell->dst_offset};

		row_print(p, &g, cell->size_bytes, &p->pair.cells[c],
			p->pair.pairs[c],
			compare_tally(p->run, c, p->pair.lib));
	}
}

static void
means_print(struct printer *p, unsigned dst_offset)
{
	mean_print(p, (struct group){ANY, ANY, ANY, dst_offset});
	for (int op = OP_MOVE; op <= OP_SET; op++) {
		for (int r = RESIDENCY_WARM; r <= RESIDENCY_COLD; r++) {
			for (int d = 0; d < DRAIN_COUNT; d++)
				mean_print(p,
					(struct group){op, r, d, dst_offset});
		}
	}
}

/* The table for people: a line a pair and alignment. */
static void
line_print(struct printer *p, unsigned dst_offset)
{
	const struct compare_instance *lib = &p->run->libs
						      ->instances[p->pair.lib];
	const struct compare_instance
		*baseline = &p->run->libs->instances[p->pair.baseline];
	const struct group all = {ANY, ANY, ANY, dst_offset};
	struct mean m = mean_of(p, &all);
	const struct cell *worst = &p->run->work.cells[m.worst];
	char name[2 * COMPARE_LABEL_BYTES + 16];

	if (m.count == 0)
		return;
	snprintf(name, sizeof(name), "%s / %s%s", lib->lib->label,
		baseline->lib->label, dst_offset ? ", unaligned" : "");
	fprintf(p->out, "  %-35s%7.3f [%5.3f, %5.3f]  %5.3f %s %s %zu%s\n",
		name, exp(m.log.middle), exp(m.log.low), exp(m.log.high),
		exp(p->pair.cells[m.worst].middle), op_names[worst->op],
		residency_names[worst->residency], worst->size_bytes,
		lib->durable ? "" : " !");
}

static void
pair_print(struct printer *p, size_t lib, size_t baseline)
{
	p->pair.lib = lib;
	p->pair.baseline = baseline;
	cells_evaluate(p);
	means_print(p, 0);
	means_print(p, PLAN_UNALIGNED_BYTES);
	cells_print(p);
	if (lib == baseline)
		return;
	line_print(p, 0);
	line_print(p, PLAN_UNALIGNED_BYTES);
}

/* Every library against the first, which carries what was seen of the first
 * itself too; then the second, which is whom it is all about, against the
 * others, the control apart. */
static void
table_print(struct printer *p, size_t first)
{
	const struct compare_libs *libs = p->run->libs;

	fprintf(p->out, "%s\n  %-35s%7s %-16s  %s\n",
		libs->instances[first].table->about, "speed", "mean",
		"95% interval", "worst cell");
	for (size_t l = 0; l < libs->lib_count; l++)
		pair_print(p, first + l, first);
	for (size_t l = 2; l + 1 < libs->lib_count; l++)
		pair_print(p, first + 1, first + l);
}

int
compare_print(const struct compare_run *run, FILE *tsv, FILE *out)
{
	size_t cells = run->work.cell_count;
	struct printer p = {
		.run = run,
		.tsv = tsv,
		.out = out,
		.logs = calloc(run->rounds_most, sizeof(double)),
		.scratch = calloc(run->rounds_most + RESAMPLES, sizeof(double)),
		.pair.cells = calloc(cells, sizeof(struct interval)),
		.pair.draws = calloc(cells * RESAMPLES, sizeof(double)),
		.pair.pairs = calloc(cells, sizeof(size_t)),
	};
	int err = -ENOMEM;

	if (!p.logs || !p.scratch || !p.pair.cells || !p.pair.draws ||
		!p.pair.pairs)
		goto free_buffers;
	rng_seed(&p.rng, run->seed);
	fprintf(tsv, "table\top\tresidency\tdrain\tthreads\tsize_bytes\t"
		     "dst_offset\tlib\tbaseline\tratio\tratio_lo\tratio_hi\t"
		     "pairs\tretained_pct\tdirty_pct\tpromise\n");
	for (size_t t = 0; t < run->libs->table_count; t++)
		table_print(&p, t * run->libs->lib_count);
	fprintf(out, "above 1: faster; !: not durable on this CPU where only "
		     "the memory controller is\n");
	err = 0;
free_buffers:
	free(p.logs);
	free(p.scratch);
	free(p.pair.cells);
	free(p.pair.draws);
	free(p.pair.pairs);
	return err;
}
