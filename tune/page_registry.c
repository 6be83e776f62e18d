/*
 * page_registry.c: the page of a registry, platforms side by side
 */
#include "registry_draft.h"

#include <math.h>
#include <string.h>

#include "format.h"
#include "html.h"
#include "page.h"

/* What stands in a cell that has a number for who reads by program. */
static void
number(FILE *out, double value, const char *text)
{
	struct page p = {.out = out};

	page_number(&p, value, text);
}

static void
cell(FILE *out, const char *label, const char *text)
{
	fprintf(out, "<td data-label=\"%s\">", label);
	html_text(text ? text : "–", out);
	fprintf(out, "</td>");
}

static void
platform_head(const struct registry *g, size_t i, FILE *out)
{
	const struct registry_run *run = &g->runs[i];
	const char *name = registry_fact(run, "cpu_name");

	fprintf(out, "<th scope=\"row\"><span>%c&ensp;", registry_letter(i));
	html_text(run->platform, out);
	fprintf(out, " <small>");
	html_text(name ? name : "CPU unknown", out);
	fprintf(out, "</small></span></th>");
}

/* The gain over another library, and which. */
static void
gain_cell(const struct registry_run *run, FILE *out)
{
	const struct comparison *c = registry_gain(run);

	fprintf(out, "<td class=\"num\" data-label=\"Speed\"><span>");
	if (c) {
		number(out, c->ratio, format_ratio(c->ratio).text);
		fprintf(out, " <small>%s to ", format_ratio(c->ratio_lo).text);
		fprintf(out, "%s</small> <small>",
			format_ratio(c->ratio_hi).text);
		html_text(c->lib, out);
		fprintf(out, " against ");
		html_text(c->baseline, out);
		fprintf(out, "</small>");
	} else {
		fprintf(out, "–");
	}
	fprintf(out, "</span></td>");
}

static void
decided_cell(const struct registry_run *run, FILE *out)
{
	const struct decision_list *all = &run->report.decisions;
	size_t count[VERDICT_COUNT] = {0};

	for (size_t i = 0; i < all->count; i++)
		count[report_is_left_out(&all->rows[i]) ?
				VERDICT_KEPT :
				all->rows[i].own.verdict]++;
	fprintf(out, "<td data-label=\"Decisions\"><span>");
	for (int v = 0; v < VERDICT_COUNT; v++) {
		if (count[v])
			fprintf(out,
				"<span class=\"badge nowrap %s\">%zu "
				"%s</span> ",
				verdict_names[v], count[v], verdict_names[v]);
	}
	fprintf(out, "</span></td>");
}

static void
platforms(const struct registry *g, FILE *out)
{
	fprintf(out,
		"<section id=\"platforms\">\n<h2>Platforms</h2>\n"
		"<p class=\"lead\">The newest run of each; what the probe saw "
		"of lines after a flush, and of streaming stores; speed over "
		"another build, one interleaved run each.</p>\n"
		"<table class=\"stack decisions\"><thead><tr><th>Platform</th>"
		"<th>Run</th><th>clwb</th><th>clflushopt</th><th>clflush</th>"
		"<th>Streaming stores</th><th>Decisions</th>"
		"<th class=\"num\">Speed, 95&nbsp;%% interval</th></tr></thead>"
		"\n<tbody>\n");
	for (size_t i = 0; i < g->count; i++) {
		const struct registry_run *run = &g->runs[i];
		const char *movnt = registry_fact(run, "movnt_verdict");

		fprintf(out, "<tr>");
		platform_head(g, i, out);
		fprintf(out, "<td class=\"nowrap\" data-label=\"Run\">");
		html_text(run->time, out);
		fprintf(out, "</td>");
		cell(out, "clwb", registry_flush(run, FLUSH_CLWB));
		cell(out, "clflushopt", registry_flush(run, FLUSH_CLFLUSHOPT));
		cell(out, "clflush", registry_flush(run, FLUSH_CLFLUSH));
		cell(out, "Streaming stores",
			!movnt			       ? NULL :
			strcmp(movnt, "retained") == 0 ? "stay in the cache" :
							 "seen to leave");
		decided_cell(run, out);
		gain_cell(run, out);
		fprintf(out, "</tr>\n");
	}
	fprintf(out, "</tbody></table>\n</section>\n");
}

/* Where a length lies on an axis from 8 bytes to 16 MiB; never is beyond. */
static double
axis_x(size_t bytes)
{
	if (bytes == POLICY_NEVER)
		return 116;
	return 4 + 106 * fmin(1, fmax(0, log2((double)bytes / 8 + 1e-9) / 21));
}

static void
length(size_t bytes, FILE *out)
{
	struct format f = format_threshold(bytes);

	if (bytes == POLICY_NEVER)
		fputs(f.text, out);
	else
		number(out, (double)bytes, f.text);
}

/* Threshold, its interval, and both on an axis. */
static void
threshold_cells(const struct decision *d, FILE *out)
{
	double at = axis_x(d->own.choice.stream_min_bytes);

	fprintf(out, "<td data-label=\"Stream from\"><span>");
	length(d->own.choice.stream_min_bytes, out);
	if (d->has_threshold) {
		fprintf(out, " <small>%s",
			format_threshold(d->threshold_lo_bytes).text);
		fprintf(out, " to %s</small>",
			format_threshold(d->threshold_hi_bytes).text);
	}
	fprintf(out, "</span></td><td class=\"forest\"><svg viewBox=\"0 0 120 "
		     "16\" aria-hidden=\"true\"><path class=\"one\" "
		     "d=\"M4,8H110\"/>");
	if (d->has_threshold)
		fprintf(out, "<path class=\"whisker\" d=\"M%.1f,8H%.1f\"/>",
			axis_x(d->threshold_lo_bytes),
			axis_x(d->threshold_hi_bytes));
	fprintf(out, "<circle cx=\"%.1f\" cy=\"8\" r=\"3.5\"/></svg></td>", at);
}

static void
decision_row(
	const struct registry_run *run, const struct decision *d, FILE *out)
{
	const struct choice *c = &d->own.choice;

	fprintf(out, "<tr><th scope=\"row\"><span>");
	html_text(run->platform, out);
	fprintf(out, " <small>node %u to %u</small></span></th>", d->cpu_node,
		d->mem_node);
	if (d->op != OP_FLUSH)
		threshold_cells(d, out);
	fprintf(out, "<td data-label=\"Kernels\"><span>");
	if (d->op == OP_FLUSH)
		fprintf(out, "<code>%s</code>", flush_kernels[c->flush].name);
	else
		fprintf(out,
			"<code>%s/cached/%s</code> <code>%s/stream/%s</code>",
			isa_names[c->cached_isa], flush_kernels[c->flush].name,
			isa_names[c->stream_isa],
			flush_kernels[c->stream_flush].name);
	fprintf(out,
		"</span></td><td class=\"num\" data-label=\"Gain\"><span>");
	number(out, d->own.gain_pct, format_percent(d->own.gain_pct).text);
	fprintf(out, " <small>%s", format_percent(d->own.gain_lo_pct).text);
	fprintf(out, " to %s</small></span></td></tr>\n",
		format_percent(d->own.gain_hi_pct).text);
}

static void
decisions_table(
	const struct registry *g, enum domain domain, enum op op, FILE *out)
{
	fprintf(out,
		"<h3>%s, %s</h3>\n<table class=\"stack decisions\" "
		"id=\"%s-%s\"><thead><tr><th>Platform</th>%s<th>Kernels</th>"
		"<th class=\"num\">Gain, 95&nbsp;%% interval</th></tr></thead>"
		"\n<tbody>\n",
		op_names[op], domain_names[domain], op_names[op],
		domain_names[domain],
		op == OP_FLUSH ? "" :
				 "<th>Stream from</th><th class=\"forest\">"
				 "8 B to 16 MiB</th>");
	for (size_t i = 0; i < g->count; i++) {
		const struct decision_list *all = &g->runs[i].report.decisions;

		for (size_t j = 0; j < all->count; j++) {
			const struct decision *d = &all->rows[j];

			if (d->domain == domain && d->op == op)
				decision_row(&g->runs[i], d, out);
		}
	}
	fprintf(out, "</tbody></table>\n");
}

static void
decisions(const struct registry *g, FILE *out)
{
	fprintf(out, "<section id=\"decisions\">\n<h2>Thresholds and kernels"
		     "</h2>\n<p class=\"lead\">What each platform's own header "
		     "says. On the axis: the threshold chosen, and where "
		     "resampled data put it; at its right end, never.</p>\n");
	for (int domain = 0; domain < DOMAIN_COUNT; domain++)
		for (int op = 0; op < OP_COUNT; op++)
			decisions_table(
				g, (enum domain)domain, (enum op)op, out);
	fprintf(out, "</section>\n");
}

static void
loss_cell(const struct registry *g, size_t from, size_t on, enum domain domain,
	FILE *out)
{
	const struct registry_loss *l = registry_loss(g, from, on, domain);

	fprintf(out, "<td class=\"num loss %s\" data-label=\"",
		regret_names[l->verdict]);
	html_text(g->runs[on].platform, out);
	fprintf(out, "\"><span>");
	if (l->verdict == REGRET_UNMEASURED) {
		fprintf(out, "not measured");
	} else if (l->verdict == REGRET_SAME) {
		fprintf(out, "the same");
	} else {
		number(out, l->pct.middle, format_percent(l->pct.middle).text);
		fprintf(out, " <small>%s", format_percent(l->pct.low).text);
		fprintf(out, " to %s</small>",
			format_percent(l->pct.high).text);
	}
	fprintf(out, "</span></td>");
}

static void
matrix(const struct registry *g, enum domain domain, FILE *out)
{
	const char *name = domain_names[domain];

	fprintf(out,
		"<h3>%s</h3>\n<div class=\"scroll\"><table class=\"stack "
		"decisions matrix\" id=\"regret-%s\">"
		"<thead><tr><th>Rows of</th>",
		name, name);
	for (size_t on = 0; on < g->count; on++)
		fprintf(out, "<th class=\"num\">on %c</th>",
			registry_letter(on));
	fprintf(out, "</tr></thead>\n<tbody>\n");
	for (size_t from = 0; from <= g->count; from++) {
		fprintf(out, "<tr><th scope=\"row\">");
		if (from < g->count)
			fprintf(out, "%c&ensp;", registry_letter(from));
		html_text(from < g->count ? g->runs[from].platform :
					    "the untuned library",
			out);
		fprintf(out, "</th>");
		for (size_t on = 0; on < g->count; on++)
			loss_cell(g, from, on, domain, out);
		fprintf(out, "</tr>\n");
	}
	fprintf(out, "</tbody></table></div>\n");
}

static void
regret(const struct registry *g, FILE *out)
{
	fprintf(out,
		"<section id=\"regret\">\n<h2>What another platform's header "
		"costs</h2>\n<p class=\"lead\">Time that the platform of a "
		"column takes more with the rows of a line than with its own, "
		"all operations together, by its own measurements and the "
		"default weights; of several pairs of nodes the one that loses "
		"most.</p>\n");
	for (int domain = 0; domain < DOMAIN_COUNT; domain++)
		matrix(g, (enum domain)domain, out);
	fprintf(out,
		"<p class=\"key\"><b>the same</b>: both do the same there. "
		"<b>Grey</b>: within the band in which choices are as good as "
		"each other, all of its interval; <b>bold</b>: beyond it, all "
		"of its interval. An instruction that a CPU lacks is replaced "
		"as "
		"the library does it. A library that finds no row for its CPU "
		"takes those of the nearest model of the family, else the "
		"untuned ones.</p>\n</section>\n");
}

void
registry_html(const struct registry *g, FILE *out)
{
	page_head("libpmem platforms", out);
	fprintf(out,
		"<header>\n<p class=\"over\">libpmem tuning registry</p>\n"
		"<h1>%zu platform%s</h1>\n",
		g->count, g->count == 1 ? "" : "s");
	page_verdict(g->verdict, g->notices, g->notice_count, out);
	fprintf(out, "</header>\n<main>\n");
	platforms(g, out);
	regret(g, out);
	decisions(g, out);
	fprintf(out, "</main>\n</body>\n</html>\n");
}
