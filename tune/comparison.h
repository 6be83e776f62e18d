/*
 * comparison.h: what compare.tsv says of libraries side by side
 */
#ifndef TUNE_COMPARISON_H
#define TUNE_COMPARISON_H

#include <stdbool.h>

#include "table.h"

/* One library in one cell. Texts belong to the comparisons. */
struct comparison {
	const char *table; /* equal, trusting, eadr */
	const char *op; /* move, set, ...; all: over every one */
	const char *residency; /* likewise */
	const char *drain; /* likewise */
	const char *lib, *baseline;
	const char *promise; /* durable, not-durable */
	size_t threads, dst_offset, pairs;
	size_t size_bytes; /* 0: geometric mean over the sizes */
	/* Time of baseline by time of lib, above 1: lib is faster. With its
	 * 95 % interval. */
	double ratio, ratio_lo, ratio_hi;
	/* Share of destination lines still in cache, still dirty after the
	 * library's persist; NAN where not measured. */
	double retained_pct, dirty_pct;
};

/* A whole file. An empty one is all zero bytes. */
struct comparisons {
	struct table table;
	struct comparison *rows;
	size_t count;
};

/* Reads a file onto empty comparisons. Errors as table_read. */
int comparisons_read(struct comparisons *all, const char *path,
	char error[PROVENANCE_ERROR_BYTES]);

void comparisons_free(struct comparisons *all);

/* Whether a library's label names the A/A control: a copy of the baseline. */
bool comparison_label_is_control(const char *lib);

/* Whether the row is the mean over everything of its table. */
bool comparison_is_overall(const struct comparison *c);

/* Whether the row's promise is broken under its table's domain on this CPU. */
bool comparison_is_broken(const struct comparison *c);

#endif
