/*
 * reached.c: see reached.h
 */
#include "reached.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char header[] = "goal\tunit\ttarget\tvalue\tlo\thi\tmet\tevidence";

enum column { GOAL, UNIT, TARGET, VALUE, LO, HI, MET, EVIDENCE };

static int
number_or_none(const char *cell, double *value)
{
	*value = NAN;
	return strcmp(cell, "-") == 0 ? 0 : table_number(cell, value);
}

/* NULL, or what is wrong. */
static const char *
row_parse(struct reached *r, const struct table *t, size_t row)
{
	static const char *const verdicts[] = {"met", "not met", "unknown"};

	*r = (struct reached){
		.goal = table_cell(t, row, GOAL),
		.unit = table_cell(t, row, UNIT),
		.target = table_cell(t, row, TARGET),
		.met = table_cell(t, row, MET),
		.evidence = table_cell(t, row, EVIDENCE),
	};
	if (number_or_none(table_cell(t, row, VALUE), &r->value) ||
		number_or_none(table_cell(t, row, LO), &r->lo) ||
		number_or_none(table_cell(t, row, HI), &r->hi))
		return "value, lo or hi is not a number";
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		if (strcmp(r->met, verdicts[i]) == 0)
			return NULL;
	}
	return "met is not one of met, not met, unknown";
}

int
reached_read(struct reached_list *all, const char *path,
	char error[PROVENANCE_ERROR_BYTES])
{
	int err = table_read(&all->table, path, header, error);
	const char *what = NULL;

	if (err)
		return err;
	all->rows = calloc(all->table.row_count + 1, sizeof(*all->rows));
	if (!all->rows) {
		table_free(&all->table);
		snprintf(error, PROVENANCE_ERROR_BYTES, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	for (size_t i = 0; !what && i < all->table.row_count; i++) {
		what = row_parse(&all->rows[i], &all->table, i);
		if (what)
			snprintf(error, PROVENANCE_ERROR_BYTES, "row %zu: %s",
				i + 1, what);
	}
	all->count = all->table.row_count;
	if (what)
		reached_free(all);
	return what ? -EINVAL : 0;
}

void
reached_free(struct reached_list *all)
{
	free(all->rows);
	table_free(&all->table);
	*all = (struct reached_list){0};
}
