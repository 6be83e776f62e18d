/*
 * emit_row.c: see emit_row.h
 *
 * All of a row is one line to the preprocessor, its comment as well: each line
 * but the last ends in a backslash.
 */
#include "emit_row.h"

#include <math.h>
#include <string.h>

void
emit_comment(const char *text, FILE *f)
{
	static const char *const apart[] = {"*/", "/*", "??"};

	for (const char *c = text; *c; c++) {
		fputc(*c, f);
		for (size_t i = 0; i < sizeof(apart) / sizeof(*apart); i++) {
			if (strncmp(c, apart[i], 2) == 0)
				fputc(' ', f);
		}
	}
}

static const struct judgement *
judgement_of(const struct emit_row *row, enum op op)
{
	const struct decision *d = &row->decisions[op];

	return row->any && d->has_uniform ? &d->uniform : &d->own;
}

static void
choice_words(enum op op, const struct choice *c, FILE *f)
{
	char text[DECISION_BYTES_TEXT];

	if (op == OP_FLUSH)
		fputs(flush_kernels[c->flush].name, f);
	else if (c->stream_min_bytes == POLICY_NEVER)
		fprintf(f, "%s/cached/%s", isa_names[c->cached_isa],
			flush_kernels[c->flush].name);
	else
		fprintf(f, "%s/cached/%s, from %s bytes %s/stream/%s",
			isa_names[c->cached_isa], flush_kernels[c->flush].name,
			decision_bytes(c->stream_min_bytes, text),
			isa_names[c->stream_isa],
			flush_kernels[c->stream_flush].name);
}

static void
rival_comment(enum op op, const char *what, const struct rival *r,
	const char *unit, FILE *f)
{
	if (!r->present)
		return;
	fprintf(f, "\t *    %s: ", what);
	choice_words(op, &r->choice, f);
	fprintf(f, ": %s %.2f%% \\\n", unit, fabs(r->pct));
}

static const char *
gains_or_loses(double gain_pct)
{
	return gain_pct < 0 ? "loses" : "gains";
}

static void
remarks_comment(const struct decision *d, FILE *f)
{
	char lo[DECISION_BYTES_TEXT], hi[DECISION_BYTES_TEXT];

	if (d->has_threshold) {
		fprintf(f,
			"\t *    threshold of least loss in 95%% of resamples: "
			"%s",
			decision_bytes(d->threshold_lo_bytes, lo));
		if (d->threshold_hi_bytes != d->threshold_lo_bytes)
			fprintf(f, " to %s",
				decision_bytes(d->threshold_hi_bytes, hi));
		fputs(" \\\n", f);
	}
	rival_comment(d->op, "not proven", &d->challenger,
		gains_or_loses(d->challenger.pct), f);
	/* Within the tie band, what the rules pass over may be faster. */
	rival_comment(d->op, "runner-up", &d->runner_up,
		gains_or_loses(-d->runner_up.pct), f);
	for (int p = 0; p < PROGRAM_COUNT; p++) {
		/* Programs for which the row is best need no word. */
		if (d->programs[p].pct > 0)
			rival_comment(d->op, program_names[p], &d->programs[p],
				"this row loses", f);
	}
}

static const char *
verdict_words(const struct judgement *j)
{
	if (j->verdict == VERDICT_TUNED)
		return "tuned";
	if (j->gain_lo_pct == 0 && j->gain_hi_pct == 0)
		return "default, as good as the best";
	return "default, what is better is not proven";
}

static void
op_comment(const struct emit_row *row, enum op op, FILE *f)
{
	const struct judgement *j = judgement_of(row, op);

	fprintf(f, "\t *  %s: ", op_names[op]);
	choice_words(op, &j->choice, f);
	if (j->verdict == VERDICT_REFUSED) {
		fputs(": uncalibrated default: ", f);
		emit_comment(j->reason, f);
		fputs(" \\\n", f);
		return;
	}
	fprintf(f, ": %s, regret %.2f%%", verdict_words(j), j->regret_pct);
	if (j->gain_lo_pct != 0 || j->gain_hi_pct != 0)
		fprintf(f, ", gain %.2f%% [%.2f, %.2f]", j->gain_pct,
			j->gain_lo_pct, j->gain_hi_pct);
	fputs(" \\\n", f);
	if (!row->any || !row->decisions[op].has_uniform)
		remarks_comment(&row->decisions[op], f);
}

static void
node_words(unsigned node, bool any, FILE *f)
{
	if (any)
		fputs("ANY", f);
	else
		fprintf(f, "%u", node);
}

static void
op_words(const struct choice *c, FILE *f)
{
	char text[DECISION_BYTES_TEXT];

	fprintf(f, "%s, %s, %s, %s", isa_names[c->cached_isa],
		isa_names[c->stream_isa], flush_kernels[c->stream_flush].name,
		c->stream_min_bytes == POLICY_NEVER ?
			"NEVER" :
			decision_bytes(c->stream_min_bytes, text));
}

void
emit_row(const struct emit_row *row, FILE *f)
{
	const struct decision *d = row->decisions;

	fputs(" \\\n\t/* ", f);
	if (row->any)
		fprintf(f, "%s, any node: \\\n", domain_names[row->domain]);
	else
		fprintf(f,
			"%s, node %u to %u: gains %.2f%% [%.2f, %.2f] over any "
			"node's row: \\\n",
			domain_names[row->domain], d->cpu_node, d->mem_node,
			d->own_gain_pct, d->own_gain_lo_pct,
			d->own_gain_hi_pct);
	for (int op = 0; op < OP_COUNT; op++)
		op_comment(row, (enum op)op, f);
	fprintf(f, "\t */ \\\n\tROW(%s, ", row->key);
	node_words(d->cpu_node, row->any, f);
	fputs(", ", f);
	node_words(d->mem_node, row->any, f);
	fprintf(f, ", %s, %s, \\\n\t\t", domain_names[row->domain],
		flush_kernels[judgement_of(row, OP_FLUSH)->choice.flush].name);
	op_words(&judgement_of(row, OP_MOVE)->choice, f);
	fputs(", \\\n\t\t", f);
	op_words(&judgement_of(row, OP_SET)->choice, f);
	fputc(')', f);
}
