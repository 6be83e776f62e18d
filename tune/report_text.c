/*
 * report_text.c: the essentials for a terminal, within 80 columns
 *
 * A plot is one line of block letters a series, a letter a size; its numbers
 * stand beside it.
 */
#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "text.h"

static const char *
block(double share)
{
	static const char *const blocks[] = {
		"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	int i = (int)floor(share * 8);

	return blocks[i < 0 ? 0 : i > 7 ? 7 : i];
}

/* Values on a logarithmic scale between low and high. */
static void
sparkline(const struct series *s, double low, double high, FILE *out)
{
	for (size_t j = 0; j < s->count; j++)
		fputs(block(log(s->points[j].mid / low) / log(high / low)),
			out);
}

static void
range_of(const struct figure *f, double *low, double *high)
{
	*low = INFINITY;
	*high = 0;
	for (size_t i = 0; i < f->series_count; i++) {
		const struct series *s = &f->series[i];

		for (size_t j = 0; j < s->count && !figure_is_floor(f, i);
			j++) {
			*low = fmin(*low, s->points[j].mid);
			*high = fmax(*high, s->points[j].mid);
		}
	}
	if (*low == *high)
		*high = *low * 1.001;
}

/* "8 B to 16 MiB" of a line. */
static void
sizes_write(const struct series *s, FILE *out)
{
	fprintf(out, "%s to %s", format_bytes(s->points[0].size_bytes).text,
		format_bytes(s->points[s->count - 1].size_bytes).text);
}

static void
flush_plot(const struct figure *f, FILE *out)
{
	double low, high;

	range_of(f, &low, &high);
	fprintf(out, "\n%s, ", f->title);
	sizes_write(&f->series[0], out);
	fprintf(out, ", log scale\n");
	for (size_t i = 0; i < f->series_count; i++) {
		const struct series *s = &f->series[i];

		fprintf(out, "  ");
		text_pad(s->label, 11, out);
		sparkline(s, low, high, out);
		fprintf(out, "  %s", format_ns(s->points[0].mid).text);
		fprintf(out, " to %s\n",
			format_ns(s->points[s->count - 1].mid).text);
	}
}

/* One letter a size: which kind of store its interval proves faster. */
static void
crossover_line(const struct series *s, FILE *out)
{
	for (size_t j = 0; j < s->count; j++) {
		const struct point *p = &s->points[j];

		fputs(p->lo > 1 ? "█" : p->hi < 1 ? "▁" : "·", out);
	}
}

static void
crossover_plot(const struct figure *f, FILE *out)
{
	fprintf(out, "\n%s, %s, ", strchr(f->group, ':') + 2, f->title);
	sizes_write(&f->series[0], out);
	fprintf(out, ": stream %s\n", format_from(f->mark_bytes).text);
	for (size_t i = 0; i < f->series_count; i++) {
		const struct series *s = &f->series[i];
		const struct point *last = &s->points[s->count - 1];

		fprintf(out, "  ");
		text_pad(s->label, 11, out);
		crossover_line(s, out);
		fprintf(out, "  %s at %s\n", format_ratio(last->mid).text,
			format_bytes(last->size_bytes).text);
	}
}

/* What programs of one kind would have, where it is something else. */
static void
programs_line(const struct decision *d, FILE *out)
{
	for (int i = 0; i < PROGRAM_COUNT; i++) {
		const struct rival *r = &d->programs[i];

		if (!r->present || d->op == OP_FLUSH ||
			r->choice.stream_min_bytes ==
				d->own.choice.stream_min_bytes)
			continue;
		fprintf(out, "       for %s alone: stream %s", program_names[i],
			format_from(r->choice.stream_min_bytes).text);
		fprintf(out, ", loss %s\n", format_loss(r->pct).text);
	}
}

static void
decision_name(const struct decision *d, FILE *out)
{
	char nodes[32];

	snprintf(nodes, sizeof(nodes), "%u→%u", d->cpu_node, d->mem_node);
	fprintf(out, "  ");
	text_pad(nodes, 5, out);
	text_pad(domain_names[d->domain], 8, out);
	text_pad(op_names[d->op], 7, out);
}

static void
decision_line(const struct decision *d, FILE *out)
{
	static const char *const why[] = {
		[VERDICT_TUNED] = "tuned",
		[VERDICT_KEPT] = "kept: not proven",
		[VERDICT_REFUSED] = "refused",
	};

	decision_name(d, out);
	text_pad(flush_kernels[d->own.choice.flush].name, 12, out);
	text_pad(d->op == OP_FLUSH ?
			 "" :
			 format_threshold(d->own.choice.stream_min_bytes).text,
		9, out);
	text_pad(format_percent(d->own.gain_lo_pct).text, 9, out);
	text_pad(format_percent(d->own.gain_hi_pct).text, 9, out);
	if (report_is_left_out(d)) {
		fprintf(out, "kept: no weight\n");
		return;
	}
	fprintf(out, "%s\n", why[d->own.verdict]);
	if (d->own.verdict == VERDICT_REFUSED)
		text_paragraph("       ", d->own.reason, out);
}

static void
decisions(const struct report *r, FILE *out)
{
	if (r->decisions.count == 0)
		return;
	text_heading("Decisions", out);
	fprintf(out, "  node domain  op     flush       stream   "
		     "gain, 95 %%       verdict\n");
	for (size_t i = 0; i < r->decisions.count; i++)
		decision_line(&r->decisions.rows[i], out);
}

/* How sure the thresholds are, and whom they do not suit. */
static void
details(const struct report *r, FILE *out)
{
	if (r->decisions.count == 0)
		return;
	text_heading("Thresholds, and programs of one kind", out);
	for (size_t i = 0; i < r->decisions.count; i++) {
		const struct decision *d = &r->decisions.rows[i];

		if (d->op == OP_FLUSH)
			continue;
		decision_name(d, out);
		fprintf(out, "stream %s",
			format_from(d->own.choice.stream_min_bytes).text);
		if (d->has_threshold &&
			d->threshold_lo_bytes < d->threshold_hi_bytes) {
			fprintf(out, ", resampled %s",
				format_threshold(d->threshold_lo_bytes).text);
			fprintf(out, " to %s",
				format_threshold(d->threshold_hi_bytes).text);
		}
		putc('\n', out);
		programs_line(d, out);
	}
}

/* A dot between half and twice the speed. */
static void
gain_axis(const struct comparison *c, FILE *out)
{
	int at = (int)lround(10 + 10 * log2(c->ratio));

	at = at < 0 ? 0 : at > 20 ? 20 : at;
	for (int i = 0; i <= 20; i++)
		fputs(i == at ? "●" : i == 10 ? "│" : "·", out);
}

static void
gain_line(const struct comparison *c, FILE *out)
{
	char *name;

	if (asprintf(&name, "%s / %s", c->lib, c->baseline) < 0)
		return;
	fprintf(out, "  ");
	text_pad(c->table, 10, out);
	if (text_columns(name) >= 24) {
		fprintf(out, "%s\n%12s", name, "");
		name[0] = '\0';
	}
	text_pad(name, 24, out);
	free(name);
	gain_axis(c, out);
	fprintf(out, " %s", format_ratio(c->ratio).text);
	fprintf(out, " %s to ", format_ratio(c->ratio_lo).text);
	fprintf(out, "%s%s\n", format_ratio(c->ratio_hi).text,
		comparison_is_broken(c) ? " !" : "");
}

static bool
is_baseline(const struct comparisons *all, const char *lib)
{
	for (size_t i = 0; i < all->count; i++) {
		if (strcmp(all->rows[i].baseline, lib) == 0)
			return true;
	}
	return false;
}

/* What others are set against is not what a reader came for: it is in the
 * page. */
static void
gains(const struct report *r, FILE *out)
{
	const struct comparisons *all = &r->comparisons;
	bool broken = false;

	if (all->count == 0)
		return;
	text_heading("Speed of one library over another, ½× to 2×", out);
	for (size_t i = 0; i < all->count; i++) {
		const struct comparison *c = &all->rows[i];

		if (!comparison_is_overall(c) || c->dst_offset != 0 ||
			strcmp(c->lib, c->baseline) == 0 ||
			is_baseline(all, c->lib))
			continue;
		gain_line(c, out);
		broken |= comparison_is_broken(c);
	}
	if (broken)
		fprintf(out, "  !: not durable on this CPU under ADR\n");
}

static void
plots(const struct report *r, enum figure_kind kind, const char *title,
	void (*plot)(const struct figure *, FILE *), FILE *out)
{
	bool titled = false;

	for (size_t i = 0; i < r->figures.count; i++) {
		const struct figure *f = &r->figures.items[i];

		if (f->kind != kind)
			continue;
		if (!titled)
			text_heading(title, out);
		titled = true;
		plot(f, out);
	}
}

static void
platform(const struct report *r, FILE *out)
{
	char *line;

	if (asprintf(&line, "%s: %s; nodes %s, CPUs %s; target %s%s",
		    report_fact(r, "platform_id"),
		    report_fact(r, "cpu_features"), report_fact(r, "nodes"),
		    report_fact(r, "cpus"), report_fact(r, "target"),
		    report_is_emulated(r) ? " (emulated)" : "") < 0)
		return;
	text_paragraph("", report_fact(r, "cpu_name"), out);
	text_paragraph("", line, out);
	putc('\n', out);
	free(line);
}

void
report_summary(const struct report *r, FILE *out)
{
	platform(r, out);
	text_paragraph("", r->verdict[0], out);
	text_paragraph("", r->verdict[1], out);
	for (size_t i = 0; i < r->notice_count; i++) {
		const struct notice *n = &r->notices[i];

		putc('\n', out);
		text_paragraph(n->warning ? "! " : "  ", n->text, out);
	}
	decisions(r, out);
	report_program(r, out);
	gains(r, out);
}

void
report_text(const struct report *r, FILE *out)
{
	report_summary(r, out);
	report_goals(r, out);
	details(r, out);
	plots(r, FIGURE_FLUSH, "Flush instructions, time per line", flush_plot,
		out);
	plots(r, FIGURE_CROSSOVER,
		"Stream █ or cached ▁ proven faster, · neither", crossover_plot,
		out);
}
