/*
 * decision_read.c: the reader of decisions.tsv
 *
 * Decisions become instructions that guard data: a file that is not exactly
 * what decision_list_write writes is refused, never guessed at.
 */
#include "decision.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"

#define CHOICE_WORDS 5
#define JUDGEMENT_WORDS (CHOICE_WORDS + 5)
#define KEY_WORDS 4
#define MAX_WORDS (KEY_WORDS + JUDGEMENT_WORDS)

/* Cuts text at a separator into at most max words; the last keeps the rest. */
static int
split(char *text, char separator, char **words, int max)
{
	const char between[] = {separator, '\0'};
	int count = 0;

	while (count < max - 1 && text) {
		words[count++] = strsep(&text, between);
	}
	if (text)
		words[count++] = text;
	return count;
}

static int
whole_parse(const char *word, uint64_t max, uint64_t *value)
{
	size_t len = strlen(word);

	if (len == 0 || strspn(word, "0123456789") != len)
		return -EINVAL;
	errno = 0;
	*value = strtoull(word, NULL, 10);
	return errno || *value > max ? -EINVAL : 0;
}

static int
bytes_parse(const char *word, size_t *bytes)
{
	uint64_t value;

	if (strcmp(word, "never") == 0) {
		*bytes = POLICY_NEVER;
		return 0;
	}
	if (whole_parse(word, SSIZE_MAX, &value))
		return -EINVAL;
	*bytes = value;
	return 0;
}

/* A decimal with a sign or without, and two places, as written. */
static int
percent_parse(const char *word, double *pct)
{
	size_t sign = *word == '-';
	size_t whole = strspn(word + sign, "0123456789");
	const char *point = word + sign + whole;

	if (whole == 0 || whole > 15 || *point != '.' ||
		(whole > 1 && word[sign] == '0') ||
		strspn(point + 1, "0123456789") != 2 || point[3] != '\0')
		return -EINVAL;
	*pct = strtod(word, NULL);
	return 0;
}

static int
choice_parse(struct choice *c, char *const words[CHOICE_WORDS])
{
	int flush = flush_find(words[0]), stream_flush = flush_find(words[3]);
	int cached_isa = isa_find(words[1]), stream_isa = isa_find(words[2]);

	if (flush < 0 || cached_isa < 0 || stream_isa < 0 || stream_flush < 0)
		return -EINVAL;
	c->flush = (enum flush)flush;
	c->cached_isa = (enum isa)cached_isa;
	c->stream_isa = (enum isa)stream_isa;
	c->stream_flush = (enum flush)stream_flush;
	return bytes_parse(words[4], &c->stream_min_bytes);
}

static int
verdict_parse(struct judgement *j, const char *word)
{
	static const char refused[] = "refused: ";
	size_t len = sizeof(refused) - 1;

	if (strcmp(word, "tuned") == 0) {
		j->verdict = VERDICT_TUNED;
	} else if (strcmp(word, "kept") == 0) {
		j->verdict = VERDICT_KEPT;
	} else if (strncmp(word, refused, len) == 0 &&
		   strlen(word + len) < DECISION_REASON_BYTES && word[len] &&
		   !strchr(word + len, '\t')) {
		j->verdict = VERDICT_REFUSED;
		snprintf(j->reason, sizeof(j->reason), "%s", word + len);
	} else {
		return -EINVAL;
	}
	return 0;
}

static int
judgement_parse(struct judgement *j, char *const words[JUDGEMENT_WORDS])
{
	double *pct[] = {
		&j->regret_pct, &j->gain_pct, &j->gain_lo_pct, &j->gain_hi_pct};

	if (choice_parse(&j->choice, words))
		return -EINVAL;
	for (size_t i = 0; i < 4; i++) {
		if (percent_parse(words[CHOICE_WORDS + i], pct[i]))
			return -EINVAL;
	}
	return verdict_parse(j, words[JUDGEMENT_WORDS - 1]);
}

static int
rival_parse(void *field, char *value)
{
	struct rival *r = field;
	char *words[CHOICE_WORDS + 1];

	if (split(value, ' ', words, CHOICE_WORDS + 1) != CHOICE_WORDS + 1)
		return -EINVAL;
	r->present = true;
	return choice_parse(&r->choice, words) ||
			       percent_parse(words[CHOICE_WORDS], &r->pct) ?
		       -EINVAL :
		       0;
}

static int
noise_parse(void *field, char *value)
{
	return percent_parse(value, field);
}

static int
threshold_parse(void *decision, char *value)
{
	struct decision *d = decision;
	char *words[2];

	d->has_threshold = true;
	return split(value, ' ', words, 2) != 2 ||
			       bytes_parse(words[0], &d->threshold_lo_bytes) ||
			       bytes_parse(words[1], &d->threshold_hi_bytes) ?
		       -EINVAL :
		       0;
}

static int
uniform_parse(void *decision, char *value)
{
	struct decision *d = decision;
	char *words[JUDGEMENT_WORDS];

	d->has_uniform = true;
	if (split(value, ' ', words, JUDGEMENT_WORDS) != JUDGEMENT_WORDS)
		return -EINVAL;
	return judgement_parse(&d->uniform, words);
}

static int
own_gain_parse(void *decision, char *value)
{
	struct decision *d = decision;
	char *words[4];

	if (split(value, ' ', words, 4) != 4 ||
		percent_parse(words[0], &d->own_gain_pct) ||
		percent_parse(words[1], &d->own_gain_lo_pct) ||
		percent_parse(words[2], &d->own_gain_hi_pct))
		return -EINVAL;
	d->differs = strcmp(words[3], "yes") == 0;
	return d->differs || strcmp(words[3], "no") == 0 ? 0 : -EINVAL;
}

/* What each remark fills: a field of struct decision, or several of them. */
static const struct remark {
	const char *key;
	int (*parse)(void *field, char *value);
	size_t field;
} remarks[] = {
	{"threshold", threshold_parse, 0},
	{"noise_pct", noise_parse, offsetof(struct decision, noise_pct)},
	{"challenger", rival_parse, offsetof(struct decision, challenger)},
	{"runner_up", rival_parse, offsetof(struct decision, runner_up)},
	{"latency", rival_parse,
		offsetof(struct decision, programs[PROGRAM_LATENCY])},
	{"throughput", rival_parse,
		offsetof(struct decision, programs[PROGRAM_THROUGHPUT])},
	{"rereading", rival_parse,
		offsetof(struct decision, programs[PROGRAM_REREADING])},
	{"uniform", uniform_parse, 0},
	{"own_gain_pct", own_gain_parse, 0},
};

/* A line "key<TAB>value" about the row that follows. */
static const char *
remark_parse(struct decision *d, char *line)
{
	char *key = strsep(&line, "\t");

	for (size_t i = 0; line && i < sizeof(remarks) / sizeof(*remarks);
		i++) {
		const struct remark *r = &remarks[i];

		if (strcmp(key, r->key) == 0)
			return r->parse((char *)d + r->field, line) ?
				       "malformed remark" :
				       NULL;
	}
	return "unknown remark";
}

static const char *
row_parse(struct decision *d, char *line)
{
	char *words[MAX_WORDS + 1];
	uint64_t cpu_node, mem_node;
	int op, domain;

	if (split(line, '\t', words, MAX_WORDS + 1) != MAX_WORDS)
		return "not 14 columns";
	op = op_find(words[0]);
	domain = domain_find(words[3]);
	if (op < 0)
		return "unknown op";
	if (whole_parse(words[1], INT_MAX, &cpu_node) ||
		whole_parse(words[2], INT_MAX, &mem_node))
		return "a node is not a whole number";
	if (domain < 0)
		return "unknown domain";
	if (judgement_parse(&d->own, words + KEY_WORDS))
		return "malformed choice, percentage or verdict";
	d->op = (enum op)op;
	d->cpu_node = (unsigned)cpu_node;
	d->mem_node = (unsigned)mem_node;
	d->domain = (enum domain)domain;
	return NULL;
}

/* What has been read so far: the next row's remarks may be there already. */
struct reading {
	struct decision_list *list;
	struct decision next;
	bool has_header, has_remark;
};

static const char *
line_parse(struct reading *r, const struct lines *l)
{
	char *line = l->text;
	const char *what;

	if (l->torn)
		return LINES_TORN;
	if (strlen(line) != l->len)
		return "NUL byte";
	if (strncmp(line, "# ", 2) == 0) {
		if (!r->has_header)
			return provenance_parse(&r->list->provenance, line + 2);
		r->has_remark = true;
		return remark_parse(&r->next, line + 2);
	}
	if (!r->has_header) {
		r->has_header = strcmp(line, decision_header) == 0;
		return r->has_header ? NULL : "not the header of decisions";
	}
	what = row_parse(&r->next, line);
	if (!what && decision_push(r->list, &r->next))
		what = "out of memory";
	r->next = (struct decision){0};
	r->has_remark = false;
	return what;
}

/* What a file lacks whose lines are all right. */
static const char *
end_check(const struct reading *r)
{
	if (!r->has_header)
		return "the file ends before its header";
	if (r->has_remark)
		return "the file ends before the row of a remark";
	return r->list->count == 0 ? "no rows" : NULL;
}

int
decision_list_read(struct decision_list *list, const char *path,
	char error[PROVENANCE_ERROR_BYTES])
{
	struct reading r = {.list = list};
	struct lines lines;
	int err;

	lines_open(&lines, path, error);
	while (lines_next(&lines))
		lines_judge(&lines, line_parse(&r, &lines));
	lines_judge(&lines, end_check(&r));
	err = lines_close(&lines);
	if (err)
		decision_list_free(list);
	return err;
}
