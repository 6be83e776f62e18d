/*
 * ways.h: every way to carry out one operation, and what each costs
 *
 * A way is a cached kernel for short lengths, a stream kernel for long ones,
 * and the length from which on it streams. Not for op flush, which has one way
 * for a flush.
 */
#ifndef TUNE_WAYS_H
#define TUNE_WAYS_H

#include <stdbool.h>
#include <stddef.h>

#include "losses.h"
#include "policy.h"

/* The ways to choose from: kernels that are eligible in the domain, cached
 * ones with this flush. */
struct ways {
	const struct losses *losses;
	enum domain domain;
	enum flush flush;
	const struct choice *standard;
	double *sums; /* scratch: VARIANT_COUNT * (losses->size_count + 1) */
};

/* What a way does not use is what standard has. */
struct way {
	size_t at; /* of the threshold among the lengths */
	bool uses_cached, uses_stream;
	unsigned cached, stream; /* variants */
	double loss;
};

/* Whether a kernel may serve in a domain. */
bool ways_eligible(unsigned variant, enum domain domain);

/* The way of least loss by means (losses->mean or resampled ones); its loss is
 * INFINITY if there is none. */
struct way ways_least(const struct ways *w, const double *mean);

/* Calls visit for every way that was measured, by losses->mean. */
void ways_visit(const struct ways *w,
	void (*visit)(const struct ways *w, const struct way *way, void *arg),
	void *arg);

/* A way as decisions name it. */
struct choice ways_choice(const struct ways *w, const struct way *way);

#endif
