/*
 * emit.c: see emit.h
 */
#include "emit.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"
#include "emit_row.h"

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
		emit_comment(p->facts[i].value, f);
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
		struct emit_row row = {s->key, (enum domain)domain, true,
			decisions_of(list, 0, domain)};

		emit_row(&row, f);
		row.any = false;
		for (size_t p = 0; p < pairs; p++) {
			row.decisions = decisions_of(list, p, domain);
			if (row.decisions->differs)
				emit_row(&row, f);
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
