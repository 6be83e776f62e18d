/*
 * stats.c: see stats.h
 */
#include "stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint64_t
splitmix64(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

void
rng_seed(struct rng *rng, uint64_t seed)
{
	for (size_t i = 0; i < 4; i++)
		rng->state[i] = splitmix64(&seed);
}

static uint64_t
rotate_left(uint64_t x, unsigned by)
{
	return (x << by) | (x >> (64 - by));
}

uint64_t
rng_next(struct rng *rng)
{
	uint64_t *s = rng->state;
	uint64_t result = rotate_left(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate_left(s[3], 45);
	return result;
}

uint64_t
rng_below(struct rng *rng, uint64_t limit)
{
	/* The first values, 2^64 mod limit of them, are one too many. */
	uint64_t unfair = -limit % limit;
	uint64_t x;

	do {
		x = rng_next(rng);
	} while (x < unfair);
	return x % limit;
}

double
rng_uniform(struct rng *rng, double low, double high)
{
	/* As many bits as a double holds. */
	return low + (high - low) * (double)(rng_next(rng) >> 11) * 0x1p-53;
}

bool
rng_chance(struct rng *rng, double probability)
{
	return rng_uniform(rng, 0, 1) < probability;
}

double
rng_normal(struct rng *rng)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += rng_uniform(rng, 0, 1);
	return sum;
}

void
rng_permutation(struct rng *rng, size_t *order, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t j = rng_below(rng, i + 1);

		order[i] = order[j];
		order[j] = i;
	}
}

static int
double_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Up to so many values, insertion beats qsort's calls of compare. */
#define FEW 32

static void
insertion_sort(double *values, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		double value = values[i];
		size_t at = i;

		for (; at > 0 && values[at - 1] > value; at--)
			values[at] = values[at - 1];
		values[at] = value;
	}
}

void
stats_sort(double *values, size_t count)
{
	if (count <= FEW)
		insertion_sort(values, count);
	else
		qsort(values, count, sizeof(*values), double_compare);
}

double
stats_quantile(const double *sorted, size_t count, double q)
{
	double at = q * (double)(count - 1);
	size_t below = (size_t)at;

	if (below + 1 >= count)
		return sorted[count - 1];
	return sorted[below] +
	       (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

double
stats_median(double *values, size_t count)
{
	stats_sort(values, count);
	return stats_quantile(values, count, 0.5);
}

double
stats_midmean(double *values, size_t count)
{
	size_t cut = count / 4;
	double sum = 0;

	stats_sort(values, count);
	for (size_t i = cut; i < count - cut; i++)
		sum += values[i];
	return sum / (double)(count - 2 * cut);
}

double
stats_student(double z, double freedom)
{
	double normal = z * (8 * freedom + 3) / (8 * freedom + 1);

	return sqrt(freedom * expm1(normal * normal / freedom));
}

struct interval
stats_bootstrap(const double *values, size_t count, size_t resamples,
	struct rng *rng, double *scratch)
{
	double *sample = scratch, *middles = scratch + count;
	struct interval result;

	memcpy(sample, values, count * sizeof(*values));
	result.middle = stats_midmean(sample, count);
	for (size_t r = 0; r < resamples; r++) {
		for (size_t i = 0; i < count; i++)
			sample[i] = values[rng_below(rng, count)];
		middles[r] = stats_midmean(sample, count);
	}
	stats_sort(middles, resamples);
	result.low = stats_quantile(middles, resamples, 0.025);
	result.high = stats_quantile(middles, resamples, 0.975);
	return result;
}
