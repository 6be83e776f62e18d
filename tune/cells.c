/*
 * cells.c: see cells.h
 */
#include "cells.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"

/* Residuals beyond so many robust standard deviations are outliers: 0.3% of
 * what a normal distribution gives, and most of a burst. */
#define OUTLIER_SCALES 3.0

/* Median of absolute deviations to standard deviation, for a normal one. */
#define MAD_TO_SD 1.4826

/* Sweeps of median polish (Tukey, Exploratory Data Analysis, ch. 11): the
 * second changes little, a third nothing that matters. */
#define POLISH_SWEEPS 2

/* Seed of the deviations that stand for an assumed error: any will do, always
 * the same must be taken. */
#define ASSUMED_SEED 1

static int
compare(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

/* Order of cells, then of a cell's rows. Both numbers of variants and of reps
 * fit in 32 bits. */
static int
cell_compare(const struct measurement *a, const struct measurement *b)
{
	const size_t keys[][2] = {
		{a->cpu_node, b->cpu_node},
		{a->mem_node, b->mem_node},
		{a->op, b->op},
		{a->size_bytes, b->size_bytes},
		{a->residency, b->residency},
		{a->drain, b->drain},
		{a->threads, b->threads},
		{a->dst_offset, b->dst_offset},
		{a->src_offset, b->src_offset},
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		if (keys[i][0] != keys[i][1])
			return compare(keys[i][0], keys[i][1]);
	}
	return 0;
}

static int
row_compare(const void *pa, const void *pb)
{
	const struct measurement *a = *(const struct measurement *const *)pa;
	const struct measurement *b = *(const struct measurement *const *)pb;
	int order = cell_compare(a, b);

	if (!order)
		order = compare(variant_index(a->isa, a->store, a->flush),
			variant_index(b->isa, b->store, b->flush));
	return order ? order : compare(a->rep, b->rep);
}

/* One cell being worked on: a matrix of variants by repetitions, NAN where
 * nothing was measured. */
struct matrix {
	const struct measurement **rows;
	size_t row_count;
	unsigned *reps; /* distinct, ascending */
	size_t rep_count, variant_count;
	unsigned index[VARIANT_COUNT];
	double mean[VARIANT_COUNT];
	double *x; /* [variant][rep] */
	double *round; /* [rep] */
	double *scratch;
	size_t capacity; /* of repetitions */
};

static int
unsigned_compare(const void *a, const void *b)
{
	return compare(*(const unsigned *)a, *(const unsigned *)b);
}

static int
matrix_reserve(struct matrix *m, size_t rep_count)
{
	if (rep_count <= m->capacity)
		return 0;
	free(m->reps);
	free(m->x);
	free(m->round);
	free(m->scratch);
	m->capacity = rep_count;
	m->reps = calloc(rep_count, sizeof(*m->reps));
	m->x = calloc(rep_count * VARIANT_COUNT, sizeof(*m->x));
	m->round = calloc(rep_count, sizeof(*m->round));
	m->scratch = calloc(
		(rep_count + 1) * VARIANT_COUNT, sizeof(*m->scratch));
	return m->reps && m->x && m->round && m->scratch ? 0 : -ENOMEM;
}

static void
matrix_free(struct matrix *m)
{
	free(m->reps);
	free(m->x);
	free(m->round);
	free(m->scratch);
}

static size_t
rep_position(const struct matrix *m, unsigned rep)
{
	const unsigned *at = bsearch(&rep, m->reps, m->rep_count,
		sizeof(*m->reps), unsigned_compare);

	return (size_t)(at - m->reps);
}

/* Fills the matrix from one cell's rows, which are in row_compare's order. */
static int
matrix_fill(struct matrix *m, const struct measurement **rows, size_t count)
{
	size_t distinct = 0;
	int err = matrix_reserve(m, count);

	if (err)
		return err;
	for (size_t i = 0; i < count; i++)
		m->reps[i] = rows[i]->rep;
	qsort(m->reps, count, sizeof(*m->reps), unsigned_compare);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || m->reps[i] != m->reps[distinct - 1])
			m->reps[distinct++] = m->reps[i];
	}
	m->rep_count = distinct;
	m->variant_count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct measurement *r = rows[i];
		unsigned index = variant_index(r->isa, r->store, r->flush);
		double *x;

		if (i == 0 || m->index[m->variant_count - 1] != index) {
			x = m->x + m->variant_count * distinct;
			for (size_t k = 0; k < distinct; k++)
				x[k] = NAN;
			m->index[m->variant_count++] = index;
		}
		x = m->x + (m->variant_count - 1) * distinct;
		x[rep_position(m, r->rep)] = log(r->time_ns);
	}
	return 0;
}

/* Median of the values there are, less what belongs to their round. */
static double
variant_median(struct matrix *m, size_t v)
{
	const double *x = m->x + v * m->rep_count;
	size_t count = 0;

	for (size_t k = 0; k < m->rep_count; k++) {
		if (!isnan(x[k]))
			m->scratch[count++] = x[k] - m->round[k];
	}
	return stats_median(m->scratch, count);
}

static double
round_median(struct matrix *m, size_t k)
{
	size_t count = 0;

	for (size_t v = 0; v < m->variant_count; v++) {
		double x = m->x[v * m->rep_count + k];

		if (!isnan(x))
			m->scratch[count++] = x - m->mean[v];
	}
	return stats_median(m->scratch, count);
}

static void
matrix_polish(struct matrix *m)
{
	memset(m->round, 0, m->rep_count * sizeof(*m->round));
	for (int sweep = 0; sweep < POLISH_SWEEPS; sweep++) {
		for (size_t v = 0; v < m->variant_count; v++)
			m->mean[v] = variant_median(m, v);
		for (size_t k = 0; k < m->rep_count; k++)
			m->round[k] = round_median(m, k);
	}
	for (size_t v = 0; v < m->variant_count; v++)
		m->mean[v] = variant_median(m, v);
}

/* Puts residuals into the place of times; their robust scale. */
static double
matrix_residuals(struct matrix *m)
{
	size_t count = 0;

	for (size_t v = 0; v < m->variant_count; v++) {
		double *x = m->x + v * m->rep_count;

		for (size_t k = 0; k < m->rep_count; k++) {
			x[k] -= m->round[k] + m->mean[v];
			if (!isnan(x[k]))
				m->scratch[count++] = fabs(x[k]);
		}
	}
	return MAD_TO_SD * stats_median(m->scratch, count);
}

/* Pulls residuals in to limit, and moves each mean to where they leave it. */
static size_t
matrix_pull_in(struct matrix *m, double limit)
{
	size_t outliers = 0;

	for (size_t v = 0; v < m->variant_count; v++) {
		double *x = m->x + v * m->rep_count, sum = 0;
		size_t count = 0;

		for (size_t k = 0; k < m->rep_count; k++) {
			if (isnan(x[k]))
				continue;
			if (fabs(x[k]) > limit) {
				x[k] = copysign(limit, x[k]);
				outliers++;
			}
			sum += x[k];
			count++;
		}
		sum /= (double)count;
		m->mean[v] += sum;
		for (size_t k = 0; k < m->rep_count; k++)
			x[k] -= sum;
	}
	return outliers;
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

static double
half_mean(const double *x, size_t count, enum half half)
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

static size_t
count_there(const double *x, size_t count)
{
	size_t there = 0;

	for (size_t k = 0; k < count; k++)
		there += !isnan(x[k]);
	return there;
}

/* Takes off the mean, so that slots deviate from nothing but it. */
static void
slots_center(double *slots, unsigned count)
{
	double mean = 0;

	for (unsigned j = 0; j < count; j++)
		mean += slots[j] / count;
	for (unsigned j = 0; j < count; j++)
		slots[j] -= mean;
}

/* Spreads n deviations over the slots, in order. The mean of resampled slots
 * has the variance of the slots divided by their number; what it should have
 * is that of the mean of n: the sum of squares over n (n - 1). */
static void
slots_fill(double *slots, unsigned slot_count, const double *x, size_t count)
{
	size_t there = count_there(x, count);
	double widen = sqrt((double)slot_count / ((double)there - 1));

	for (unsigned j = 0; j < slot_count; j++) {
		double d = x[j * count / slot_count];

		slots[j] = isnan(d) ? 0 : widen * d;
	}
	slots_center(slots, slot_count);
	for (int half = 0; half < HALF_COUNT; half++)
		slots[slot_count + (unsigned)half] = half_mean(
			x, count, (enum half)half);
}

/* Deviations of a variant of which there is one repetition: normal ones of the
 * error assumed, from the sum of twelve uniform numbers. */
static void
slots_assume(double *slots, unsigned slot_count, double error, struct rng *rng)
{
	double square = 0;

	for (unsigned j = 0; j < slot_count; j++) {
		slots[j] = -6;
		for (int i = 0; i < 12; i++)
			slots[j] += (double)(rng_next(rng) >> 11) * 0x1p-53;
	}
	slots_center(slots, slot_count);
	for (unsigned j = 0; j < slot_count; j++)
		square += slots[j] * slots[j];
	for (unsigned j = 0; j < slot_count; j++)
		slots[j] *= error * slot_count / sqrt(square);
	for (int half = 0; half < HALF_COUNT; half++)
		slots[slot_count + (unsigned)half] = 0;
}

/* Appends the cell in the matrix. */
static void
cell_add(struct cells *c, struct matrix *m, const struct measurement *row)
{
	size_t width = c->slot_count + HALF_COUNT;
	struct cell_times *cell = &c->cells[c->count++];

	matrix_polish(m);
	*cell = (struct cell_times){
		.op = row->op,
		.residency = row->residency,
		.drain = row->drain,
		.threads = row->threads,
		.cpu_node = row->cpu_node,
		.mem_node = row->mem_node,
		.size_bytes = row->size_bytes,
		.dst_offset = row->dst_offset,
		.src_offset = row->src_offset,
		.rep_count = (unsigned)m->rep_count,
		.variants = c->variant_count,
		.variant_count = m->variant_count,
		.scale = matrix_residuals(m),
		.drift = half_mean(m->round, m->rep_count, HALF_SECOND) -
			 half_mean(m->round, m->rep_count, HALF_FIRST),
	};
	cell->identical = m->rep_count >= 3 && cell->scale == 0;
	c->outlier_count += matrix_pull_in(m, OUTLIER_SCALES * cell->scale);
	for (size_t v = 0; v < m->variant_count; v++) {
		struct variant_times *t = &c->variants[c->variant_count];
		const double *x = m->x + v * m->rep_count;

		t->index = m->index[v];
		t->mean = m->mean[v];
		t->slots = c->variant_count++ * width;
		if (count_there(x, m->rep_count) > 1)
			slots_fill(c->deviations + t->slots, c->slot_count, x,
				m->rep_count);
		else
			c->deviations[t->slots] = NAN;
	}
}

static double
scale_median(const struct cells *c, double *scratch)
{
	size_t count = 0;

	for (size_t i = 0; i < c->count; i++) {
		if (c->cells[i].rep_count > 1)
			scratch[count++] = c->cells[i].scale;
	}
	return count ? stats_median(scratch, count) : 0;
}

static int
scales_settle(struct cells *c, double assumed_error)
{
	double *scratch = calloc(c->count + 1, sizeof(*scratch));
	struct rng rng;
	double error;

	if (!scratch)
		return -ENOMEM;
	c->scale = scale_median(c, scratch);
	free(scratch);
	error = c->scale > assumed_error ? c->scale : assumed_error;
	rng_seed(&rng, ASSUMED_SEED);
	for (size_t i = 0; i < c->variant_count; i++) {
		double *slots = c->deviations + c->variants[i].slots;

		if (isnan(*slots))
			slots_assume(slots, c->slot_count, error, &rng);
	}
	return 0;
}

/* Counts cells and variants, and finds the most repetitions of a variant. */
static int
rows_survey(struct cells *c, const struct measurement **rows, size_t count,
	char error[PROVENANCE_ERROR_BYTES])
{
	unsigned reps = 0;

	for (size_t i = 0; i < count; i++) {
		const struct measurement *m = rows[i];
		bool new_cell = i == 0 || cell_compare(rows[i - 1], m) != 0;
		bool new_variant = new_cell || rows[i - 1]->isa != m->isa ||
				   rows[i - 1]->store != m->store ||
				   rows[i - 1]->flush != m->flush;

		if (!new_variant && rows[i - 1]->rep == m->rep) {
			snprintf(error, PROVENANCE_ERROR_BYTES,
				"two rows are the same repetition: %s %s/%s/%s "
				"%s %s size %zu rep %u",
				op_names[m->op], isa_names[m->isa],
				store_names[m->store],
				flush_kernels[m->flush].name,
				residency_names[m->residency],
				drain_names[m->drain], m->size_bytes, m->rep);
			return -EINVAL;
		}
		c->count += new_cell;
		c->variant_count += new_variant;
		reps = new_variant ? 1 : reps + 1;
		if (reps > c->slot_count)
			c->slot_count = reps;
	}
	/* Few repetitions need slots enough to spread over. */
	if (c->slot_count < 8)
		c->slot_count = 8;
	return 0;
}

static int
cells_reserve(struct cells *c)
{
	size_t width = c->slot_count + HALF_COUNT;

	c->cells = calloc(c->count + 1, sizeof(*c->cells));
	c->variants = calloc(c->variant_count + 1, sizeof(*c->variants));
	c->deviations = calloc(
		c->variant_count * width + 1, sizeof(*c->deviations));
	c->count = c->variant_count = 0;
	return c->cells && c->variants && c->deviations ? 0 : -ENOMEM;
}

static int
cells_fill(struct cells *c, const struct measurement **rows, size_t count)
{
	struct matrix m = {0};
	int err = 0;

	for (size_t first = 0, i = 1; !err && i <= count; i++) {
		if (i < count && cell_compare(rows[first], rows[i]) == 0)
			continue;
		err = matrix_fill(&m, rows + first, i - first);
		if (!err)
			cell_add(c, &m, rows[first]);
		first = i;
	}
	matrix_free(&m);
	return err;
}

int
cells_build(struct cells *c, const struct measurement *rows, size_t count,
	double assumed_error, char error[PROVENANCE_ERROR_BYTES])
{
	const struct measurement **sorted = calloc(count + 1, sizeof(*sorted));
	int err = sorted ? 0 : -ENOMEM;

	*c = (struct cells){.row_count = count};
	for (size_t i = 0; !err && i < count; i++)
		sorted[i] = &rows[i];
	if (!err) {
		qsort(sorted, count, sizeof(*sorted), row_compare);
		err = rows_survey(c, sorted, count, error);
	}
	if (!err)
		err = cells_reserve(c);
	if (!err)
		err = cells_fill(c, sorted, count);
	if (!err)
		err = scales_settle(c, assumed_error);
	free(sorted);
	if (err)
		cells_free(c);
	if (err == -ENOMEM)
		snprintf(error, PROVENANCE_ERROR_BYTES, "out of memory");
	return err;
}

void
cells_free(struct cells *c)
{
	free(c->cells);
	free(c->variants);
	free(c->deviations);
	*c = (struct cells){0};
}
