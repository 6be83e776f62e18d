/*
 * emit.c: see emit.h
 */
#include "emit.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"

/* CPUID gives twelve letters; numbers have at most three digits. */
#define VENDOR_MOST 12
#define KEY_BYTES 40

/* What the library recognizes a CPU by. */
struct signature {
	const char *vendor, *movnt;
	unsigned number[3]; /* family, model, stepping */
	char key[KEY_BYTES]; /* C token that rows name it by */
};

static int
number_get(const struct provenance *p, const char *key, unsigned *number)
{
	const char *text = provenance_find(p, key);

	if (!text || strlen(text) < 1 || strlen(text) > 3 ||
		strspn(text, "0123456789") != strlen(text))
		return -EINVAL;
	*number = (unsigned)strtoul(text, NULL, 10);
	return 0;
}

static bool
is_vendor(const char *text)
{
	size_t len = text ? strlen(text) : 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] < ' ' || text[i] > '~' || strchr("\"\\*?", text[i]))
			return false;
	}
	return len > 0 && len <= VENDOR_MOST;
}

static int
signature_get(struct signature *s, const struct provenance *p,
	char error[PROVENANCE_ERROR_BYTES])
{
	static const char *const keys[] = {
		"cpu_family", "cpu_model", "cpu_stepping"};
	char *end = s->key;

	s->vendor = provenance_find(p, "cpu_vendor");
	if (!is_vendor(s->vendor))
		return complain(error, "cpu_vendor is not the name of one");
	for (int i = 0; i < 3; i++) {
		if (number_get(p, keys[i], &s->number[i]))
			return complain(error,
				"%s is not a number of up to 3 digits",
				keys[i]);
	}
	s->movnt = provenance_find(p, "movnt_verdict");
	if (!s->movnt)
		s->movnt = "not_promised";
	if (strcmp(s->movnt, "not_promised") != 0 &&
		strcmp(s->movnt, "retained") != 0)
		return complain(error,
			"movnt_verdict is neither retained nor not_promised");
	for (const char *c = s->vendor; *c; c++)
		*end++ = isalnum((unsigned char)*c) ?
				 (char)tolower((unsigned char)*c) :
				 '_';
	sprintf(end, "_%u_%u_%u", s->number[0], s->number[1], s->number[2]);
	return 0;
}

/* Text within a comment: nothing in it may end the comment, seem to open
 * another, or be a trigraph. */
static void
comment_write(const char *text, FILE *f)
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

static void
string_write(const char *text, FILE *f)
{
	for (const char *c = text; *c; c++) {
		if (*c == '"' || *c == '\\' || *c == '?')
			fputc('\\', f);
		fputc(*c, f);
	}
}

/* Single observations of the probe, which end in the node they were made on,
 * are many; its verdicts are enough here. The measurements have the rest. */
static bool
is_observation(const char *key)
{
	const char *node = strstr(key, "_node");

	return node && node[5] &&
	       strspn(node + 5, "0123456789") == strlen(node + 5) &&
	       !strstr(key, "verdict");
}

static void
provenance_comment(
	const struct signature *s, const struct provenance *p, FILE *f)
{
	fprintf(f, " *\n * Rows with the key %s come from:\n", s->key);
	for (size_t i = 0; i < p->count; i++) {
		if (is_observation(p->facts[i].key))
			continue;
		fprintf(f, " *   %s: ", p->facts[i].key);
		comment_write(p->facts[i].value, f);
		fputc('\n', f);
	}
}

static bool
is_refused(const struct decision_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->rows[i].own.verdict != VERDICT_REFUSED)
			return false;
	}
	return true;
}

static void
id_write(const struct decision_list *lists, size_t count, FILE *f)
{
	static const char *const keys[] = {"platform_id", "started_utc"};

	fputs("#define PMEM_TUNED_ID \"", f);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			fputs(", ", f);
		if (is_refused(&lists[i]))
			fputs("uncalibrated ", f);
		for (size_t k = 0; k < 2; k++) {
			const char *text = provenance_find(
				&lists[i].provenance, keys[k]);

			if (k > 0 && text)
				fputc(' ', f);
			string_write(text ? text : k ? "" : "unnamed", f);
		}
	}
	fputs("\"\n\n", f);
}

/* A row of the header: the judgements of its three operations, and the
 * decisions whose remarks belong to it. */
struct row {
	const struct signature *signature;
	enum domain domain;
	bool any;
	const struct decision *decisions; /* OP_COUNT of them, by op */
};

static const struct judgement *
judgement_of(const struct row *row, enum op op)
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
	fprintf(f, ": %s %.2f%% \\\n", unit, r->pct);
}

static void
remarks_comment(const struct decision *d, FILE *f)
{
	char lo[DECISION_BYTES_TEXT], hi[DECISION_BYTES_TEXT];

	if (d->has_threshold)
		fprintf(f, "\t *    threshold between %s and %s \\\n",
			decision_bytes(d->threshold_lo_bytes, lo),
			decision_bytes(d->threshold_hi_bytes, hi));
	rival_comment(d->op, "not proven", &d->challenger, "gain", f);
	rival_comment(d->op, "runner-up", &d->runner_up, "loses", f);
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
		return "default, the best found";
	return "default, what is better is not proven";
}

static void
op_comment(const struct row *row, enum op op, FILE *f)
{
	const struct judgement *j = judgement_of(row, op);

	fprintf(f, "\t *  %s: ", op_names[op]);
	choice_words(op, &j->choice, f);
	if (j->verdict == VERDICT_REFUSED) {
		fputs(": uncalibrated default: ", f);
		comment_write(j->reason, f);
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

static void
row_write(const struct row *row, FILE *f)
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
	fprintf(f, "\t */ \\\n\tROW(%s, ", row->signature->key);
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

/* The decisions of a list come pair by pair, in each domain by domain, in each
 * op by op: OP_COUNT of them make a row. */
static const struct decision *
decisions_of(const struct decision_list *list, size_t pair, int domain)
{
	return list->rows + (pair * DOMAIN_COUNT + (size_t)domain) * OP_COUNT;
}

static void
rows_write(const struct decision_list *list, const struct signature *s, FILE *f)
{
	size_t pairs = list->count / DOMAIN_COUNT / OP_COUNT;

	for (int domain = 0; domain < DOMAIN_COUNT; domain++) {
		struct row row = {s, (enum domain)domain, true,
			decisions_of(list, 0, domain)};

		row_write(&row, f);
		row.any = false;
		for (size_t p = 0; p < pairs; p++) {
			row.decisions = decisions_of(list, p, domain);
			if (row.decisions->differs)
				row_write(&row, f);
		}
	}
}

/* Whether a list is in the order that decide gives it, with nothing missing,
 * and one flush in each row. */
static bool
is_complete(const struct decision_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct decision *d = &list->rows[i];
		const struct decision *first = &list->rows[i - i % OP_COUNT];
		const struct decision *pair = &list->rows[i - i % PAIR_ROWS];

		if (d->op != (enum op)(i % OP_COUNT) ||
			d->domain != (enum domain)(i / OP_COUNT % DOMAIN_COUNT))
			return false;
		if (d->cpu_node != pair->cpu_node ||
			d->mem_node != pair->mem_node ||
			d->has_uniform != list->rows->has_uniform ||
			d->differs != first->differs)
			return false;
		if (d->own.choice.flush != first->own.choice.flush ||
			d->uniform.choice.flush != first->uniform.choice.flush)
			return false;
	}
	return list->count > 0 && list->count % PAIR_ROWS == 0 &&
	       (list->rows->has_uniform || list->count == PAIR_ROWS);
}

static int
signatures_get(struct signature *signatures, const struct decision_list *lists,
	size_t count, char error[PROVENANCE_ERROR_BYTES], size_t *culprit)
{
	for (size_t i = 0; i < count; i++) {
		int err = signature_get(
			&signatures[i], &lists[i].provenance, error);

		*culprit = i;
		if (err)
			return err;
		if (!is_complete(&lists[i]))
			return complain(error,
				"rows are missing, contradict each other or "
				"are not in the order of decide");
		for (size_t k = 0; k < i; k++) {
			if (strcmp(signatures[k].key, signatures[i].key) == 0)
				return complain(error,
					"a second file about the same CPU, %s",
					signatures[i].key);
		}
	}
	return 0;
}

static void
header_write(const struct decision_list *lists,
	const struct signature *signatures, size_t count, FILE *f)
{
	fputs("/*\n * pmem_tuned.h: generated by pmem-tune emit, not to be "
	      "edited\n *\n"
	      " * Gains are over the default rows, with 95% intervals; regret "
	      "is what the best\n * kernel for each length would still gain. "
	      "pmem-tune check derives this file\n * again from the "
	      "measurements.\n",
		f);
	for (size_t i = 0; i < count; i++)
		provenance_comment(&signatures[i], &lists[i].provenance, f);
	fputs(" */\n", f);
	id_write(lists, count, f);
	fputs("/* clang-format off */\n#define PMEM_TUNED_CPUS(CPU)", f);
	for (size_t i = 0; i < count; i++) {
		const struct signature *s = &signatures[i];

		fprintf(f, " \\\n\tCPU(%s, \"%s\", %u, %u, %u, %u, %s)", s->key,
			s->vendor, s->number[0], s->number[1], s->number[2],
			s->number[2], s->movnt);
	}
	fputs("\n\n#define PMEM_TUNED_ROWS(ROW)", f);
	for (size_t i = 0; i < count; i++)
		rows_write(&lists[i], &signatures[i], f);
	fputs("\n/* clang-format on */\n", f);
}

int
emit(const struct decision_list *lists, size_t count, FILE *f,
	char error[PROVENANCE_ERROR_BYTES], size_t *culprit)
{
	struct signature *signatures = calloc(count, sizeof(*signatures));
	int err;

	if (!signatures) {
		snprintf(error, PROVENANCE_ERROR_BYTES, "out of memory");
		return -ENOMEM;
	}
	err = signatures_get(signatures, lists, count, error, culprit);
	if (!err)
		header_write(lists, signatures, count, f);
	free(signatures);
	return err;
}
