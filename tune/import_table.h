/*
 * import_table.h: a table from elsewhere, as text
 *
 * CSV or TSV: the first line names the columns, and separates them by tabs or
 * else by commas. What spreadsheets write is taken: a byte order mark, CRLF,
 * CSV fields in double quotes with "" for one quote, though on one line. Lines
 * that are empty or open with # are skipped; blanks around a field are no part
 * of it.
 */
#ifndef TUNE_IMPORT_TABLE_H
#define TUNE_IMPORT_TABLE_H

#include <stddef.h>

#include "provenance.h"

/* Fields of one line. */
struct import_line {
	size_t number; /* in the file, from 1 */
	char *text; /* what fields point into */
	char **fields; /* column_count */
};

/* An empty one is all zero bytes. Owns its texts. */
struct import_table {
	struct import_line names; /* the first line */
	struct import_line *lines;
	size_t column_count, line_count, capacity;
};

/* Reads a file onto an empty table; every line has as many fields as the
 * first. 0, or a negative errno with "line N: what" or the description of errno
 * in error; the table is then empty. */
int import_table_read(struct import_table *t, const char *path,
	char error[PROVENANCE_ERROR_BYTES]);

void import_table_free(struct import_table *t);

#endif
