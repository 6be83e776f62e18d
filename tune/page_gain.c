/*
 * page_gain.c: libraries side by side, promise by promise
 */
#include "page.h"

#include <math.h>
#include <string.h>

#include "format.h"
#include "html.h"

static const char *
promise_of_table(const char *table)
{
	if (strcmp(table, "equal") == 0)
		return "Every library flushes whatever it stores: all promise "
		       "durability where only the memory controller is "
		       "persistent (peers run with PMEM_NO_MOVNT=1).";
	if (strcmp(table, "trusting") == 0)
		return "Every library takes streaming stores for durable "
		       "without a flush (ours run with PMEM_MOVNT_DURABLE=1, "
		       "peers as they come).";
	if (strcmp(table, "eadr") == 0)
		return "Caches are persistent and nobody flushes "
		       "(PMEM_NO_FLUSH=1).";
	return "";
}

/* Where a ratio lies on an axis from half to twice the speed. */
static double
forest_x(double ratio)
{
	double x = 60 + 50 * log2(ratio);

	return fmax(4, fmin(116, x));
}

/* A dot with its interval. */
static void
forest(struct page *p, const struct comparison *c)
{
	fprintf(p->out,
		"<td class=\"forest\"><svg viewBox=\"0 0 120 16\" "
		"aria-hidden=\"true\"><path class=\"one\" d=\"M60,0V16\"/>"
		"<path class=\"whisker\" d=\"M%.1f,8H%.1f\"/>"
		"<circle cx=\"%.1f\" cy=\"8\" r=\"3.5\"/></svg></td>",
		forest_x(c->ratio_lo), forest_x(c->ratio_hi),
		forest_x(c->ratio));
}

static void
share(struct page *p, const char *label, double percent)
{
	fprintf(p->out, "<td class=\"num\" data-label=\"%s\">", label);
	if (isnan(percent))
		fprintf(p->out, "–");
	else
		page_number(p, percent, format_share(percent).text);
	fprintf(p->out, "</td>");
}

/* What a mean is over; "all" of a column goes without saying. */
static void
over_what(struct page *p, const struct comparison *c)
{
	fprintf(p->out, "<td data-label=\"Over\">");
	html_text(strcmp(c->op, "all") == 0 ? "all operations" : c->op, p->out);
	if (strcmp(c->residency, "all") != 0) {
		fprintf(p->out, ", ");
		html_text(c->residency, p->out);
	}
	if (strcmp(c->drain, "all") != 0) {
		fprintf(p->out, ", drain ");
		html_text(c->drain, p->out);
	}
	fprintf(p->out, "</td>");
}

static void
promise(struct page *p, const struct comparison *c)
{
	fprintf(p->out, "<td data-label=\"Promise\">");
	if (comparison_is_broken(c))
		fprintf(p->out, "<span class=\"badge refused\">not durable on "
				"this CPU under ADR</span>");
	else
		html_text(c->promise, p->out);
	fprintf(p->out, "</td>");
}

static void
mean_row(struct page *p, const struct comparison *c, bool overall)
{
	bool control = comparison_label_is_control(c->lib);

	fprintf(p->out, "<tr%s><th scope=\"row\"><span>",
		control ? " class=\"control\"" : "");
	html_text(c->lib, p->out);
	fprintf(p->out, " <small>against ");
	html_text(c->baseline, p->out);
	if (c->dst_offset != 0)
		fprintf(p->out, ", %zu off a line", c->dst_offset);
	fprintf(p->out, "</small></span></th>");
	if (!overall)
		over_what(p, c);
	fprintf(p->out, "<td class=\"num\" data-label=\"Speed\"><span>");
	page_number(p, c->ratio, format_ratio(c->ratio).text);
	fprintf(p->out, " <small>%s to %s</small></span></td>",
		format_ratio(c->ratio_lo).text, format_ratio(c->ratio_hi).text);
	forest(p, c);
	share(p, "Left in cache", c->retained_pct);
	share(p, "Left dirty", c->dirty_pct);
	promise(p, c);
	fprintf(p->out, "</tr>\n");
}

static void
means_table(struct page *p, const char *table, bool overall)
{
	const struct comparisons *all = &p->report->comparisons;

	fprintf(p->out,
		"<table class=\"stack gains\"><thead><tr><th>Library</th>"
		"%s<th class=\"num\">Speed, 95&nbsp;%% interval</th>"
		"<th class=\"forest\"><span>½×</span><span>1×</span>"
		"<span>2×</span></th><th class=\"num\">Left in cache</th>"
		"<th class=\"num\">Left dirty</th><th>Promise</th></tr>"
		"</thead>\n<tbody>\n",
		overall ? "" : "<th>Over</th>");
	for (size_t i = 0; i < all->count; i++) {
		const struct comparison *c = &all->rows[i];

		if (c->size_bytes == 0 && strcmp(c->table, table) == 0 &&
			strcmp(c->lib, c->baseline) != 0 &&
			comparison_is_overall(c) == overall)
			mean_row(p, c, overall);
	}
	fprintf(p->out, "</tbody></table>\n");
}

static bool
is_first_of_table(const struct comparisons *all, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (strcmp(all->rows[j].table, all->rows[i].table) == 0)
			return false;
	}
	return true;
}

void
page_gain(struct page *p)
{
	const struct comparisons *all = &p->report->comparisons;

	if (all->count == 0) {
		fprintf(p->out, "<p class=\"none\">No library was compared: "
				"the folder has no compare.tsv.</p>\n");
		return;
	}
	for (size_t i = 0; i < all->count; i++) {
		const char *table = all->rows[i].table;

		if (!is_first_of_table(all, i))
			continue;
		html_element("h3", NULL, report_table_title(table), p->out);
		html_element("p", NULL, promise_of_table(table), p->out);
		means_table(p, table, true);
		fprintf(p->out, "<details><summary>Means by operation, "
				"residency and drain</summary>\n");
		means_table(p, table, false);
		fprintf(p->out, "</details>\n");
		page_figure_group(p, FIGURE_GAIN, table);
	}
}
