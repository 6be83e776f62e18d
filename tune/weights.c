/*
 * weights.c: see weights.h
 */
#include "weights.h"

#include <string.h>

#include "lines.h"
#include "table.h"

/*
 * The default weights, each factor with its reason. They stand for a program
 * that nobody has profiled; who knows better gives a file.
 *
 * Lengths: every octave alike. No public trace tells how long persistent
 * writes are; alike per doubling is the choice that favours no scale.
 */
static const double op_weights[OP_COUNT] = {
	[OP_MOVE] = 1,
	/* Programs clear new space once and then fill it, often in parts. */
	[OP_SET] = 0.5,
	/* The other way to make data persistent: stores, then pmem_flush. */
	[OP_FLUSH] = 1,
};

static const double residency_weights[RESIDENCY_COUNT] = {
	/* Updates in place find the destination in cache, logs and new objects
	 * do not: both are what persistent memory is for. */
	[RESIDENCY_WARM] = 1,
	[RESIDENCY_COLD] = 1,
	/* What was just written is read again soon by some: half as many. */
	[RESIDENCY_REREAD] = 0.5,
};

static const double drain_weights[DRAIN_COUNT] = {
	/* pmem_memcpy_persist, the call that most programs use, drains. */
	[DRAIN_EACH] = 1,
	/* Transactions that gather writes are fewer, and 64 of them to a drain
	 * is the far end. */
	[DRAIN_BATCH] = 0.5,
};

unsigned
weights_octave(size_t size_bytes)
{
	return 63 - (unsigned)__builtin_clzll(size_bytes | 1);
}

/* A rule: -1 stands for every value. */
struct rule {
	int op, residency, drain, octave;
	double weight;
};

static void
rule_obey(struct weights *w, const struct rule *rule)
{
	for (int op = 0; op < OP_COUNT; op++)
		for (int r = 0; r < RESIDENCY_COUNT; r++)
			for (int d = 0; d < DRAIN_COUNT; d++)
				for (int o = 0; o < WEIGHT_OCTAVES; o++) {
					if ((rule->op < 0 || rule->op == op) &&
						(rule->residency < 0 ||
							rule->residency == r) &&
						(rule->drain < 0 ||
							rule->drain == d) &&
						(rule->octave < 0 ||
							rule->octave == o))
						w->of[op][r][d][o] =
							rule->weight;
				}
}

void
weights_default(struct weights *w)
{
	for (int op = 0; op < OP_COUNT; op++) {
		for (int r = 0; r < RESIDENCY_COUNT; r++) {
			for (int d = 0; d < DRAIN_COUNT; d++) {
				struct rule rule = {op, r, d, -1,
					op_weights[op] * residency_weights[r] *
						drain_weights[d]};

				rule_obey(w, &rule);
			}
		}
	}
}

/* A word's value, -1 for *, -2 for what is neither. */
static int
word_or_any(const char *word, int (*find)(const char *word))
{
	int value;

	if (strcmp(word, "*") == 0)
		return -1;
	value = find(word);
	return value < 0 ? -2 : value;
}

/* The octave that a power of two opens, or -1. */
static int
octave_find(const char *word)
{
	size_t bytes;

	if (table_whole(word, &bytes) || bytes == 0 ||
		(bytes & (bytes - 1)) != 0)
		return -1;
	return (int)weights_octave(bytes);
}

#define RULE_WORDS 5

static const char *
rule_parse(struct rule *rule, char *line)
{
	char *words[RULE_WORDS];
	int count = 0;

	while (line && count < RULE_WORDS)
		words[count++] = strsep(&line, "\t");
	if (count != RULE_WORDS || line)
		return "not 5 columns";
	rule->op = word_or_any(words[0], op_find);
	rule->residency = word_or_any(words[1], residency_find);
	rule->drain = word_or_any(words[2], drain_find);
	rule->octave = word_or_any(words[3], octave_find);
	if (rule->op == -2)
		return "unknown op";
	if (rule->residency == -2)
		return "unknown residency";
	if (rule->drain == -2)
		return "unknown drain";
	if (rule->octave == -2)
		return "size_bucket is not a power of two";
	return table_amount(words[4], 1e15, &rule->weight) ?
		       "weight is not a number from 0 to 1e15" :
		       NULL;
}

static const char *
line_parse(struct weights *w, const struct lines *l, bool *has_header)
{
	struct rule rule;
	const char *what;

	if (l->torn)
		return LINES_TORN;
	if (strlen(l->text) != l->len)
		return "NUL byte";
	if (l->text[0] == '#')
		return NULL;
	if (!*has_header) {
		*has_header = strcmp(l->text, "op\tresidency\tdrain\t"
					      "size_bucket\tweight") == 0;
		return *has_header ? NULL : "not the header of weights";
	}
	what = rule_parse(&rule, l->text);
	if (!what)
		rule_obey(w, &rule);
	return what;
}

bool
weights_concern(const struct weights *w, enum op op)
{
	const double *of = &w->of[op][0][0][0];

	for (size_t i = 0; i < sizeof(w->of[op]) / sizeof(*of); i++) {
		if (of[i] > 0)
			return true;
	}
	return false;
}

static bool
has_weight(const struct weights *w)
{
	bool has = false;

	for (int op = 0; op < OP_COUNT; op++)
		has |= weights_concern(w, (enum op)op);
	return has;
}

int
weights_read(
	struct weights *w, const char *path, char error[PROVENANCE_ERROR_BYTES])
{
	bool has_header = false;
	struct lines lines;

	*w = (struct weights){0};
	lines_open(&lines, path, error);
	while (lines_next(&lines))
		lines_judge(&lines, line_parse(w, &lines, &has_header));
	lines_judge(&lines, has_weight(w) ? NULL : "nothing has weight");
	return lines_close(&lines);
}

void
weights_restrict(struct weights *w, enum program program)
{
	static const struct rule none[PROGRAM_COUNT][2] = {
		[PROGRAM_LATENCY] = {{-1, -1, DRAIN_BATCH, -1, 0},
			{-1, -1, DRAIN_BATCH, -1, 0}},
		[PROGRAM_THROUGHPUT] = {{-1, -1, DRAIN_EACH, -1, 0},
			{-1, -1, DRAIN_EACH, -1, 0}},
		[PROGRAM_REREADING] = {{-1, RESIDENCY_WARM, -1, -1, 0},
			{-1, RESIDENCY_COLD, -1, -1, 0}},
	};

	for (int i = 0; i < 2; i++)
		rule_obey(w, &none[program][i]);
}
