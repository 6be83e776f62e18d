/*
 * threshold.h: the best way to carry out one operation
 *
 * The best has the least weighted sum of losses over all lengths (after the
 * rule of GMP's tuneup, which sums relative losses to find a threshold): a
 * kernel that wins at one length alone moves nothing.
 *
 * Ways that differ by less than a tie are as good as each other. Among them
 * the choice is made by rule, so that another run on the same machine makes
 * the same one. Part by part (cached kernel, stream flush, stream kernel,
 * threshold), what standard has comes first, then what needs less of a CPU, the
 * newest flush and the roundest threshold.
 */
#ifndef TUNE_THRESHOLD_H
#define TUNE_THRESHOLD_H

#include <stddef.h>

#include "ways.h"

/* The way of least loss by means (losses->mean or resampled ones), and its
 * loss; INFINITY if there is none. */
double threshold_best(
	const struct ways *w, const double *mean, struct choice *best);

/* The way chosen by rule among those within `tie` (in the unit of losses) of
 * the best by losses->mean, and its loss. */
double threshold_settle(
	const struct ways *w, double tie, struct choice *settled);

/* The best way that does not use the kernels that `than` uses, and its loss;
 * INFINITY if there is none. */
double threshold_rival(
	const struct ways *w, const struct choice *than, struct choice *rival);

/* The threshold of least loss by these means, kernels given. */
size_t threshold_of(
	const struct ways *w, const double *mean, const struct choice *kernels);

/* What an operation would cost with the best eligible kernel at each length. */
double threshold_ideal(const struct losses *l, enum domain domain);

#endif
