/*
 * report_goals.c: goals for a terminal
 */
#include <math.h>
#include <string.h>

#include "format.h"
#include "report.h"
#include "text.h"

void
report_goals(const struct report *r, FILE *out)
{
	const struct reached_list *all = &r->reached;

	if (all->count == 0)
		return;
	text_heading("Goals", out);
	for (size_t i = 0; i < all->count; i++) {
		const struct reached *g = &all->rows[i];

		fprintf(out, "  ");
		text_pad(g->goal, 38, out);
		if (text_columns(g->goal) >= 38)
			fprintf(out, "\n%40s", "");
		fprintf(out, "%-8s", g->target);
		text_pad(isnan(g->value) ?
				 "–" :
				 format_amount(g->value, g->unit).text,
			12, out);
		fprintf(out, "%s\n",
			strcmp(g->met, "not met") == 0 ? "NOT met" : g->met);
		if (!isnan(g->lo) && !isnan(g->hi)) {
			fprintf(out, "%42s%s to ", "",
				format_amount(g->lo, g->unit).text);
			fprintf(out, "%s\n",
				format_amount(g->hi, g->unit).text);
		}
		if (strcmp(g->met, "met") != 0)
			text_paragraph("      ", g->evidence, out);
	}
}
