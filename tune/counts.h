/*
 * counts.h: counters.tsv, events that the CPU counted while kernels ran
 */
#ifndef TUNE_COUNTS_H
#define TUNE_COUNTS_H

#include "measurement.h"
#include "table.h"

/* Cycles, instructions, cache misses, as the file has them. */
#define COUNTS_EVENTS 3
extern const char *const counts_names[COUNTS_EVENTS];

/* time_ns is not set; events are per operation, NAN where not counted. */
struct counts_row {
	struct measurement of;
	double events[COUNTS_EVENTS];
};

/* An empty one is all zero bytes. */
struct counts {
	struct counts_row *rows;
	size_t count;
};

/* Reads a file onto empty counts. Errors as table_read. */
int counts_read(struct counts *all, const char *path,
	char error[PROVENANCE_ERROR_BYTES]);

/* Median over repetitions and offsets of an event in the cells that agree with
 * `of` in op, kernel, residency, drain, nodes and size; NAN if there is none.
 * scratch has room for all->count values. */
double counts_median(const struct counts *all, const struct measurement *of,
	int event, double *scratch);

void counts_free(struct counts *all);

#endif
