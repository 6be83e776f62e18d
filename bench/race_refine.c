/*
 * race_refine.c: where lengths are added around a crossover
 */
#include <math.h>
#include <string.h>

#include "flush.h"
#include "policy.h"
#include "race.h"

/* A length that may be added, and how far from a crossover it lies, in
 * octaves. */
struct candidate {
	size_t size_bytes;
	double away;
};

/* The candidates taken so far, nearest first. */
struct nearest {
	struct candidate of[RACE_ADDED_MOST];
	size_t count;
};

/* The variant of least time over all lengths among those left that may serve
 * in a domain; variant_count if there is none. */
static size_t
best_find(const struct race_times *t, const bool *dropped, enum store store,
	enum domain domain)
{
	struct race_ratio by_size[RACE_SIZES_MOST];
	size_t best = t->variant_count;

	for (size_t v = 0; v < t->variant_count; v++) {
		const struct plan_variant *x = &t->variants[v];

		if (dropped[v] || x->store != store ||
			!policy_eligible(x->isa, store, x->flush, domain))
			continue;
		if (best == t->variant_count ||
			race_times_compare(t, v, best, by_size).mean < 0)
			best = v;
	}
	return best;
}

/* Finds the lengths between which it is open which of two is faster, by ratios
 * of the first to the second: up to low the first is, from high on the second.
 * False if they do not change places. */
static bool
region_find(const struct race_ratio *by_size, size_t count, size_t *low,
	size_t *high)
{
	*low = *high = count;
	for (size_t i = 0; i < count; i++) {
		if (race_ratio_low(&by_size[i], RACE_Z_STRICT) > 0)
			break;
		if (race_ratio_high(&by_size[i], RACE_Z_STRICT) < 0)
			*low = i;
	}
	for (size_t i = count; i-- > 0;) {
		if (race_ratio_high(&by_size[i], RACE_Z_STRICT) < 0)
			break;
		if (race_ratio_low(&by_size[i], RACE_Z_STRICT) > 0)
			*high = i;
	}
	return *low < count && *high < count;
}

/* The whole number of lines nearest to the middle of two lengths; 0 if none
 * lies between them. */
static size_t
middle_of(size_t a, size_t b)
{
	size_t lines = (a + (b - a) / 2 + LINE_BYTES / 2) / LINE_BYTES;

	return lines * LINE_BYTES > a && lines * LINE_BYTES < b ?
		       lines * LINE_BYTES :
		       0;
}

/* Keeps a candidate in its order, if it is among the nearest; of equally near
 * ones the shorter. A length comes once, however many domains want it. */
static void
candidate_take(struct nearest *n, struct candidate c)
{
	size_t at = 0;

	for (size_t i = 0; i < n->count; i++) {
		if (n->of[i].size_bytes != c.size_bytes)
			continue;
		if (n->of[i].away <= c.away)
			return;
		n->count--;
		memmove(&n->of[i], &n->of[i + 1],
			(n->count - i) * sizeof(*n->of));
	}
	while (at < n->count &&
		(n->of[at].away < c.away ||
			(n->of[at].away == c.away &&
				n->of[at].size_bytes < c.size_bytes)))
		at++;
	if (at == RACE_ADDED_MOST)
		return;
	if (n->count < RACE_ADDED_MOST)
		n->count++;
	memmove(&n->of[at + 1], &n->of[at],
		(n->count - 1 - at) * sizeof(*n->of));
	n->of[at] = c;
}

/* Takes candidates between the lengths low to high; the crossover is in their
 * middle. */
static void
region_take(
	struct nearest *n, const size_t *sizes_bytes, size_t low, size_t high)
{
	double crossover = (log2((double)sizes_bytes[low]) +
				   log2((double)sizes_bytes[high])) /
			   2;

	for (size_t i = low; i < high; i++) {
		size_t middle = middle_of(sizes_bytes[i], sizes_bytes[i + 1]);

		if (middle)
			candidate_take(n, (struct candidate){middle,
						  fabs(log2((double)middle) -
							  crossover)});
	}
}

void
race_refine(const struct race_times *t, const bool *dropped,
	size_t added_bytes[RACE_ADDED_MOST + 1])
{
	struct race_ratio by_size[RACE_SIZES_MOST];
	struct nearest n = {0};

	for (int domain = 0; domain < DOMAIN_COUNT; domain++) {
		size_t low, high;
		size_t cached = best_find(
			t, dropped, STORE_CACHED, (enum domain)domain);
		size_t stream = best_find(
			t, dropped, STORE_STREAM, (enum domain)domain);

		if (cached == t->variant_count || stream == t->variant_count)
			continue;
		race_times_compare(t, cached, stream, by_size);
		if (region_find(by_size, t->size_count, &low, &high))
			region_take(&n, t->sizes_bytes, low, high);
	}
	/* Ascending, as all lengths of plans are. */
	memset(added_bytes, 0, (RACE_ADDED_MOST + 1) * sizeof(*added_bytes));
	for (size_t i = 0; i < n.count; i++) {
		size_t at = i;

		for (; at > 0 && added_bytes[at - 1] > n.of[i].size_bytes; at--)
			added_bytes[at] = added_bytes[at - 1];
		added_bytes[at] = n.of[i].size_bytes;
	}
}
