/*
 * program.c: see program.h
 */
#include "program.h"

#include <errno.h>
#include <string.h>

#include "decide.h"
#include "lines.h"

/* Comments that are facts; others are for people. */
static int
facts_read(struct provenance *facts, const char *path,
	char error[PROVENANCE_ERROR_BYTES])
{
	struct lines lines;

	lines_open(&lines, path, error);
	while (lines_next(&lines)) {
		char *value = strchr(lines.text, '\t');

		if (strncmp(lines.text, "# ", 2) != 0 || !value)
			continue;
		*value = '\0';
		if (provenance_add(facts, lines.text + 2, value + 1) == -ENOMEM)
			lines_judge(&lines, "out of memory");
	}
	return lines_close(&lines);
}

static int
regrets_judge(struct program_profile *p, const struct measurements *all,
	char error[PROVENANCE_ERROR_BYTES])
{
	struct decision_list own = {0}, other = {0};
	struct weights usual;
	int err;

	weights_default(&usual);
	err = decide(&own, all, &p->weights, error);
	if (!err)
		err = decide(&other, all, &usual, error);
	if (!err)
		err = regrets_find(
			&p->regrets, all, &p->weights, &own, &other, error);
	decision_list_free(&own);
	decision_list_free(&other);
	/* Measurements that were refused say nothing of any decision. */
	return err == -EINVAL ? 0 : err;
}

int
program_read(struct program_profile *p, const char *path,
	const struct measurements *all, char error[PROVENANCE_ERROR_BYTES])
{
	int err = weights_read(&p->weights, path, error);

	if (err)
		return err;
	err = facts_read(&p->facts, path, error);
	if (!err)
		err = regrets_judge(p, all, error);
	p->present = true;
	if (err)
		program_free(p);
	return err;
}

static double
octave_sum(const struct weights *w, int op, unsigned octave)
{
	double sum = 0;

	for (int r = 0; r < RESIDENCY_COUNT; r++)
		for (int d = 0; d < DRAIN_COUNT; d++)
			sum += w->of[op][r][d][octave];
	return sum;
}

double
program_share(const struct program_profile *p, enum op op, unsigned octave)
{
	double all = 0;

	for (int o = 0; o < OP_COUNT; o++)
		for (unsigned i = 0; i < WEIGHT_OCTAVES; i++)
			all += octave_sum(&p->weights, o, i);
	return octave_sum(&p->weights, (int)op, octave) / all;
}

const char *
program_name(const struct program_profile *p)
{
	const char *name = provenance_find(&p->facts, "program");

	return name ? name : "weights.tsv";
}

void
program_free(struct program_profile *p)
{
	provenance_free(&p->facts);
	regrets_free(&p->regrets);
	*p = (struct program_profile){0};
}
