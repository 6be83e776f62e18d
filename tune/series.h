/*
 * series.h: one line of a plot, out of repetitions or comparisons
 *
 * A point is the median of its repetitions, with the 95 % interval of the
 * median from order statistics: no assumption on how times scatter, and no
 * random numbers, so that a report of the same data is the same report.
 */
#ifndef TUNE_SERIES_H
#define TUNE_SERIES_H

#include <stdbool.h>

#include "measurement.h"

struct point {
	size_t size_bytes;
	double mid, lo, hi;
	size_t count; /* repetitions or pairs behind it */
};

/* Ascending sizes. Owns label and points; an empty one is all zero bytes. */
struct series {
	char *label;
	struct point *points;
	size_t count;
};

/* Which rows are of one line: all columns but size, rep and time. */
struct series_key {
	enum op op;
	enum isa isa;
	enum store store;
	enum flush flush;
	enum residency residency;
	enum drain drain;
	unsigned threads, cpu_node, mem_node;
	unsigned dst_offset, src_offset;
};

bool series_key_match(
	const struct series_key *key, const struct measurement *m);

/* Time in ns per operation by size. 0 (perhaps without points) or -ENOMEM;
 * the caller sets the label. */
int series_times(struct series *s, const struct measurements *all,
	const struct series_key *key);

/* Time of `over` by time of `under`, from repetitions of both in one round. */
int series_ratios(struct series *s, const struct measurements *all,
	const struct series_key *over, const struct series_key *under);

/* Turns times into bytes per ns, or into ns per line. */
void series_to_throughput(struct series *s);
void series_to_line_time(struct series *s);

void series_free(struct series *s);

#endif
