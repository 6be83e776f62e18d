/*
 * refuse.c: see refuse.h
 *
 * Numbers that come from a machine which changed while it was measured look
 * like any others. What shows in them is looked for here; what only the machine
 * can tell (stolen time, a target that is not what it claims) the measuring
 * program has put into the fact "refused".
 */
#include "refuse.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

/* The typical cell needs so many for its scatter to be known at all. Fewer is
 * usual for the largest lengths alone. */
#define REPETITIONS_LEAST 3

/* Typical scatter of repetitions beyond which medians of a few say nothing
 * about differences of the size that matters. A busy shared guest has 5%. */
#define SCATTER_MOST 0.25

/* Rounds of the second half that take so much longer than those of the first,
 * or shorter: pairing takes drift off, but a machine that halved its clock is
 * not the one that was to be tuned. */
#define DRIFT_MOST 1.5

/* Share of cells whose repetitions are equal to the last digit: a clock that
 * does not resolve them, or copied rows. */
#define IDENTICAL_MOST 0.5

/* Whether a target only passes for persistent memory. Ordinary memory that is
 * measured as such is target "dram". */
static bool
is_posing(const struct provenance *facts)
{
	for (size_t i = 0; i < facts->count; i++) {
		if (strcmp(facts->facts[i].key, "target_is_pmem") == 0 &&
			strcmp(facts->facts[i].value, "forced") == 0)
			return true;
	}
	return false;
}

bool
refuse_mixed(const struct provenance *facts, char error[PROVENANCE_ERROR_BYTES])
{
	static const char *const keys[] = {"platform_id", "cpu_vendor",
		"cpu_family", "cpu_model", "cpu_stepping", "microcode"};

	for (size_t k = 0; k < sizeof(keys) / sizeof(*keys); k++) {
		const char *last = provenance_find(facts, keys[k]);

		for (size_t i = 0; last && i < facts->count; i++) {
			if (strcmp(facts->facts[i].key, keys[k]) != 0 ||
				strcmp(facts->facts[i].value, last) == 0)
				continue;
			snprintf(error, PROVENANCE_ERROR_BYTES,
				"measurements of two platforms are mixed: %s "
				"is '%.40s' and '%.40s'",
				keys[k], facts->facts[i].value, last);
			return true;
		}
	}
	return false;
}

double
refuse_assumed_error(const struct provenance *facts)
{
	const char *text = provenance_find(facts, "assumed_error_pct");
	double pct;

	if (!text)
		return 0;
	return table_amount(text, 100, &pct) || pct <= 0 ? -1 : pct / 100;
}

static int
double_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Median over cells of what a function says of each; 0 without cells. */
static int
median_over(const struct cells *c, double (*of)(const struct cell_times *cell),
	double *median)
{
	double *values = calloc(c->count + 1, sizeof(*values));

	if (!values)
		return -ENOMEM;
	for (size_t i = 0; i < c->count; i++)
		values[i] = of(&c->cells[i]);
	qsort(values, c->count, sizeof(*values), double_compare);
	*median = values[c->count / 2];
	free(values);
	return 0;
}

static double
repetitions_of(const struct cell_times *cell)
{
	return cell->rep_count;
}

static double
drift_of(const struct cell_times *cell)
{
	return cell->drift;
}

static bool
is_identical(const struct cells *c)
{
	size_t identical = 0;

	for (size_t i = 0; i < c->count; i++)
		identical += c->cells[i].identical;
	return (double)identical > IDENTICAL_MOST * (double)c->count;
}

int
refuse_cells(const struct provenance *facts, const struct cells *c,
	char reason[DECISION_REASON_BYTES])
{
	const char *refused = provenance_find(facts, "refused");
	double drift, repetitions;

	if (median_over(c, drift_of, &drift) ||
		median_over(c, repetitions_of, &repetitions))
		return -ENOMEM;
	drift = exp(drift);
	reason[0] = '\0';
	if (refused)
		snprintf(reason, DECISION_REASON_BYTES, "%s", refused);
	else if (is_posing(facts))
		snprintf(reason, DECISION_REASON_BYTES,
			"the target is no persistent memory: "
			"PMEM_IS_PMEM_FORCE says so, its file system does not");
	else if (!c->count)
		snprintf(reason, DECISION_REASON_BYTES, "no measurements");
	else if (repetitions < REPETITIONS_LEAST &&
		 refuse_assumed_error(facts) == 0)
		snprintf(reason, DECISION_REASON_BYTES,
			"too few repetitions: the typical cell has %.0f, "
			"needed are %d",
			repetitions, REPETITIONS_LEAST);
	else if (is_identical(c))
		snprintf(reason, DECISION_REASON_BYTES,
			"repetitions do not differ: the clock is too coarse");
	else if (c->scale > SCATTER_MOST)
		snprintf(reason, DECISION_REASON_BYTES,
			"unsteady: repetitions typically scatter by %.0f%%",
			100 * c->scale);
	else if (drift > DRIFT_MOST || drift < 1 / DRIFT_MOST)
		snprintf(reason, DECISION_REASON_BYTES,
			"throttled: the second half of the rounds took %.2f "
			"times as long as the first",
			drift);
	return 0;
}
