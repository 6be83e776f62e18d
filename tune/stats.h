/*
 * stats.h: the few statistics that measuring and deciding share
 *
 * Pure arithmetic on arrays, no timer, no global state. What is random comes
 * from a generator that the caller seeds, so equal input gives equal output.
 * Comparisons are made on logarithms of paired ratios: there, "twice as fast"
 * and "half as fast" lie equally far from "the same".
 */
#ifndef TUNE_STATS_H
#define TUNE_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* xoshiro256** (Blackman and Vigna, public domain): 2^256 - 1 values before it
 * repeats, good in all bits. */
struct rng {
	uint64_t state[4];
};

/* Seeds by splitmix64, so that neighbouring seeds give unrelated streams. */
void rng_seed(struct rng *rng, uint64_t seed);

uint64_t rng_next(struct rng *rng);

/* Uniform in [0, limit), without bias; limit at least 1. */
uint64_t rng_below(struct rng *rng, uint64_t limit);

/* Uniform in [low, high). */
double rng_uniform(struct rng *rng, double low, double high);

/* True with this probability. */
bool rng_chance(struct rng *rng, double probability);

/* Of mean 0 and deviation 1, normal enough: a sum of twelve uniform numbers,
 * which goes up to six deviations. */
double rng_normal(struct rng *rng);

/* Puts order[0..count) = 0..count-1 into random order (Fisher-Yates). */
void rng_permutation(struct rng *rng, size_t *order, size_t count);

/* Sorts ascending, in place. No NaN. */
void stats_sort(double *values, size_t count);

/* The q-quantile, q in [0, 1], of sorted values, interpolated; count > 0. */
double stats_quantile(const double *sorted, size_t count, double q);

/* Sorts values in place and returns their median; count > 0. */
double stats_median(double *values, size_t count);

/* Sorts values in place and returns their midmean: the mean of the middle
 * half, of which half a sample's outliers cannot move it, and which varies
 * less than a median over few values. count > 0. */
double stats_midmean(double *values, size_t count);

/* How many standard errors from the mean of few values the end of an interval
 * lies that would be z of them away for a normal distribution of known scatter:
 * Student's t with these degrees of freedom (at least 1), by the formula of
 * Wallace (1959), within 10% above it from 3 on and 1% from 7 on. */
double stats_student(double z, double freedom);

struct interval {
	double middle, low, high;
};

/* Midmean of values and its 95% interval by percentile bootstrap (Efron) with
 * this many resamples; one value gives an interval of no width. scratch has
 * room for count + resamples values. values keep their order. */
struct interval stats_bootstrap(const double *values, size_t count,
	size_t resamples, struct rng *rng, double *scratch);

#endif
