/*
 * series.c: see series.h
 */
#include "series.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "stats.h"

/* A repetition, and what it is paired by. */
struct sample {
	size_t size_bytes;
	unsigned rep;
	double value;
};

struct samples {
	struct sample *items;
	size_t count;
};

static int
compare(uintmax_t a, uintmax_t b)
{
	return (a > b) - (a < b);
}

static int
by_pair(const void *pa, const void *pb)
{
	const struct sample *a = pa, *b = pb;
	int order = compare(a->size_bytes, b->size_bytes);

	return order ? order : compare(a->rep, b->rep);
}

bool
series_key_match(const struct series_key *key, const struct measurement *m)
{
	return m->op == key->op && m->isa == key->isa &&
	       m->store == key->store && m->flush == key->flush &&
	       m->residency == key->residency && m->drain == key->drain &&
	       m->threads == key->threads && m->cpu_node == key->cpu_node &&
	       m->mem_node == key->mem_node &&
	       m->dst_offset == key->dst_offset &&
	       m->src_offset == key->src_offset;
}

static int
samples_gather(struct samples *s, const struct measurements *all,
	const struct series_key *key)
{
	size_t count = 0;

	*s = (struct samples){0};
	for (size_t i = 0; i < all->count; i++)
		count += series_key_match(key, &all->rows[i]);
	s->items = malloc((count + 1) * sizeof(*s->items));
	if (!s->items)
		return -ENOMEM;
	for (size_t i = 0; i < all->count; i++) {
		const struct measurement *m = &all->rows[i];

		if (series_key_match(key, m))
			s->items[s->count++] = (struct sample){
				m->size_bytes, m->rep, m->time_ns};
	}
	return 0;
}

/* Rank, from 0, of the median's lower 95 % bound among n ordered values: the
 * largest with at most 2.5 % of Binomial(n, 1/2) below it. Fewer than six
 * values have no such bound; their extremes stand for it. */
static size_t
lower_rank(size_t n)
{
	double log_term = -(double)n * log(2), tail = exp(log_term);
	size_t rank;

	for (rank = 0; rank < n / 2; rank++) {
		log_term += log((double)(n - rank) / (double)(rank + 1));
		tail += exp(log_term);
		if (tail > 0.025)
			break;
	}
	return rank;
}

static struct point
point_make(size_t size_bytes, double *values, size_t n)
{
	size_t lower = lower_rank(n);

	stats_sort(values, n);
	return (struct point){
		.size_bytes = size_bytes,
		.mid = stats_quantile(values, n, 0.5),
		.lo = values[lower],
		.hi = values[n - 1 - lower],
		.count = n,
	};
}

/* Samples of every size become its point. */
static int
points_make(struct series *s, struct samples *from)
{
	double *values = malloc((from->count + 1) * sizeof(*values));
	const struct sample *item = from->items, *end = item + from->count;

	s->points = malloc((from->count + 1) * sizeof(*s->points));
	if (!values || !s->points) {
		free(values);
		series_free(s);
		return -ENOMEM;
	}
	qsort(from->items, from->count, sizeof(*from->items), by_pair);
	while (item < end) {
		size_t size_bytes = item->size_bytes, n = 0;

		for (; item < end && item->size_bytes == size_bytes; item++)
			values[n++] = item->value;
		s->points[s->count++] = point_make(size_bytes, values, n);
	}
	free(values);
	return 0;
}

int
series_times(struct series *s, const struct measurements *all,
	const struct series_key *key)
{
	struct samples times;
	int err;

	*s = (struct series){0};
	err = samples_gather(&times, all, key);
	if (!err)
		err = points_make(s, &times);
	free(times.items);
	return err;
}

/* Leaves in `over` the ratios of what has a partner in `under`. */
static void
samples_divide(struct samples *over, struct samples *under)
{
	struct sample *a = over->items, *a_end = a + over->count;
	struct sample *b = under->items, *b_end = b + under->count;

	qsort(a, over->count, sizeof(*a), by_pair);
	qsort(b, under->count, sizeof(*b), by_pair);
	over->count = 0;
	while (a < a_end && b < b_end) {
		int order = by_pair(a, b);

		if (order == 0) {
			a->value /= b->value;
			over->items[over->count++] = *a;
		}
		a += order <= 0;
		b += order >= 0;
	}
}

int
series_ratios(struct series *s, const struct measurements *all,
	const struct series_key *over, const struct series_key *under)
{
	struct samples a, b;
	int err;

	*s = (struct series){0};
	err = samples_gather(&a, all, over);
	if (err)
		return err;
	err = samples_gather(&b, all, under);
	if (!err) {
		samples_divide(&a, &b);
		err = points_make(s, &a);
	}
	free(b.items);
	free(a.items);
	return err;
}

void
series_to_throughput(struct series *s)
{
	for (size_t i = 0; i < s->count; i++) {
		struct point *p = &s->points[i];
		double slowest_ns = p->hi, size = (double)p->size_bytes;

		p->mid = size / p->mid;
		p->hi = size / p->lo;
		p->lo = size / slowest_ns;
	}
}

void
series_to_line_time(struct series *s)
{
	for (size_t i = 0; i < s->count; i++) {
		struct point *p = &s->points[i];
		size_t lines = (p->size_bytes + LINE_BYTES - 1) / LINE_BYTES;

		p->mid /= (double)lines;
		p->lo /= (double)lines;
		p->hi /= (double)lines;
	}
}

void
series_free(struct series *s)
{
	free(s->label);
	free(s->points);
	*s = (struct series){0};
}
