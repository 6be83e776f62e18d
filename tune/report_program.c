/*
 * report_program.c: the program that a run was tuned to, for a terminal
 */
#include <stdlib.h>

#include "format.h"
#include "report.h"
#include "text.h"

void
report_program(const struct report *r, FILE *out)
{
	const struct program_profile *p = &r->program;
	char *text;

	if (!p->present)
		return;
	if (asprintf(&text, "Tuned to %s", program_name(p)) < 0)
		return;
	text_heading(text, out);
	free(text);
	for (size_t i = 0; i < p->regrets.count; i++) {
		const struct regret *g = &p->regrets.rows[i];
		const struct regret_part *all = &g->all;

		fprintf(out, "  %u,%u  ", g->cpu_node, g->mem_node);
		text_pad(domain_names[g->domain], 8, out);
		if (all->verdict == REGRET_SAME)
			fprintf(out, "the default weights decide the same\n");
		if (all->verdict == REGRET_SAME ||
			all->verdict == REGRET_UNMEASURED)
			continue;
		fprintf(out, "worth %s over the default weights (%s to ",
			format_percent(all->pct.middle).text,
			format_percent(all->pct.low).text);
		fprintf(out, "%s)\n", format_percent(all->pct.high).text);
	}
}
