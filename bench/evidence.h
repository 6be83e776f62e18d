/*
 * evidence.h: from many noisy timings to a statement that can be trusted
 *
 * A probe asks "was this line in the cache?" of thousands of timings. Answers
 * are counted against a separator that was fitted to, and then tested on,
 * timings whose answer is known. Pure arithmetic: no timer, no state.
 */
#ifndef BENCH_EVIDENCE_H
#define BENCH_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>

/* Normal quantile of the intervals here: 1 in 10,000 misses the truth, for
 * about 200 of them are looked at in a run. */
#define EVIDENCE_Z 3.89

/* A share differs from the error of a control only if more than this lies
 * between their intervals: 5 points, several times what interrupts and steal
 * cause on a shared machine. */
#define EVIDENCE_MARGIN 0.05

/* Controls that err more often than this tell nothing. */
#define EVIDENCE_ERROR_LIMIT 0.10

/* hits of trials, and the Wilson score interval of their share. */
struct share {
	size_t hits, trials;
	double low, high;
};

/* 0 trials give the interval from 0 to 1. */
struct share share_of(size_t hits, size_t trials);

/* The border between two kinds of timing, and how often each kind lies on the
 * wrong side of it: below for the slow, above for the fast. */
struct separator {
	double border;
	struct share slow_below, fast_above;
};

/* Fits the border of fewest errors to every second value of either sample and
 * counts errors on the values between, which took no part in it. Both counts
 * are at least 2. 0 or -ENOMEM. */
int separator_fit(struct separator *s, const double *fast, size_t fast_count,
	const double *slow, size_t slow_count);

/* Whether both errors are small enough to tell the kinds apart. */
bool separator_usable(const struct separator *s);

/* How many of the values lie below the border. */
struct share separator_share(
	const struct separator *s, const double *values, size_t count);

/* Whether more lie below the border than error explains: the interval of the
 * share excludes that of slow_below by the margin. */
bool share_exceeds(const struct share *share, const struct separator *s);

#endif
