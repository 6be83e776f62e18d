/*
 * page_figures.c: plots, and the numbers behind each one click away
 */
#include "page.h"

#include <string.h>

#include "format.h"
#include "html.h"
#include "plot.h"

void
page_number(struct page *p, double value, const char *text)
{
	fprintf(p->out, "<data value=\"%.10g\">", value);
	html_text(text, p->out);
	fprintf(p->out, "</data>");
}

static struct format
value_format(enum figure_kind kind, double value)
{
	switch (kind) {
	case FIGURE_FLUSH:
		return format_ns(value);
	case FIGURE_THROUGHPUT:
		return format_gbps(value);
	case FIGURE_CROSSOVER:
	case FIGURE_GAIN:
		break;
	}
	return format_ratio(value);
}

/* The next size any line has a point at, above `after`; 0 after the last. */
static size_t
next_size(const struct figure *f, size_t after)
{
	size_t next = 0;

	for (size_t i = 0; i < f->series_count; i++) {
		const struct series *s = &f->series[i];

		for (size_t j = 0; j < s->count; j++) {
			size_t size = s->points[j].size_bytes;

			if (size > after && (!next || size < next))
				next = size;
		}
	}
	return next;
}

static const struct point *
point_at(const struct series *s, size_t size_bytes)
{
	for (size_t j = 0; j < s->count; j++) {
		if (s->points[j].size_bytes == size_bytes)
			return &s->points[j];
	}
	return NULL;
}

static void
point_cell(struct page *p, const struct figure *f, const struct point *point)
{
	if (!point) {
		fprintf(p->out, "<td>–</td>");
		return;
	}
	fprintf(p->out, "<td>");
	page_number(p, point->mid, value_format(f->kind, point->mid).text);
	fprintf(p->out, " <small>%s to %s</small></td>",
		value_format(f->kind, point->lo).text,
		value_format(f->kind, point->hi).text);
}

static void
numbers_table(struct page *p, const struct figure *f)
{
	fprintf(p->out, "<div class=\"scroll\"><table class=\"numbers\"><thead>"
			"<tr><th>Size</th>");
	for (size_t i = 0; i < f->series_count; i++)
		html_element("th", NULL, f->series[i].label, p->out);
	fprintf(p->out, "</tr></thead>\n<tbody>\n");
	for (size_t size = next_size(f, 0); size; size = next_size(f, size)) {
		fprintf(p->out, "<tr><th>");
		page_number(p, (double)size, format_bytes(size).text);
		fprintf(p->out, "</th>");
		for (size_t i = 0; i < f->series_count; i++)
			point_cell(p, f, point_at(&f->series[i], size));
		fprintf(p->out, "</tr>\n");
	}
	fprintf(p->out, "</tbody></table></div>\n");
}

/* Text as part of a data URI. */
static void
uri_text(const char *text, FILE *out)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

	for (; *text; text++) {
		if (strchr(plain, *text))
			putc(*text, out);
		else
			fprintf(out, "%%%02X", (unsigned char)*text);
	}
}

static void
numbers_download(struct page *p, const struct figure *f)
{
	fprintf(p->out, "<a download=\"%s.tsv\" href=\"data:", f->id);
	fprintf(p->out, "text/tab-separated-values;charset=utf-8,");
	uri_text("line\tsize_bytes\tmedian\tlow\thigh\tcount\n", p->out);
	for (size_t i = 0; i < f->series_count; i++) {
		const struct series *s = &f->series[i];

		for (size_t j = 0; j < s->count; j++) {
			const struct point *point = &s->points[j];
			char rest[160];

			snprintf(rest, sizeof(rest),
				"\t%zu\t%.10g\t%.10g\t%.10g\t%zu\n",
				point->size_bytes, point->mid, point->lo,
				point->hi, point->count);
			uri_text(s->label, p->out);
			uri_text(rest, p->out);
		}
	}
	fprintf(p->out, "\">Save as TSV</a>");
}

static void
figure_write(struct page *p, size_t i)
{
	const struct figure *f = &p->report->figures.items[i];

	fprintf(p->out, "<figure id=\"%s\">\n<figcaption>", f->id);
	html_text(f->title, p->out);
	fprintf(p->out, "</figcaption>\n");
	plot_write_inline(f, p->svgs[i], !p->shapes_written, p->out);
	p->shapes_written = true;
	fprintf(p->out, "<details><summary>Numbers</summary>\n<p>");
	numbers_download(p, f);
	fprintf(p->out, "</p>\n");
	numbers_table(p, f);
	fprintf(p->out, "</details>\n</figure>\n");
}

void
page_figure_group(struct page *p, enum figure_kind kind, const char *group)
{
	const struct figures *all = &p->report->figures;

	fprintf(p->out, "<div class=\"figures\">\n");
	for (size_t i = 0; i < all->count; i++) {
		if (all->items[i].kind == kind &&
			strcmp(all->items[i].group, group) == 0)
			figure_write(p, i);
	}
	fprintf(p->out, "</div>\n");
}

void
page_figures(struct page *p, enum figure_kind kind)
{
	const struct figures *all = &p->report->figures;
	const char *group = "";

	for (size_t i = 0; i < all->count; i++) {
		const struct figure *f = &all->items[i];

		if (f->kind != kind || strcmp(f->group, group) == 0)
			continue;
		group = f->group;
		html_element("h3", NULL, group, p->out);
		page_figure_group(p, kind, group);
	}
	if (!*group)
		fprintf(p->out, "<p class=\"none\">The measurements hold "
				"nothing to plot here.</p>\n");
}
