/*
 * page_program.c: the program that a run was tuned to
 */
#include "page.h"

#include "format.h"
#include "html.h"

static void
shares(struct page *p)
{
	const struct program_profile *program = &p->report->program;

	fprintf(p->out, "<dl class=\"facts\">\n");
	for (int op = 0; op < OP_COUNT; op++)
		for (unsigned o = 0; o < WEIGHT_OCTAVES; o++) {
			double share = 100 *
				       program_share(program, (enum op)op, o);

			if (share < 0.5)
				continue;
			fprintf(p->out, "<div><dt>%s from %s</dt><dd>",
				op_names[op],
				format_bytes((size_t)1 << o).text);
			page_number(p, share, format_share(share).text);
			fprintf(p->out, "</dd></div>\n");
		}
	fprintf(p->out, "</dl>\n");
}

static void
choice(struct page *p, const char *label, enum op op, const struct choice *c)
{
	fprintf(p->out, "<td data-label=\"%s\"><span>", label);
	if (op == OP_FLUSH)
		fprintf(p->out, "<code>%s</code>",
			flush_kernels[c->flush].name);
	else
		fprintf(p->out,
			"<code>%s/cached/%s</code> <code>%s/stream/%s</code> "
			"<small>stream %s</small>",
			isa_names[c->cached_isa], flush_kernels[c->flush].name,
			isa_names[c->stream_isa],
			flush_kernels[c->stream_flush].name,
			format_from(c->stream_min_bytes).text);
	fprintf(p->out, "</span></td>");
}

static void
worth(struct page *p, const struct regret_part *part)
{
	fprintf(p->out, "<td class=\"num\" data-label=\"Worth\"><span>");
	page_number(p, part->pct.middle, format_percent(part->pct.middle).text);
	fprintf(p->out, " <small>%s", format_percent(part->pct.low).text);
	fprintf(p->out, " to %s</small></span></td></tr>\n",
		format_percent(part->pct.high).text);
}

static void
rows(struct page *p, const struct regret *r)
{
	for (int op = 0; op < OP_COUNT; op++) {
		if (r->ops[op].verdict == REGRET_UNMEASURED)
			continue;
		fprintf(p->out, "<tr><th scope=\"row\">%s, %s", op_names[op],
			domain_names[r->domain]);
		fprintf(p->out, " <small>node %u to %u</small></th>",
			r->cpu_node, r->mem_node);
		if (r->ops[op].verdict == REGRET_SAME)
			fprintf(p->out, "<td data-label=\"Default weights\">"
					"the same</td>");
		else
			choice(p, "Default weights", (enum op)op,
				&r->other[op]);
		choice(p, "Its own weights", (enum op)op, &r->own[op]);
		worth(p, &r->ops[op]);
	}
}

void
page_program(struct page *p)
{
	const struct program_profile *program = &p->report->program;

	fprintf(p->out, "<p>Decided for <b>");
	html_text(program_name(program), p->out);
	fprintf(p->out,
		"</b>: what it does, by share of its operations.</p>\n");
	shares(p);
	if (program->regrets.count == 0) {
		fprintf(p->out, "<p class=\"none\">The measurements allow no "
				"decision.</p>\n");
		return;
	}
	fprintf(p->out, "<table class=\"stack decisions\" id=\"program-table\">"
			"<thead><tr><th></th><th>By the default weights</th>"
			"<th>By its own</th><th class=\"num\">Worth to it, "
			"95&nbsp;%% interval</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < program->regrets.count; i++)
		rows(p, &program->regrets.rows[i]);
	fprintf(p->out, "</tbody></table>\n");
}
