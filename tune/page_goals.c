/*
 * page_goals.c: what the library is to reach, and what it reached
 */
#include "page.h"

#include <math.h>
#include <string.h>

#include "format.h"
#include "html.h"

static void
amount(struct page *p, double value, const char *unit)
{
	fprintf(p->out, "<data value=\"%.10g\">%s</data>", value,
		format_amount(value, unit).text);
}

static void
row(struct page *p, const struct reached *r)
{
	bool met = strcmp(r->met, "met") == 0;

	fprintf(p->out, "<tr>");
	html_element("th", NULL, r->goal, p->out);
	fprintf(p->out, "<td class=\"num\" data-label=\"Target\">");
	html_text(r->target, p->out);
	putc(' ', p->out);
	html_text(strcmp(r->unit, "x") == 0 ? "×" : r->unit, p->out);
	fprintf(p->out,
		"</td><td class=\"num\" data-label=\"Measured\"><span>");
	if (isnan(r->value))
		fprintf(p->out, "–");
	else
		amount(p, r->value, r->unit);
	if (!isnan(r->lo) && !isnan(r->hi)) {
		fprintf(p->out, " <small>%s to ",
			format_amount(r->lo, r->unit).text);
		fprintf(p->out, "%s</small>",
			format_amount(r->hi, r->unit).text);
	}
	fprintf(p->out,
		"</span></td><td class=\"nowrap\" data-label=\"Verdict\">"
		"<span class=\"badge %s\">%s</span></td><td "
		"class=\"evidence\">",
		met			       ? "tuned" :
		strcmp(r->met, "unknown") == 0 ? "kept" :
						 "refused",
		r->met);
	html_text(met ? "" : r->evidence, p->out);
	fprintf(p->out, "</td></tr>\n");
}

void
page_goals(struct page *p)
{
	const struct reached_list *all = &p->report->reached;

	fprintf(p->out,
		"<table class=\"stack decisions\" id=\"goals-table\"><thead>"
		"<tr><th>Goal</th><th class=\"num\">Target</th><th "
		"class=\"num\">Measured, 95&nbsp;%% interval</th><th>Verdict"
		"</th><th>Why</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < all->count; i++)
		row(p, &all->rows[i]);
	fprintf(p->out, "</tbody></table>\n");
}
