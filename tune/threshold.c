/*
 * threshold.c: see threshold.h
 */
#include "threshold.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Op flush has one way for a flush. */
static double
flush_way(const struct ways *w, const double *mean, struct choice *best)
{
	*best = *w->standard;
	best->flush = w->flush;
	return losses_of(w->losses, mean, best);
}

double
threshold_best(const struct ways *w, const double *mean, struct choice *best)
{
	struct way least;

	if (w->losses->op == OP_FLUSH)
		return flush_way(w, mean, best);
	least = ways_least(w, mean);
	if (!isinf(least.loss))
		*best = ways_choice(w, &least);
	return least.loss;
}

/* How round a length is: powers of two whose exponent is itself divisible by
 * much are rounder; 0 for what is no power of two. Any stretch of lengths has
 * one roundest, and it stays the same when the ends of the stretch move. */
static int
roundness(size_t bytes)
{
	int octave = (int)weights_octave(bytes);

	if (bytes == POLICY_NEVER)
		return 64;
	if (bytes & (bytes - 1))
		return 0;
	return octave ? 1 + __builtin_ctz((unsigned)octave) : 32;
}

/* Whether a is to be taken rather than b, both being as good. */
static bool
preferred(const struct ways *w, const struct choice *a, const struct choice *b)
{
	const struct choice *s = w->standard;
	int ranks[][2] = {
		{a->cached_isa != s->cached_isa,
			b->cached_isa != s->cached_isa},
		{(int)a->cached_isa, (int)b->cached_isa},
		{a->stream_flush != s->stream_flush,
			b->stream_flush != s->stream_flush},
		{(int)a->stream_flush, (int)b->stream_flush},
		{a->stream_isa != s->stream_isa,
			b->stream_isa != s->stream_isa},
		{(int)a->stream_isa, (int)b->stream_isa},
		{a->stream_min_bytes != s->stream_min_bytes,
			b->stream_min_bytes != s->stream_min_bytes},
		{-roundness(a->stream_min_bytes),
			-roundness(b->stream_min_bytes)},
	};

	for (size_t i = 0; i < sizeof(ranks) / sizeof(*ranks); i++) {
		if (ranks[i][0] != ranks[i][1])
			return ranks[i][0] < ranks[i][1];
	}
	return a->stream_min_bytes < b->stream_min_bytes;
}

struct settling {
	double most;
	struct choice *settled;
	double loss;
	bool found;
};

static void
settle_visit(const struct ways *w, const struct way *way, void *arg)
{
	struct settling *s = arg;
	struct choice c;

	if (way->loss > s->most)
		return;
	c = ways_choice(w, way);
	if (!s->found || preferred(w, &c, s->settled)) {
		*s->settled = c;
		s->loss = way->loss;
		s->found = true;
	}
}

double
threshold_settle(const struct ways *w, double tie, struct choice *settled)
{
	double best = threshold_best(w, w->losses->mean, settled);
	struct settling s = {best + tie, settled, best, false};

	if (w->losses->op != OP_FLUSH && !isinf(best))
		ways_visit(w, settle_visit, &s);
	return s.loss;
}

/* The kernels a choice uses over the lengths measured. */
static void
kernels_used(const struct losses *l, const struct choice *c,
	bool used[VARIANT_COUNT])
{
	memset(used, 0, VARIANT_COUNT * sizeof(*used));
	for (size_t s = 0; s < l->size_count; s++)
		used[losses_variant(l->op, c, l->sizes_bytes[s])] = true;
}

struct rivalry {
	bool used[VARIANT_COUNT];
	struct choice *rival;
	double loss;
};

static void
rival_visit(const struct ways *w, const struct way *way, void *arg)
{
	struct rivalry *r = arg;
	struct choice c = ways_choice(w, way);
	bool used[VARIANT_COUNT];

	if (way->loss >= r->loss)
		return;
	kernels_used(w->losses, &c, used);
	if (memcmp(used, r->used, sizeof(used)) != 0) {
		*r->rival = c;
		r->loss = way->loss;
	}
}

double
threshold_rival(
	const struct ways *w, const struct choice *than, struct choice *rival)
{
	struct rivalry r = {.rival = rival, .loss = INFINITY};

	if (w->losses->op == OP_FLUSH)
		return INFINITY;
	kernels_used(w->losses, than, r.used);
	ways_visit(w, rival_visit, &r);
	return r.loss;
}

size_t
threshold_of(
	const struct ways *w, const double *mean, const struct choice *kernels)
{
	const struct losses *l = w->losses;
	const double *cached = mean + l->size_count *
					      variant_index(kernels->cached_isa,
						      STORE_CACHED,
						      kernels->flush);
	const double *stream = mean + l->size_count *
					      variant_index(kernels->stream_isa,
						      STORE_STREAM,
						      kernels->stream_flush);
	double gain = 0, most = 0;
	size_t best = l->size_count;

	/* From never down: what streaming from here on gains. */
	for (size_t at = l->size_count; at-- > 0;) {
		if (isinf(stream[at]))
			break;
		if (isinf(cached[at])) {
			gain = most = 0;
			best = at;
			continue;
		}
		gain += cached[at] - stream[at];
		if (gain > most) {
			most = gain;
			best = at;
		}
	}
	return best == l->size_count ? POLICY_NEVER : l->sizes_bytes[best];
}

double
threshold_ideal(const struct losses *l, enum domain domain)
{
	double sum = 0;

	for (size_t s = 0; s < l->size_count; s++) {
		double least = INFINITY;

		for (unsigned v = 0; v < VARIANT_COUNT; v++) {
			if (l->measured[v] && ways_eligible(v, domain))
				least = fmin(
					least, l->mean[v * l->size_count + s]);
		}
		sum += least;
	}
	return sum;
}
