/*
 * cells.h: raw repetitions made comparable
 *
 * A cell is one kind of operation at one length on one pair of nodes; variants
 * (isa/store/flush) compete in it. Times become natural logarithms, so that
 * ratios are differences. What a round does to all variants alike (drift, a
 * clock that changes) is estimated from all of them and taken off, which is
 * pairing; what remains far off is an outlier: it is counted, and pulled in to
 * the edge of what is usual, never dropped.
 *
 * Each variant then has a mean and slots: deviations from it that, resampled
 * with replacement, vary as its mean would in another run. All cells have as
 * many slots, whatever the number of their repetitions, so that sums over
 * cells can be resampled as one.
 */
#ifndef TUNE_CELLS_H
#define TUNE_CELLS_H

#include <stdbool.h>
#include <stddef.h>

#include "measurement.h"

enum { VARIANT_COUNT = ISA_COUNT * STORE_COUNT * FLUSH_COUNT };

/* Index of a variant; op flush uses generic, cached. */
static inline unsigned
variant_index(enum isa isa, enum store store, enum flush flush)
{
	return ((unsigned)isa * STORE_COUNT + (unsigned)store) * FLUSH_COUNT +
	       (unsigned)flush;
}

/* Halves of the repetitions, by which noise shows: first and second half
 * (which are process starts, where there were two), even and odd. */
enum half { HALF_FIRST, HALF_SECOND, HALF_EVEN, HALF_ODD };
#define HALF_COUNT 4

struct cell_times {
	enum op op;
	enum residency residency;
	enum drain drain;
	unsigned threads, cpu_node, mem_node;
	size_t size_bytes;
	unsigned dst_offset, src_offset;

	unsigned rep_count; /* distinct rep of its rows */
	size_t variants; /* index of its first in cells.variants */
	size_t variant_count;
	double scale; /* robust standard deviation of residuals */
	double drift; /* second half of the rounds over the first */
	bool identical; /* three repetitions or more, none differs */
};

struct variant_times {
	unsigned index; /* variant_index */
	double mean; /* logarithm of ns, rounds taken off */
	size_t slots; /* index of slot_count + HALF_COUNT deviations */
};

/* Cells ascend by nodes, op and length. An empty one is all zero bytes. */
struct cells {
	struct cell_times *cells;
	struct variant_times *variants;
	double *deviations;
	size_t count, variant_count;
	unsigned slot_count;
	size_t row_count, outlier_count;
	double scale; /* median of cells that have repetitions; 0: none has */
	/* Variance between halves over what scatter within them makes; at
	 * least 1. Deviations are widened by it. */
	double dispersion;
};

/* Gathers rows into cells. assumed_error is the relative error of cells that
 * have one repetition where no cell has more. 0, -ENOMEM, or -EINVAL with a
 * text in error: two rows are the same repetition. */
int cells_build(struct cells *c, const struct measurement *rows, size_t count,
	double assumed_error, char error[PROVENANCE_ERROR_BYTES]);

void cells_free(struct cells *c);

#endif
