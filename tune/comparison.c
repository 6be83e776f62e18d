/*
 * comparison.c: see comparison.h
 */
#include "comparison.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char header[] =
	"table\top\tresidency\tdrain\tthreads\tsize_bytes\tdst_offset\tlib\t"
	"baseline\tratio\tratio_lo\tratio_hi\tpairs\tretained_pct\tdirty_pct\t"
	"promise";

enum column {
	TABLE,
	OP,
	RESIDENCY,
	DRAIN,
	THREADS,
	SIZE_BYTES,
	DST_OFFSET,
	LIB,
	BASELINE,
	RATIO,
	RATIO_LO,
	RATIO_HI,
	PAIRS,
	RETAINED_PCT,
	DIRTY_PCT,
	PROMISE,
};

/* A share in percent, or NAN for "-". */
static int
share_parse(const char *cell, double *value)
{
	*value = NAN;
	if (strcmp(cell, "-") == 0)
		return 0;
	if (table_number(cell, value) || *value < 0 || *value > 100)
		return -EINVAL;
	return 0;
}

/* NULL, or what is wrong. */
static const char *
row_parse(struct comparison *c, const struct table *t, size_t row)
{
	*c = (struct comparison){
		.table = table_cell(t, row, TABLE),
		.op = table_cell(t, row, OP),
		.residency = table_cell(t, row, RESIDENCY),
		.drain = table_cell(t, row, DRAIN),
		.lib = table_cell(t, row, LIB),
		.baseline = table_cell(t, row, BASELINE),
		.promise = table_cell(t, row, PROMISE),
	};
	if (table_whole(table_cell(t, row, THREADS), &c->threads) ||
		table_whole(table_cell(t, row, SIZE_BYTES), &c->size_bytes) ||
		table_whole(table_cell(t, row, DST_OFFSET), &c->dst_offset) ||
		table_whole(table_cell(t, row, PAIRS), &c->pairs))
		return "threads, size_bytes, dst_offset or pairs is not whole";
	if (table_number(table_cell(t, row, RATIO), &c->ratio) ||
		table_number(table_cell(t, row, RATIO_LO), &c->ratio_lo) ||
		table_number(table_cell(t, row, RATIO_HI), &c->ratio_hi))
		return "a ratio is not a number";
	if (c->ratio_lo <= 0 || c->ratio_lo > c->ratio ||
		c->ratio > c->ratio_hi)
		return "ratio does not lie in its interval above 0";
	if (share_parse(table_cell(t, row, RETAINED_PCT), &c->retained_pct) ||
		share_parse(table_cell(t, row, DIRTY_PCT), &c->dirty_pct))
		return "retained_pct or dirty_pct is no percentage";
	return NULL;
}

int
comparisons_read(struct comparisons *all, const char *path,
	char error[PROVENANCE_ERROR_BYTES])
{
	int err = table_read(&all->table, path, header, error);

	if (err)
		return err;
	all->rows = calloc(all->table.row_count + 1, sizeof(*all->rows));
	if (!all->rows) {
		snprintf(error, PROVENANCE_ERROR_BYTES, "out of memory");
		comparisons_free(all);
		return -ENOMEM;
	}
	for (size_t i = 0; i < all->table.row_count; i++) {
		const char *what = row_parse(&all->rows[i], &all->table, i);

		if (what) {
			snprintf(error, PROVENANCE_ERROR_BYTES, "row %zu: %s",
				i + 1, what);
			comparisons_free(all);
			return -EINVAL;
		}
		all->count++;
	}
	return 0;
}

void
comparisons_free(struct comparisons *all)
{
	free(all->rows);
	table_free(&all->table);
	*all = (struct comparisons){0};
}

bool
comparison_label_is_control(const char *lib)
{
	return strncasecmp(lib, "a/a", 3) == 0 || strcasecmp(lib, "aa") == 0;
}

bool
comparison_is_overall(const struct comparison *c)
{
	return c->size_bytes == 0 && strcmp(c->op, "all") == 0 &&
	       strcmp(c->residency, "all") == 0 && strcmp(c->drain, "all") == 0;
}

bool
comparison_is_broken(const struct comparison *c)
{
	return strcmp(c->promise, "not-durable") == 0;
}
