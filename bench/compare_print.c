/*
 * compare_print.c: ratios as rows of a file, and as a table for people
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare_ratio.h"

struct printer {
	const struct compare_run *run;
	struct rng rng;
	struct ratios ratios;
	size_t lib, baseline; /* instances of one table, now looked at */
	size_t *cells; /* room for all */
	FILE *tsv, *out;
};

static void
cells_evaluate(struct printer *p)
{
	for (size_t c = 0; c < p->run->work.cell_count; c++)
		ratios_take(&p->ratios, c, p->lib, p->baseline, 0);
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
mean_of(struct printer *p, const struct ratio_group *g)
{
	const struct plan_work *work = &p->run->work;
	const struct ratios *r = &p->ratios;
	struct mean m = {0};

	m.count = ratio_group_cells(g, work, p->cells);
	for (size_t i = 0; i < m.count; i++) {
		size_t c = p->cells[i];

		if (i == 0 || r->cells[c].middle < r->cells[m.worst].middle)
			m.worst = c;
		m.pairs += r->pairs[c];
		tally_add(&m.tally, compare_tally(p->run, c, p->lib));
	}
	if (m.count)
		m.log = ratios_mean(&p->ratios, p->cells, m.count);
	return m;
}

static const char *
word(const char *const *names, int index)
{
	return index == RATIO_ANY ? "all" : names[index];
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
row_print(const struct printer *p, const struct ratio_group *g,
	size_t size_bytes, const struct interval *log_ratio, size_t pairs,
	const struct cell_tally *tally)
{
	const struct compare_instance *lib = &p->run->libs->instances[p->lib];
	const struct compare_instance
		*baseline = &p->run->libs->instances[p->baseline];
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
mean_print(struct printer *p, struct ratio_group g)
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
		struct ratio_group g = {(int)cell->op, (int)cell->residency,
			(int)cell->drain, cell->dst_offset, 0, 0};

		row_print(p, &g, cell->size_bytes, &p->ratios.cells[c],
			p->ratios.pairs[c], compare_tally(p->run, c, p->lib));
	}
}

static void
means_print(struct printer *p, unsigned dst_offset)
{
	mean_print(p, (struct ratio_group){RATIO_ANY, RATIO_ANY, RATIO_ANY,
			      dst_offset, 0, 0});
	for (int op = OP_MOVE; op <= OP_SET; op++) {
		for (int r = RESIDENCY_WARM; r <= RESIDENCY_COLD; r++) {
			for (int d = 0; d < DRAIN_COUNT; d++)
				mean_print(p, (struct ratio_group){op, r, d,
						      dst_offset, 0, 0});
		}
	}
}

/* The table for people: a line a pair and alignment. */
static void
line_print(struct printer *p, unsigned dst_offset)
{
	const struct compare_instance *lib = &p->run->libs->instances[p->lib];
	const struct compare_instance
		*baseline = &p->run->libs->instances[p->baseline];
	const struct ratio_group all = {
		RATIO_ANY, RATIO_ANY, RATIO_ANY, dst_offset, 0, 0};
	struct mean m = mean_of(p, &all);
	const struct cell *worst = &p->run->work.cells[m.worst];
	char name[2 * COMPARE_LABEL_BYTES + 16];

	if (m.count == 0)
		return;
	snprintf(name, sizeof(name), "%s / %s%s", lib->lib->label,
		baseline->lib->label, dst_offset ? ", unaligned" : "");
	fprintf(p->out, "  %-35s%7.3f [%5.3f, %5.3f]  %5.3f %s %s %zu%s\n",
		name, exp(m.log.middle), exp(m.log.low), exp(m.log.high),
		exp(p->ratios.cells[m.worst].middle), op_names[worst->op],
		residency_names[worst->residency], worst->size_bytes,
		lib->durable ? "" : " !");
}

static void
pair_print(struct printer *p, size_t lib, size_t baseline)
{
	p->lib = lib;
	p->baseline = baseline;
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
	struct printer p = {
		.run = run,
		.tsv = tsv,
		.out = out,
		.cells = calloc(run->work.cell_count, sizeof(size_t)),
	};

	rng_seed(&p.rng, run->seed);
	if (!p.cells || ratios_open(&p.ratios, run, &p.rng)) {
		free(p.cells);
		return -ENOMEM;
	}
	fprintf(tsv, "table\top\tresidency\tdrain\tthreads\tsize_bytes\t"
		     "dst_offset\tlib\tbaseline\tratio\tratio_lo\tratio_hi\t"
		     "pairs\tretained_pct\tdirty_pct\tpromise\n");
	for (size_t t = 0; t < run->libs->table_count; t++)
		table_print(&p, t * run->libs->lib_count);
	fprintf(out, "above 1: faster; !: not durable on this CPU where only "
		     "the memory controller is\n");
	ratios_free(&p.ratios);
	free(p.cells);
	return 0;
}
