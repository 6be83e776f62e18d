/*
 * reached.h: goals.tsv, what the library is to reach and what was measured
 */
#ifndef TUNE_REACHED_H
#define TUNE_REACHED_H

#include "table.h"

/* Texts belong to the list. value, lo and hi are NAN where there is none. */
struct reached {
	const char *goal, *unit, *target, *met, *evidence;
	double value, lo, hi;
};

/* An empty one is all zero bytes. */
struct reached_list {
	struct table table;
	struct reached *rows;
	size_t count;
};

/* Reads a file onto an empty list. Errors as table_read. */
int reached_read(struct reached_list *all, const char *path,
	char error[PROVENANCE_ERROR_BYTES]);

void reached_free(struct reached_list *all);

#endif
