/*
 * figure.h: which plots a report has, and the numbers in them
 *
 * A figure is complete in itself: gnuplot draws it, the page tabulates it and
 * the terminal sketches it from the same points.
 */
#ifndef TUNE_FIGURE_H
#define TUNE_FIGURE_H

#include "comparison.h"
#include "decision.h"
#include "series.h"

/* What a figure shows. */
enum figure_kind {
	FIGURE_FLUSH, /* ns per line flushed, a line an instruction */
	FIGURE_CROSSOVER, /* time of cached by time of stream */
	FIGURE_THROUGHPUT, /* bytes per ns of what is durable where */
	FIGURE_GAIN, /* ratio of a library to the baseline */
};
#define FIGURE_KIND_COUNT 4

#define FIGURE_SERIES_MAX 16

struct figure {
	enum figure_kind kind;
	char id[96]; /* names its file and its place on the page */
	char title[96]; /* what this one shows of its group */
	char group[96]; /* figures of one group stand together */
	/* The threshold chosen, if one is to be shown, and where resampled
	 * data put it; SIZE_MAX is never. */
	bool marked;
	size_t mark_bytes, mark_lo_bytes, mark_hi_bytes;
	struct series series[FIGURE_SERIES_MAX];
	size_t series_count;
};

struct figures {
	struct figure *items;
	size_t count, capacity;
};

/* Everything that there is data for. 0 or -ENOMEM; *all must be empty. */
int figures_make(struct figures *all, const struct measurements *measurements,
	const struct decision_list *decisions,
	const struct comparisons *comparisons);

/* Whether a line only says where the floor is, and may leave a plot: the time
 * of flushing nothing. */
bool figure_is_floor(const struct figure *f, size_t series);

void figures_free(struct figures *all);

#endif
