/*
 * counts.c: see counts.h
 */
#include "counts.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"

const char *const counts_names[COUNTS_EVENTS] = {
	"cycles", "instructions", "cache misses"};

static const char header[] =
	"op\tisa\tstore\tflush\tresidency\tdrain\tthreads\tcpu_node\tmem_node\t"
	"size_bytes\tdst_offset\tsrc_offset\trep\tcycles\tinstructions\t"
	"cache_misses";

/* The columns before the events are those of measurements.tsv before time_ns.
 */
#define EVENTS (MEASUREMENT_COLUMNS - 1)

static int
row_parse(struct counts_row *r, const struct table *t, size_t row,
	char error[PROVENANCE_ERROR_BYTES])
{
	int err = 0;

	for (int c = 0; !err && c < EVENTS; c++)
		err = measurement_set(
			&r->of, c, table_cell(t, row, (size_t)c), error);
	for (int e = 0; !err && e < COUNTS_EVENTS; e++) {
		const char *cell = table_cell(t, row, (size_t)(EVENTS + e));

		r->events[e] = NAN;
		if (strcmp(cell, "-") == 0)
			continue;
		err = table_number(cell, &r->events[e]);
		if (err)
			snprintf(error, PROVENANCE_ERROR_BYTES,
				"row %zu: %s is not a number", row + 1,
				counts_names[e]);
	}
	return err;
}

int
counts_read(struct counts *all, const char *path,
	char error[PROVENANCE_ERROR_BYTES])
{
	struct table t = {0};
	int err = table_read(&t, path, header, error);

	if (err)
		return err;
	all->rows = calloc(t.row_count + 1, sizeof(*all->rows));
	if (!all->rows) {
		err = -ENOMEM;
		snprintf(error, PROVENANCE_ERROR_BYTES, "%s", strerror(ENOMEM));
	}
	for (size_t i = 0; !err && i < t.row_count; i++)
		err = row_parse(&all->rows[i], &t, i, error);
	all->count = t.row_count;
	table_free(&t);
	if (err)
		counts_free(all);
	return err;
}

static bool
is_alike(const struct measurement *a, const struct measurement *b)
{
	return a->op == b->op && a->isa == b->isa && a->store == b->store &&
	       a->flush == b->flush && a->residency == b->residency &&
	       a->drain == b->drain && a->cpu_node == b->cpu_node &&
	       a->mem_node == b->mem_node && a->size_bytes == b->size_bytes;
}

double
counts_median(const struct counts *all, const struct measurement *of, int event,
	double *scratch)
{
	size_t count = 0;

	for (size_t i = 0; i < all->count; i++) {
		const struct counts_row *r = &all->rows[i];

		if (is_alike(&r->of, of) && !isnan(r->events[event]))
			scratch[count++] = r->events[event];
	}
	return count ? stats_median(scratch, count) : NAN;
}

void
counts_free(struct counts *all)
{
	free(all->rows);
	*all = (struct counts){0};
}
