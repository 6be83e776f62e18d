/*
 * table.h: a tab-separated file with provenance, read as text
 *
 * "# key<TAB>value" lines, one header line, rows. What a cell means is for the
 * caller to say; that the file is whole and rectangular is checked here.
 */
#ifndef TUNE_TABLE_H
#define TUNE_TABLE_H

#include <stddef.h>

#include "provenance.h"

/* An empty one is all zero bytes. Owns its texts. */
struct table {
	struct provenance provenance;
	size_t column_count, row_count;
	char **lines; /* each row's text, its tabs made NULs */
	char **cells; /* row_count * column_count, into lines */
};

/* Reads a file whose header line is `header` onto an empty table. 0, or a
 * negative errno with "line N: what" or the description of errno in error; the
 * table is then empty. */
int table_read(struct table *t, const char *path, const char *header,
	char error[PROVENANCE_ERROR_BYTES]);

static inline const char *
table_cell(const struct table *t, size_t row, size_t column)
{
	return t->cells[row * t->column_count + column];
}

/* A whole cell as a finite number, or a whole number of bytes. 0 or -EINVAL. */
int table_number(const char *cell, double *value);
int table_whole(const char *cell, size_t *value);

/* A whole cell as a number from 0 to most, without a sign. 0 or -EINVAL. */
int table_amount(const char *cell, double most, double *value);

void table_free(struct table *t);

#endif
