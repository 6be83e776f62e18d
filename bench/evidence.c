/*
 * evidence.c: intervals of shares, and the border between two kinds of timing
 */
#include "evidence.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* Wilson (1927): the shares that a score test of hits in trials would not
 * reject. Unlike the usual interval it stays honest at 0 and 1, where the
 * shares of a probe lie. */
struct share
share_of(size_t hits, size_t trials)
{
	struct share share = {hits, trials, 0, 1};
	double n = (double)trials, z2 = EVIDENCE_Z * EVIDENCE_Z;
	double p, middle, half;

	if (!trials)
		return share;
	p = (double)hits / n;
	middle = (p + z2 / (2 * n)) / (1 + z2 / n);
	half = EVIDENCE_Z / (1 + z2 / n) *
	       sqrt(p * (1 - p) / n + z2 / (4 * n * n));
	share.low = fmax(0, middle - half);
	share.high = fmin(1, middle + half);
	return share;
}

struct timing {
	double value;
	bool slow;
};

static int
timing_compare(const void *a, const void *b)
{
	double x = ((const struct timing *)a)->value;
	double y = ((const struct timing *)b)->value;

	return (x > y) - (x < y);
}

/* Copies every second value, from the first on; returns how many. */
static size_t
timings_take(struct timing *to, const double *from, size_t count, bool slow)
{
	size_t taken = 0;

	for (size_t i = 0; i < count; i += 2)
		to[taken++] = (struct timing){from[i], slow};
	return taken;
}

/* The middle of the gap that leaves the fewest errors, each kind weighed by its
 * own number; the widest gap where several do. */
static double
border_find(const struct timing *t, size_t count, size_t fast, size_t slow)
{
	double best_error = 2, best_gap = 0, border = t[0].value;
	size_t fast_below = 0, slow_below = 0;

	for (size_t i = 0; i + 1 < count; i++) {
		double gap = t[i + 1].value - t[i].value;
		double error;

		slow_below += t[i].slow;
		fast_below += !t[i].slow;
		error = (double)slow_below / (double)slow +
			(double)(fast - fast_below) / (double)fast;
		if (gap <= 0 || error > best_error ||
			(error == best_error && gap <= best_gap))
			continue;
		best_error = error;
		best_gap = gap;
		border = t[i].value + gap / 2;
	}
	return border;
}

static struct share
odd_values_share(double border, const double *values, size_t count, bool below)
{
	size_t hits = 0;

	for (size_t i = 1; i < count; i += 2)
		hits += (values[i] < border) == below;
	return share_of(hits, count / 2);
}

int
separator_fit(struct separator *s, const double *fast, size_t fast_count,
	const double *slow, size_t slow_count)
{
	struct timing *t;
	size_t fast_taken, slow_taken;

	t = calloc(fast_count + slow_count, sizeof(*t));
	if (!t)
		return -ENOMEM;
	fast_taken = timings_take(t, fast, fast_count, false);
	slow_taken = timings_take(t + fast_taken, slow, slow_count, true);
	qsort(t, fast_taken + slow_taken, sizeof(*t), timing_compare);
	s->border = border_find(
		t, fast_taken + slow_taken, fast_taken, slow_taken);
	free(t);
	s->slow_below = odd_values_share(s->border, slow, slow_count, true);
	s->fast_above = odd_values_share(s->border, fast, fast_count, false);
	return 0;
}

bool
separator_usable(const struct separator *s)
{
	return s->slow_below.high <= EVIDENCE_ERROR_LIMIT &&
	       s->fast_above.high <= EVIDENCE_ERROR_LIMIT;
}

struct share
separator_share(const struct separator *s, const double *values, size_t count)
{
	size_t hits = 0;

	for (size_t i = 0; i < count; i++)
		hits += values[i] < s->border;
	return share_of(hits, count);
}

bool
share_exceeds(const struct share *share, const struct separator *s)
{
	return share->low > s->slow_below.high + EVIDENCE_MARGIN;
}
