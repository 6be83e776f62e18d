/*
 * losses.c: see losses.h
 */
#include "losses.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Cells that count, by what shares a weight. */
struct tally {
	unsigned cells[RESIDENCY_COUNT][DRAIN_COUNT];
	unsigned covered[VARIANT_COUNT]; /* cells that have the variant */
};

unsigned
losses_variant(enum op op, const struct choice *choice, size_t size_bytes)
{
	if (op == OP_FLUSH)
		return variant_index(ISA_GENERIC, STORE_CACHED, choice->flush);
	if (size_bytes >= choice->stream_min_bytes)
		return variant_index(
			choice->stream_isa, STORE_STREAM, choice->stream_flush);
	return variant_index(choice->cached_isa, STORE_CACHED, choice->flush);
}

static bool
has_variant(
	const struct cells *c, const struct cell_times *cell, unsigned variant)
{
	for (size_t v = 0; v < cell->variant_count; v++) {
		if (c->variants[cell->variants + v].index == variant)
			return true;
	}
	return false;
}

/* What decides whether a cell counts. */
struct filter {
	const struct cells *cells;
	enum op op;
	struct pair pair;
	const struct weights *weights;
	const struct choice *standard;
};

static double
weight_of(const struct filter *f, const struct cell_times *cell)
{
	return f->weights->of[cell->op][cell->residency][cell->drain]
			     [weights_octave(cell->size_bytes)];
}

/* Whether a cell is what the losses are of, and has weight. */
static bool
concerns(const struct filter *f, const struct cell_times *cell)
{
	if (cell->op != f->op ||
		(!f->pair.any && (cell->cpu_node != f->pair.cpu_node ||
					 cell->mem_node != f->pair.mem_node)))
		return false;
	return weight_of(f, cell) > 0;
}

static bool
counts(const struct filter *f, const struct cell_times *cell)
{
	return concerns(f, cell) &&
	       has_variant(f->cells, cell,
		       losses_variant(f->op, f->standard, cell->size_bytes));
}

static int
size_compare(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return (x > y) - (x < y);
}

static size_t
size_position(const struct losses *l, size_t size_bytes)
{
	const size_t *at = bsearch(&size_bytes, l->sizes_bytes, l->size_count,
		sizeof(size_bytes), size_compare);

	return (size_t)(at - l->sizes_bytes);
}

static void
sizes_gather(struct losses *l, const struct filter *f)
{
	size_t count = 0;

	for (size_t i = 0; i < f->cells->count; i++) {
		if (counts(f, &f->cells->cells[i]))
			l->sizes_bytes[count++] = f->cells->cells[i].size_bytes;
		else if (concerns(f, &f->cells->cells[i]))
			l->lacking_count++;
	}
	l->cell_count = count;
	qsort(l->sizes_bytes, count, sizeof(*l->sizes_bytes), size_compare);
	for (size_t i = 0; i < count; i++) {
		size_t size_bytes = l->sizes_bytes[i];

		if (i == 0 || size_bytes != l->sizes_bytes[l->size_count - 1])
			l->sizes_bytes[l->size_count++] = size_bytes;
	}
}

static unsigned
sizes_in_octave(const struct losses *l, size_t size_bytes)
{
	unsigned count = 0;

	for (size_t s = 0; s < l->size_count; s++)
		count += weights_octave(l->sizes_bytes[s]) ==
			 weights_octave(size_bytes);
	return count;
}

static void
cells_tally(const struct losses *l, const struct filter *f, struct tally *tally)
{
	for (size_t i = 0; i < f->cells->count; i++) {
		const struct cell_times *cell = &f->cells->cells[i];
		struct tally *t;

		if (!counts(f, cell))
			continue;
		t = &tally[size_position(l, cell->size_bytes)];
		t->cells[cell->residency][cell->drain]++;
		for (size_t v = 0; v < cell->variant_count; v++)
			t->covered[f->cells->variants[cell->variants + v]
					   .index]++;
	}
}

/* Times are taken relative to the cell's fastest variant: numbers stay small,
 * and differences between choices are what they were. */
static double
cell_zero(const struct cells *c, const struct cell_times *cell)
{
	double zero = INFINITY;

	for (size_t v = 0; v < cell->variant_count; v++)
		zero = fmin(zero, c->variants[cell->variants + v].mean);
	return zero;
}

static void
cell_sum(struct losses *l, const struct cells *c, const struct cell_times *cell,
	double weight)
{
	size_t s = size_position(l, cell->size_bytes);
	size_t plane = VARIANT_COUNT * l->size_count;
	double zero = cell_zero(c, cell);

	l->total += weight;
	for (size_t v = 0; v < cell->variant_count; v++) {
		const struct variant_times
			*t = &c->variants[cell->variants + v];
		size_t at = t->index * l->size_count + s;

		l->mean[at] += weight * (t->mean - zero);
		for (size_t j = 0; j < l->slot_count + HALF_COUNT; j++)
			l->slots[j * plane + at] += weight *
						    c->deviations[t->slots + j];
	}
}

/* Takes variants out of sizes of which they lack a cell: a mean over other
 * cells cannot be compared. */
static void
gaps_mark(struct losses *l, const struct tally *tally)
{
	size_t plane = VARIANT_COUNT * l->size_count;

	for (size_t s = 0; s < l->size_count; s++) {
		const unsigned *cells = &tally[s].cells[0][0];
		unsigned wanted = 0;

		for (int i = 0; i < RESIDENCY_COUNT * DRAIN_COUNT; i++)
			wanted += cells[i];
		for (size_t v = 0; v < VARIANT_COUNT; v++) {
			size_t at = v * l->size_count + s;

			if (tally[s].covered[v] == wanted) {
				l->measured[v] = true;
				continue;
			}
			l->mean[at] = INFINITY;
			for (size_t j = 0; j < l->slot_count + HALF_COUNT; j++)
				l->slots[j * plane + at] = 0;
		}
	}
}

int
losses_build(struct losses *l, const struct cells *c, enum op op,
	struct pair pair, const struct weights *w,
	const struct choice *standard)
{
	const struct filter f = {c, op, pair, w, standard};
	size_t width = c->slot_count + HALF_COUNT, plane;
	struct tally *tally = NULL;

	*l = (struct losses){.op = op, .slot_count = c->slot_count};
	l->sizes_bytes = calloc(c->count + 1, sizeof(*l->sizes_bytes));
	if (!l->sizes_bytes)
		return -ENOMEM;
	sizes_gather(l, &f);
	plane = VARIANT_COUNT * l->size_count;
	l->mean = calloc(plane + 1, sizeof(*l->mean));
	l->slots = calloc(width * plane + 1, sizeof(*l->slots));
	tally = calloc(l->size_count + 1, sizeof(*tally));
	if (!l->mean || !l->slots || !tally)
		goto free_losses;

	cells_tally(l, &f, tally);
	for (size_t i = 0; i < c->count; i++) {
		const struct cell_times *cell = &c->cells[i];
		const struct tally *t;

		if (!counts(&f, cell))
			continue;
		t = &tally[size_position(l, cell->size_bytes)];
		cell_sum(l, c, cell,
			weight_of(&f, cell) /
				sizes_in_octave(l, cell->size_bytes) /
				t->cells[cell->residency][cell->drain]);
	}
	gaps_mark(l, tally);
	free(tally);
	return 0;

free_losses:
	free(tally);
	losses_free(l);
	return -ENOMEM;
}

void
losses_resample(const struct losses *l, const unsigned *draws, double *mean)
{
	size_t plane = VARIANT_COUNT * l->size_count;

	memcpy(mean, l->mean, plane * sizeof(*mean));
	for (size_t j = 0; j < l->slot_count; j++) {
		const double *slot = l->slots + j * plane;
		double share = (double)draws[j] / l->slot_count;

		if (!draws[j])
			continue;
		for (size_t v = 0; v < VARIANT_COUNT; v++) {
			size_t first = v * l->size_count;

			if (!l->measured[v])
				continue;
			for (size_t s = 0; s < l->size_count; s++)
				mean[first + s] += share * slot[first + s];
		}
	}
}

double
losses_of(
	const struct losses *l, const double *mean, const struct choice *choice)
{
	double sum = 0;

	for (size_t s = 0; s < l->size_count; s++)
		sum += mean[losses_variant(l->op, choice, l->sizes_bytes[s]) *
				    l->size_count +
			    s];
	return sum;
}

void
losses_slots(const struct losses *l, const struct choice *choice, double *slots)
{
	size_t plane = VARIANT_COUNT * l->size_count;

	for (size_t j = 0; j < l->slot_count + HALF_COUNT; j++)
		slots[j] = losses_of(l, l->slots + j * plane, choice);
}

void
losses_free(struct losses *l)
{
	free(l->sizes_bytes);
	free(l->mean);
	free(l->slots);
	*l = (struct losses){0};
}
