/*
 * page_counts.c: what the CPU counted while kernels ran
 */
#include "page.h"

#include <math.h>
#include <stdlib.h>

#include "format.h"
#include "html.h"

/* Lengths that tables are of: within a line, a page, and beyond most second
 * level caches. */
static const size_t sizes_bytes[] = {64, 4096, 1048576};
#define SIZES (sizeof(sizes_bytes) / sizeof(sizes_bytes[0]))

static const enum residency residencies[] = {RESIDENCY_WARM, RESIDENCY_COLD};
#define RESIDENCIES (sizeof(residencies) / sizeof(residencies[0]))

static void
event_cell(struct page *p, double value)
{
	struct format f;

	fprintf(p->out, "<td>");
	if (isnan(value)) {
		fprintf(p->out, "–");
	} else {
		snprintf(f.text, sizeof(f.text), "%.*f", value < 10 ? 2 : 0,
			value);
		fprintf(p->out, "<data value=\"%.10g\">%s</data>", value,
			f.text);
	}
	fprintf(p->out, "</td>");
}

/* A variant's row, unless nothing was counted of it. */
static void
variant_row(struct page *p, struct measurement of, double *scratch)
{
	const struct counts *all = &p->report->counts;
	double events[RESIDENCIES][COUNTS_EVENTS];
	bool any = false;

	for (size_t r = 0; r < RESIDENCIES; r++) {
		of.residency = residencies[r];
		for (int e = 0; e < COUNTS_EVENTS; e++) {
			events[r][e] = counts_median(all, &of, e, scratch);
			any |= !isnan(events[r][e]);
		}
	}
	if (!any)
		return;
	fprintf(p->out, "<tr><th><code>");
	if (of.op == OP_FLUSH)
		fprintf(p->out, "%s", flush_kernels[of.flush].name);
	else
		fprintf(p->out, "%s/%s/%s", isa_names[of.isa],
			store_names[of.store], flush_kernels[of.flush].name);
	fprintf(p->out, "</code></th>");
	for (size_t r = 0; r < RESIDENCIES; r++)
		for (int e = 0; e < COUNTS_EVENTS; e++)
			event_cell(p, events[r][e]);
	fprintf(p->out, "</tr>\n");
}

static void
counts_table(struct page *p, struct measurement of, double *scratch)
{
	fprintf(p->out,
		"<details><summary>%s, %s</summary><div class=\"scroll\">"
		"<table class=\"numbers counts\" id=\"counts-%s-%zu\">"
		"<thead><tr><th></th>",
		op_names[of.op], format_bytes(of.size_bytes).text,
		op_names[of.op], of.size_bytes);
	for (size_t r = 0; r < RESIDENCIES; r++)
		for (int e = 0; e < COUNTS_EVENTS; e++)
			fprintf(p->out, "<th>%s, %s</th>", counts_names[e],
				residency_names[residencies[r]]);
	fprintf(p->out, "</tr></thead>\n<tbody>\n");
	for (int isa = 0; isa < ISA_COUNT; isa++)
		for (int store = 0; store < STORE_COUNT; store++)
			for (int flush = 0; flush < FLUSH_COUNT; flush++) {
				of.isa = (enum isa)isa;
				of.store = (enum store)store;
				of.flush = (enum flush)flush;
				variant_row(p, of, scratch);
			}
	fprintf(p->out, "</tbody></table></div></details>\n");
}

void
page_counts(struct page *p)
{
	const struct counts *all = &p->report->counts;
	double *scratch = calloc(all->count + 1, sizeof(*scratch));
	struct measurement of = {.drain = DRAIN_EACH};

	if (!scratch || all->count == 0)
		goto free_scratch;
	of.cpu_node = all->rows[0].of.cpu_node;
	of.mem_node = all->rows[0].of.mem_node;
	fprintf(p->out,
		"<p>Events of one operation that ends in a drain, CPU node %u, "
		"memory node %u; the medians of what <a "
		"href=\"counters.tsv\">counters.tsv</a> holds.</p>\n",
		of.cpu_node, of.mem_node);
	for (int op = 0; op < OP_COUNT; op++)
		for (size_t i = 0; i < SIZES; i++) {
			of.op = (enum op)op;
			of.size_bytes = sizes_bytes[i];
			counts_table(p, of, scratch);
		}
free_scratch:
	free(scratch);
}
