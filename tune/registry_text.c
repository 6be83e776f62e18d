/*
 * registry_text.c: a registry for a terminal, within 80 columns
 */
#include "registry_draft.h"

#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "text.h"

/* Columns of a matrix that fit beside the name of a line. */
#define COLUMNS_MOST 6

static struct format
loss_text(const struct registry_loss *l)
{
	switch (l->verdict) {
	case REGRET_SAME:
		return (struct format){"the same"};
	case REGRET_UNMEASURED:
		return (struct format){"–"};
	case REGRET_TIED:
	case REGRET_UNCLEAR:
	case REGRET_WORSE:
		break;
	}
	return format_percent(l->pct.middle);
}

const char *
registry_flush(const struct registry_run *run, enum flush flush)
{
	const char *saw;
	char key[64];

	snprintf(key, sizeof(key), "flush_verdict_%s",
		flush_kernels[flush].name);
	saw = registry_fact(run, key);
	if (!saw)
		return "–";
	return strcmp(saw, "retains") == 0 ? "leaves lines" :
	       strcmp(saw, "evicts") == 0  ? "evicts lines" :
					     saw;
}

char
registry_letter(size_t i)
{
	return (char)('A' + i % 26);
}

static void
platform(const struct registry *g, size_t i, FILE *out)
{
	static const enum flush flushes[] = {
		FLUSH_CLWB, FLUSH_CLFLUSHOPT, FLUSH_CLFLUSH};
	const struct registry_run *run = &g->runs[i];
	const struct comparison *c = registry_gain(run);
	const char *movnt = registry_fact(run, "movnt_verdict");
	char *text;

	fprintf(out, "  %c  ", registry_letter(i));
	if (asprintf(&text, "%s, %s", run->platform, run->time) < 0)
		return;
	text_paragraph("", text, out);
	free(text);
	for (size_t f = 0; f < sizeof(flushes) / sizeof(flushes[0]); f++)
		fprintf(out, "%s%s %s", f ? ", " : "     ",
			flush_kernels[flushes[f]].name,
			registry_flush(run, flushes[f]));
	fprintf(out, "\n");
	if (asprintf(&text, "streaming stores: %s",
		    movnt ? report_streaming(movnt) : "–") < 0)
		return;
	text_paragraph("     ", text, out);
	free(text);
	if (!c)
		return;
	fprintf(out, "     %s against %s: %s", c->lib, c->baseline,
		format_ratio(c->ratio).text);
	fprintf(out, " (%s to ", format_ratio(c->ratio_lo).text);
	fprintf(out, "%s)\n", format_ratio(c->ratio_hi).text);
}

static void
matrix_part(const struct registry *g, enum domain domain, size_t first,
	size_t end, FILE *out)
{
	fprintf(out, "\n  %-12s", domain_names[domain]);
	for (size_t on = first; on < end; on++)
		fprintf(out, "on %-8c", registry_letter(on));
	putc('\n', out);
	for (size_t from = 0; from <= g->count; from++) {
		if (from < g->count)
			fprintf(out, "  rows of %c   ", registry_letter(from));
		else
			fprintf(out, "  untuned     ");
		for (size_t on = first; on < end; on++) {
			const struct registry_loss *l = registry_loss(
				g, from, on, domain);

			text_pad(loss_text(l).text, 9, out);
			fputs(l->verdict == REGRET_WORSE     ? "! " :
				l->verdict == REGRET_UNCLEAR ? "? " :
							       "  ",
				out);
		}
		putc('\n', out);
	}
}

static void
decisions(const struct registry *g, enum op op, FILE *out)
{
	for (int domain = 0; domain < DOMAIN_COUNT; domain++)
		for (size_t i = 0; i < g->count; i++) {
			const struct decision_list
				*all = &g->runs[i].report.decisions;

			for (size_t j = 0; j < all->count; j++) {
				const struct decision *d = &all->rows[j];
				const struct choice *c = &d->own.choice;

				if ((int)d->domain != domain || d->op != op)
					continue;
				fprintf(out, "  %-7s%-6s %c  %u,%u  %-11s",
					domain_names[domain], op_names[op],
					registry_letter(i), d->cpu_node,
					d->mem_node,
					flush_kernels[c->flush].name);
				text_pad(
					op == OP_FLUSH ?
						"–" :
						format_from(c->stream_min_bytes)
							.text,
					14, out);
				text_pad(format_percent(d->own.gain_pct).text,
					10, out);
				fprintf(out, "%s\n",
					verdict_names[d->own.verdict]);
			}
		}
}

void
registry_text(const struct registry *g, FILE *out)
{
	text_paragraph("", g->verdict[0], out);
	text_paragraph("", g->verdict[1], out);
	for (size_t i = 0; i < g->notice_count; i++) {
		const struct notice *n = &g->notices[i];

		putc('\n', out);
		text_paragraph(n->warning ? "! " : "  ", n->text, out);
	}
	text_heading("Platforms", out);
	for (size_t i = 0; i < g->count; i++)
		platform(g, i, out);
	text_heading("What another platform's rows cost in time", out);
	for (int domain = 0; domain < DOMAIN_COUNT; domain++)
		for (size_t on = 0; on < g->count; on += COLUMNS_MOST)
			matrix_part(g, (enum domain)domain, on,
				on + COLUMNS_MOST < g->count ?
					on + COLUMNS_MOST :
					g->count,
				out);
	fprintf(out, "  !: more than choices that are as good as each other "
		     "differ by; ?: perhaps\n");
	text_heading("Decisions", out);
	fprintf(out, "  domain op    of nodes flush      stream        gain    "
		     "  verdict\n");
	for (int op = 0; op < OP_COUNT; op++)
		decisions(g, (enum op)op, out);
}
