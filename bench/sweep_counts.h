/*
 * sweep_counts.h: counters.tsv beside measurements.tsv
 *
 * Where the machine has event counters, each variant of each cell is run once a
 * start under them, apart from its timed samples, which reading them would
 * disturb. First the facts that measurements.tsv begins with and one header
 * line, then a row each: the columns of measurements.tsv but for time_ns, then
 * each counter's events per operation, "-" where that counter is absent. A
 * start that is resumed may hold a row twice. Beside measurements of another
 * name, NAME.tsv, the file is NAME.counters.tsv.
 */
#ifndef BENCH_SWEEP_COUNTS_H
#define BENCH_SWEEP_COUNTS_H

#include <limits.h>
#include <stdbool.h>

#include "counters.h"
#include "measurement.h"

struct sweep_counts {
	struct counters counters;
	int fd; /* -1: nothing can be counted, there is no file */
};

/* Opens the counters of the calling thread and, if there are any, the file
 * beside measurements, for appending: after its last whole row or, anew or if
 * there is none, after a header. 0 or a negative errno. */
int sweep_counts_open(
	struct sweep_counts *c, const char *measurements, bool anew);

/* Appends a row: events that the operations of a section made. 0 or the
 * negative errno of the write. */
int sweep_counts_write(const struct sweep_counts *c,
	const struct measurement *row, size_t operations,
	const long long events[COUNTER_COUNT]);

void sweep_counts_close(struct sweep_counts *c);

#endif
