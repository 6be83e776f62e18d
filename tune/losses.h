/*
 * losses.h: what each variant of an operation costs at each length, weighted
 *
 * Sums over cells of weight times logarithm of time. Differences between two
 * ways to carry out an operation are then the logarithm of the ratio of their
 * times (a geometric mean over all cells), times the total weight. Resampling
 * is linear, so any way can be judged from these sums.
 */
#ifndef TUNE_LOSSES_H
#define TUNE_LOSSES_H

#include <stdbool.h>
#include <stddef.h>

#include "cells.h"
#include "decision.h"
#include "weights.h"

/* Which pairs of nodes: one, or all together. */
struct pair {
	bool any;
	unsigned cpu_node, mem_node;
};

/* Sums are INFINITY where a variant lacks a cell that counts. */
struct losses {
	enum op op;
	size_t *sizes_bytes; /* ascending */
	size_t size_count;
	double total; /* weight of all cells that count */
	/* Cells that count, and those that only lack the default's kernel. */
	size_t cell_count, lacking_count;
	unsigned slot_count; /* besides halves, as in struct cells */
	bool measured[VARIANT_COUNT]; /* at any of the sizes */
	double *mean; /* [VARIANT_COUNT][size_count] */
	/* [slot_count + HALF_COUNT][VARIANT_COUNT][size_count]; 0 where mean
	 * is INFINITY. */
	double *slots;
};

/* The variant that a choice uses for a length. */
unsigned losses_variant(
	enum op op, const struct choice *choice, size_t size_bytes);

/* Sums the cells of an operation on a pair. A cell counts if it has weight and
 * the variant that standard uses there was measured in it; none may (total is
 * 0). 0 or -ENOMEM. */
int losses_build(struct losses *l, const struct cells *c, enum op op,
	struct pair pair, const struct weights *w,
	const struct choice *standard);

/* Means as resampled slots would have them: draws[slot] says how often each
 * was drawn, slot_count draws together. mean has room as l->mean. */
void losses_resample(
	const struct losses *l, const unsigned *draws, double *mean);

/* What a choice costs; INFINITY if it was not measured. */
double losses_of(const struct losses *l, const double *mean,
	const struct choice *choice);

/* What a choice costs in each slot, then in each half, beyond what it does in
 * the mean. */
void losses_slots(
	const struct losses *l, const struct choice *choice, double *slots);

void losses_free(struct losses *l);

#endif
