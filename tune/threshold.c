/*
 * threshold.c: see threshold.h
 *
 * A way costs the sum of its cached kernel's losses below the threshold and of
 * its stream kernel's from there on. With both sums at hand for each length,
 * every way is one addition. A position in the list of lengths stands for a
 * threshold; the one past the end for never.
 */
#include "threshold.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Kernels to choose from, by variant_index. */
struct field {
	unsigned cached[VARIANT_COUNT], stream[VARIANT_COUNT];
	size_t cached_count, stream_count;
};

static enum isa
isa_of(unsigned variant)
{
	return (enum isa)(variant / FLUSH_COUNT / STORE_COUNT);
}

static enum flush
flush_of(unsigned variant)
{
	return (enum flush)(variant % FLUSH_COUNT);
}

static enum store
store_of(unsigned variant)
{
	return (enum store)(variant / FLUSH_COUNT % STORE_COUNT);
}

static bool
is_eligible(unsigned variant, enum domain domain)
{
	return policy_eligible(store_of(variant), flush_of(variant), domain);
}

static void
field_gather(const struct ways *w, struct field *field)
{
	*field = (struct field){0};
	for (unsigned v = 0; v < VARIANT_COUNT; v++) {
		if (!w->losses->measured[v] || !is_eligible(v, w->domain))
			continue;
		if (store_of(v) == STORE_STREAM)
			field->stream[field->stream_count++] = v;
		else if (flush_of(v) == w->flush)
			field->cached[field->cached_count++] = v;
	}
}

static double *
sums_of(const struct ways *w, unsigned variant)
{
	return w->sums + variant * (w->losses->size_count + 1);
}

/* Sums up to each length for cached kernels, from it on for stream ones. */
static void
sums_fill(const struct ways *w, const struct field *field, const double *mean)
{
	size_t count = w->losses->size_count;

	for (size_t i = 0; i < field->cached_count; i++) {
		const double *loss = mean + field->cached[i] * count;
		double *sum = sums_of(w, field->cached[i]);

		sum[0] = 0;
		for (size_t at = 0; at < count; at++)
			sum[at + 1] = sum[at] + loss[at];
	}
	for (size_t i = 0; i < field->stream_count; i++) {
		const double *loss = mean + field->stream[i] * count;
		double *sum = sums_of(w, field->stream[i]);

		sum[count] = 0;
		for (size_t at = count; at-- > 0;)
			sum[at] = sum[at + 1] + loss[at];
	}
}

/* Where the standard's threshold lies among the lengths. */
static size_t
standard_position(const struct ways *w)
{
	size_t at = 0;

	while (at < w->losses->size_count &&
		w->losses->sizes_bytes[at] < w->standard->stream_min_bytes)
		at++;
	return at;
}

static size_t
position_bytes(const struct ways *w, size_t at)
{
	if (at == standard_position(w))
		return w->standard->stream_min_bytes;
	return at == w->losses->size_count ? POLICY_NEVER :
					     w->losses->sizes_bytes[at];
}

/* The kernel of least sum at a position; field order breaks ties. */
static bool
least(const struct ways *w, const unsigned *variants, size_t count, size_t at,
	unsigned *variant)
{
	bool found = false;

	for (size_t i = 0; i < count; i++) {
		if (!found || sums_of(w, variants[i])[at] <
				      sums_of(w, *variant)[at]) {
			*variant = variants[i];
			found = true;
		}
	}
	return found;
}

/* A way to be judged: positions and variants; what it does not use is what
 * standard has. */
struct way {
	size_t at;
	bool uses_cached, uses_stream;
	unsigned cached, stream;
	double loss;
};

static struct choice
way_choice(const struct ways *w, const struct way *way)
{
	struct choice c = *w->standard;

	c.flush = w->flush;
	c.stream_min_bytes = position_bytes(w, way->at);
	if (way->uses_cached)
		c.cached_isa = isa_of(way->cached);
	if (way->uses_stream) {
		c.stream_isa = isa_of(way->stream);
		c.stream_flush = flush_of(way->stream);
	}
	return c;
}

static double
way_loss(const struct ways *w, const struct way *way)
{
	double loss = 0;

	if (way->uses_cached)
		loss += sums_of(w, way->cached)[way->at];
	if (way->uses_stream)
		loss += sums_of(w, way->stream)[way->at];
	return loss;
}

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
	size_t count = w->losses->size_count;
	struct way way, least_way = {.loss = INFINITY};
	struct field field;

	if (w->losses->op == OP_FLUSH)
		return flush_way(w, mean, best);
	field_gather(w, &field);
	sums_fill(w, &field, mean);
	for (size_t at = 0; at <= count; at++) {
		way.at = at;
		way.uses_cached = at > 0;
		way.uses_stream = at < count;
		if ((way.uses_cached &&
			    !least(w, field.cached, field.cached_count, at,
				    &way.cached)) ||
			(way.uses_stream &&
				!least(w, field.stream, field.stream_count, at,
					&way.stream)))
			continue;
		way.loss = way_loss(w, &way);
		if (way.loss < least_way.loss)
			least_way = way;
	}
	if (!isinf(least_way.loss))
		*best = way_choice(w, &least_way);
	return least_way.loss;
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

/* Calls visit for every way that was measured, by losses->mean. */
static void
ways_visit(const struct ways *w,
	void (*visit)(const struct ways *w, const struct way *way, void *arg),
	void *arg)
{
	size_t count = w->losses->size_count;
	struct field field;
	struct way way;

	field_gather(w, &field);
	sums_fill(w, &field, w->losses->mean);
	for (size_t at = 0; at <= count; at++) {
		size_t cached_count = at > 0 ? field.cached_count : 1;
		size_t stream_count = at < count ? field.stream_count : 1;

		way.at = at;
		way.uses_cached = at > 0;
		way.uses_stream = at < count;
		for (size_t c = 0; c < cached_count; c++) {
			for (size_t s = 0; s < stream_count; s++) {
				way.cached = field.cached[c];
				way.stream = field.stream[s];
				way.loss = way_loss(w, &way);
				if (!isinf(way.loss))
					visit(w, &way, arg);
			}
		}
	}
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
	c = way_choice(w, way);
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
	struct choice c = way_choice(w, way);
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
		double least_loss = INFINITY;

		for (unsigned v = 0; v < VARIANT_COUNT; v++) {
			if (l->measured[v] && is_eligible(v, domain))
				least_loss = fmin(least_loss,
					l->mean[v * l->size_count + s]);
		}
		sum += least_loss;
	}
	return sum;
}
