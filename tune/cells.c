/*
 * cells.c: see cells.h
 */
#include "cells.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "polish.h"
#include "slots.h"
#include "stats.h"

/* Residuals beyond so many robust standard deviations are outliers: 0.3% of
 * what a normal distribution gives, and most of a burst. */
#define OUTLIER_SCALES 3.0

/* Seed of what is random here: any will do, always the same must be taken. */
#define SLOTS_SEED 1

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

/* What cells are made with. */
struct workshop {
	struct matrix matrix;
	size_t *order; /* of slots */
	struct rng rng;
	double apart, expected; /* sums of slots_apart */
};

static void
variant_add(struct cells *c, struct workshop *shop, size_t v)
{
	const struct matrix *m = &shop->matrix;
	const double *x = m->x + v * m->rep_count;
	struct variant_times *t = &c->variants[c->variant_count];
	double *slots, apart, expected;

	t->index = m->index[v];
	t->mean = m->mean[v];
	t->slots = c->variant_count++ * (c->slot_count + HALF_COUNT);
	slots = c->deviations + t->slots;
	if (slots_there(x, m->rep_count) < 2) {
		slots[0] = NAN; /* for scales_settle */
		return;
	}
	slots_spread(slots, c->slot_count, x, m->rep_count, shop->order);
	for (int half = 0; half < HALF_COUNT; half++)
		slots[c->slot_count + (unsigned)half] = slots_half(
			x, m->rep_count, (enum half)half);
	slots_apart(x, m->rep_count, &apart, &expected);
	shop->apart += apart;
	shop->expected += expected;
}

/* Appends the cell in the matrix. */
static void
cell_add(struct cells *c, struct workshop *shop, const struct measurement *row)
{
	struct cell_times *cell = &c->cells[c->count++];
	struct matrix *m = &shop->matrix;

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
		.scale = matrix_polish(m),
	};
	cell->drift = slots_half(m->round, m->rep_count, HALF_SECOND) -
		      slots_half(m->round, m->rep_count, HALF_FIRST);
	cell->identical = m->rep_count >= 3 && cell->scale == 0;
	c->outlier_count += matrix_pull_in(m, OUTLIER_SCALES * cell->scale);
	rng_permutation(&shop->rng, shop->order, c->slot_count);
	for (size_t v = 0; v < m->variant_count; v++)
		variant_add(c, shop, v);
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

/* Settles what only all cells together can tell: the error of cells that have
 * one repetition, and by how much halves, which may be process starts with luck
 * of their own, differ more than repetitions within them. */
static int
scales_settle(struct cells *c, struct workshop *shop, double assumed_error)
{
	double *scratch = calloc(c->count + 1, sizeof(*scratch));
	double error;

	if (!scratch)
		return -ENOMEM;
	c->scale = scale_median(c, scratch);
	free(scratch);
	error = fmax(c->scale, assumed_error);
	c->dispersion = shop->expected > 0 ?
				fmax(1, shop->apart / shop->expected) :
				1;
	for (size_t i = 0; i < c->variant_count; i++) {
		double *slots = c->deviations + c->variants[i].slots;

		if (isnan(slots[0]))
			slots_assume(slots, c->slot_count, error, &shop->rng);
		for (unsigned j = 0; j < c->slot_count; j++)
			slots[j] *= sqrt(c->dispersion);
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
cells_fill(struct cells *c, const struct measurement **rows, size_t count,
	double assumed_error)
{
	struct workshop shop = {
		.order = calloc(c->slot_count, sizeof(*shop.order)),
	};
	int err = shop.order ? 0 : -ENOMEM;

	rng_seed(&shop.rng, SLOTS_SEED);
	for (size_t first = 0, i = 1; !err && i <= count; i++) {
		if (i < count && cell_compare(rows[first], rows[i]) == 0)
			continue;
		err = matrix_fill(&shop.matrix, rows + first, i - first);
		if (!err)
			cell_add(c, &shop, rows[first]);
		first = i;
	}
	if (!err)
		err = scales_settle(c, &shop, assumed_error);
	matrix_free(&shop.matrix);
	free(shop.order);
	return err;
}

int
cells_build(struct cells *c, const struct measurement *rows, size_t count,
	double assumed_error, char error[PROVENANCE_ERROR_BYTES])
{
	const struct measurement **sorted = calloc(
		count + 1, sizeof(const void *));
	int err = sorted ? 0 : -ENOMEM;

	*c = (struct cells){.row_count = count};
	for (size_t i = 0; !err && i < count; i++)
		sorted[i] = &rows[i];
	if (!err) {
		qsort(sorted, count, sizeof(const void *), row_compare);
		err = rows_survey(c, sorted, count, error);
	}
	if (!err)
		err = cells_reserve(c);
	if (!err)
		err = cells_fill(c, sorted, count, assumed_error);
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
