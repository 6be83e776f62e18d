/*
 * slots.h: errors of few repetitions, made fit for resampling
 *
 * Every cell gets the same number of slots, however many repetitions it has.
 * The mean of slots drawn with replacement varies as the mean of the
 * repetitions would in another run: by the sum of squares over n (n - 1).
 */
#ifndef TUNE_SLOTS_H
#define TUNE_SLOTS_H

#include <stddef.h>

#include "cells.h"
#include "stats.h"

/* Errors present among count, of which some are NAN. */
size_t slots_there(const double *x, size_t count);

/* Spreads errors, two at least, over slots: slot j takes the error at position
 * order[j] * count / slot_count. Another order for each cell keeps sums over
 * cells from repeating the few errors of their rarest repetitions together. */
void slots_spread(double *slots, unsigned slot_count, const double *x,
	size_t count, const size_t *order);

/* Fills slots with normal errors, so that their mean varies by error. */
void slots_assume(
	double *slots, unsigned slot_count, double error, struct rng *rng);

/* Mean of the errors of one half; 0 if there is none. */
double slots_half(const double *x, size_t count, enum half half);

/* By how much two halves differ, and by how much they should if nothing but
 * the scatter within each makes them; squares. 0 where a half is empty. */
void slots_apart(
	const double *x, size_t count, double *apart, double *expected);

#endif
