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

#define COLUMNS 80

/* Columns of a text on a terminal: every letter of ours takes one. */
static size_t
columns_of(const char *text)
{
	size_t columns = 0;

	for (; *text; text++)
		columns += (*text & 0xc0) != 0x80;
	return columns;
}

static void
pad(const char *text, int columns, FILE *out)
{
	fputs(text, out);
	for (int n = columns - (int)columns_of(text); n > 0; n--)
		putc(' ', out);
}

/* Where the next line of a text ends: at a blank, or where it must. */
static size_t
line_bytes(const char *text, size_t room)
{
	size_t columns = 0, at = 0, blank = 0;

	for (; text[at] && columns <= room; at++) {
		if (text[at] == ' ')
			blank = at;
		columns += (text[at + 1] & 0xc0) != 0x80;
	}
	if (!text[at] && columns <= room)
		return at;
	return blank ? blank : at;
}

/* A paragraph; `first` opens its first line, blanks the others. */
static void
paragraph(const char *first, const char *text, FILE *out)
{
	size_t indent = columns_of(first);

	fputs(first, out);
	while (*text) {
		size_t bytes = line_bytes(text, COLUMNS - indent);

		fprintf(out, "%.*s\n", (int)bytes, text);
		text += bytes;
		text += strspn(text, " ");
		if (*text)
			fprintf(out, "%*s", (int)indent, "");
	}
}

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

		for (size_t j = 0; j < s->count; j++) {
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
		pad(s->label, 11, out);
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
	fprintf(out, ": stream from %s\n",
		format_threshold(f->mark_bytes).text);
	for (size_t i = 0; i < f->series_count; i++) {
		const struct series *s = &f->series[i];
		const struct point *last = &s->points[s->count - 1];

		fprintf(out, "  ");
		pad(s->label, 11, out);
		crossover_line(s, out);
		fprintf(out, "  %s at %s\n", format_ratio(last->mid).text,
			format_bytes(last->size_bytes).text);
	}
}

static void
heading(const char *text, FILE *out)
{
	fprintf(out, "\n%s\n", text);
	for (size_t i = columns_of(text); i > 0; i--)
		fputs("─", out);
	putc('\n', out);
}

static void
decision_line(const struct decided *d, FILE *out)
{
	char nodes[32];

	snprintf(nodes, sizeof(nodes), "%u→%u", d->cpu_node, d->mem_node);
	fprintf(out, "  ");
	pad(nodes, 5, out);
	pad(domain_names[d->domain], 8, out);
	pad(op_names[d->op], 7, out);
	pad(flush_kernels[d->flush].name, 12, out);
	pad(d->op == OP_FLUSH ? "" : format_threshold(d->stream_min_bytes).text,
		9, out);
	pad(format_percent(d->gain_pct).text, 9, out);
	fprintf(out, "%s to ", format_percent(d->gain_lo_pct).text);
	fprintf(out, "%s\n", format_percent(d->gain_hi_pct).text);
	paragraph("       ", d->verdict, out);
}

static void
decisions(const struct report *r, FILE *out)
{
	if (r->decisions.count == 0)
		return;
	heading("Decisions", out);
	fprintf(out, "  node domain  op     flush       stream   "
		     "gain     95 %% interval\n");
	for (size_t i = 0; i < r->decisions.count; i++)
		decision_line(&r->decisions.rows[i], out);
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
gains(const struct report *r, FILE *out)
{
	const struct comparisons *all = &r->comparisons;
	const char *table = "";

	if (all->count == 0)
		return;
	heading("Speed beside other builds, ½× to 2×", out);
	for (size_t i = 0; i < all->count; i++) {
		const struct comparison *c = &all->rows[i];

		if (!comparison_is_overall(c) ||
			strcmp(c->lib, c->baseline) == 0)
			continue;
		if (strcmp(c->table, table) != 0) {
			table = c->table;
			fprintf(out, "%s, against %s\n",
				report_table_title(table), c->baseline);
		}
		fprintf(out, "  ");
		pad(c->lib, 14, out);
		gain_axis(c, out);
		fprintf(out, "  %s", format_ratio(c->ratio).text);
		fprintf(out, "  %s to ", format_ratio(c->ratio_lo).text);
		fprintf(out, "%s\n", format_ratio(c->ratio_hi).text);
		if (comparison_is_broken(c))
			fprintf(out, "%16snot durable on this CPU under ADR\n",
				"");
	}
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
			heading(title, out);
		titled = true;
		plot(f, out);
	}
}

void
report_text(const struct report *r, FILE *out)
{
	paragraph("", report_fact(r, "cpu_name"), out);
	paragraph("", r->verdict[0], out);
	paragraph("", r->verdict[1], out);
	for (size_t i = 0; i < r->notice_count; i++) {
		const struct notice *n = &r->notices[i];

		putc('\n', out);
		paragraph(n->warning ? "! " : "  ", n->text, out);
	}
	decisions(r, out);
	gains(r, out);
	plots(r, FIGURE_FLUSH, "Flush instructions", flush_plot, out);
	plots(r, FIGURE_CROSSOVER,
		"Stream █ or cached ▁ proven faster, · neither", crossover_plot,
		out);
}
