/*
 * slots.c: see slots.h
 */
#include "slots.h"

#include <math.h>
#include <stdbool.h>

size_t
slots_there(const double *x, size_t count)
{
	size_t there = 0;

	for (size_t k = 0; k < count; k++)
		there += !isnan(x[k]);
	return there;
}

/* Takes off the mean, so that slots deviate from nothing but it. */
static void
center(double *slots, unsigned count)
{
	double mean = 0;

	for (unsigned j = 0; j < count; j++)
		mean += slots[j] / count;
	for (unsigned j = 0; j < count; j++)
		slots[j] -= mean;
}

void
slots_spread(double *slots, unsigned slot_count, const double *x, size_t count,
	const size_t *order)
{
	double there = (double)slots_there(x, count);
	/* Slots without an error are zero: the others stand for them. */
	double widen = sqrt(slot_count / (there - 1) * ((double)count / there));

	for (unsigned j = 0; j < slot_count; j++) {
		double error = x[order[j] * count / slot_count];

		slots[j] = isnan(error) ? 0 : widen * error;
	}
	center(slots, slot_count);
}

void
slots_assume(double *slots, unsigned slot_count, double error, struct rng *rng)
{
	double square = 0;

	for (unsigned j = 0; j < slot_count; j++)
		slots[j] = rng_normal(rng);
	center(slots, slot_count);
	for (unsigned j = 0; j < slot_count; j++)
		square += slots[j] * slots[j];
	for (unsigned j = 0; j < slot_count; j++)
		slots[j] *= error * slot_count / sqrt(square);
}

static bool
in_half(enum half half, size_t k, size_t count)
{
	switch (half) {
	case HALF_FIRST:
		return k < count / 2;
	case HALF_SECOND:
		return k >= count - count / 2;
	case HALF_EVEN:
		return k % 2 == 0;
	case HALF_ODD:
		return k % 2 == 1;
	}
	return false;
}

double
slots_half(const double *x, size_t count, enum half half)
{
	double sum = 0;
	size_t used = 0;

	for (size_t k = 0; k < count; k++) {
		if (in_half(half, k, count) && !isnan(x[k])) {
			sum += x[k];
			used++;
		}
	}
	return used ? sum / (double)used : 0;
}

/* Mean of squares of the errors within a half, and their number. */
static double
half_square(const double *x, size_t count, enum half half, size_t *there)
{
	double mean = slots_half(x, count, half), sum = 0;

	*there = 0;
	for (size_t k = 0; k < count; k++) {
		if (in_half(half, k, count) && !isnan(x[k])) {
			sum += (x[k] - mean) * (x[k] - mean);
			(*there)++;
		}
	}
	return sum;
}

void
slots_apart(const double *x, size_t count, double *apart, double *expected)
{
	size_t first, second;
	double square = half_square(x, count, HALF_FIRST, &first) +
			half_square(x, count, HALF_SECOND, &second);
	double differ = slots_half(x, count, HALF_FIRST) -
			slots_half(x, count, HALF_SECOND);

	*apart = *expected = 0;
	if (first < 2 || second < 2)
		return;
	*apart = differ * differ;
	*expected = square / (double)(first + second - 2) *
		    (1 / (double)first + 1 / (double)second);
}
