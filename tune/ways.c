/*
 * ways.c: see ways.h
 *
 * A way costs the sum of its cached kernel's losses below the threshold and of
 * its stream kernel's from there on. With both sums at hand for each length,
 * every way is one addition. A position in the list of lengths stands for a
 * threshold; the one past the end for never.
 */
#include "ways.h"

#include <math.h>

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

bool
ways_eligible(unsigned variant, enum domain domain)
{
	return policy_eligible(
		isa_of(variant), store_of(variant), flush_of(variant), domain);
}

static void
field_gather(const struct ways *w, struct field *field)
{
	*field = (struct field){0};
	for (unsigned v = 0; v < VARIANT_COUNT; v++) {
		if (!w->losses->measured[v] || !ways_eligible(v, w->domain))
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

struct choice
ways_choice(const struct ways *w, const struct way *way)
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

struct way
ways_least(const struct ways *w, const double *mean)
{
	size_t count = w->losses->size_count;
	struct way way = {0}, least_way = {.loss = INFINITY};
	struct field field;

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
	return least_way;
}

void
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
