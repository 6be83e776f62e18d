/*
 * race_times.c: see race_times.h
 */
#include "race_times.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "stats.h"

/* Fewer repetitions of a length hardly know their own scatter. */
#define REPS_LEAST 4

static int
by_size(const void *pa, const void *pb)
{
	const struct cell *a = *(const struct cell *const *)pa;
	const struct cell *b = *(const struct cell *const *)pb;

	if (a->size_bytes != b->size_bytes)
		return a->size_bytes < b->size_bytes ? -1 : 1;
	return (a > b) - (a < b);
}

/* Takes the cells of the operation; they ascend by length. */
static void
cells_take(struct race_times *t, const struct plan_work *work, enum op op)
{
	for (size_t i = 0; i < work->cell_count; i++) {
		if (work->cells[i].op == op)
			t->cells[t->cell_count++] = &work->cells[i];
	}
	qsort(t->cells, t->cell_count, sizeof(const void *), by_size);
	for (size_t i = 0; i < t->cell_count; i++) {
		size_t size_bytes = t->cells[i]->size_bytes;

		if (i && size_bytes == t->sizes_bytes[t->size_count - 1])
			continue;
		if (t->size_count == RACE_SIZES_MOST) {
			t->cell_count = i;
			break;
		}
		t->sizes_bytes[t->size_count++] = size_bytes;
	}
}

static double *
time_at(const struct race_times *t, size_t cell, size_t variant, size_t rep)
{
	return &t->log_ns[(cell * t->variant_count + variant) * t->reps + rep];
}

/* Puts a row in its place. Rows of a cell come together, so the cell of the
 * row before is looked at first. */
static void
row_take(struct race_times *t, const struct measurement *m, size_t rep,
	size_t *cell)
{
	size_t variant = 0;

	if (*cell >= t->cell_count || !plan_cell_has(t->cells[*cell], m))
		*cell = 0;
	while (*cell < t->cell_count && !plan_cell_has(t->cells[*cell], m))
		(*cell)++;
	while (variant < t->variant_count &&
		!plan_variant_has(&t->variants[variant], m))
		variant++;
	if (*cell < t->cell_count && variant < t->variant_count)
		*time_at(t, *cell, variant, rep) = log(m->time_ns);
}

int
race_times_gather(struct race_times *t, const struct plan_work *work,
	enum op op, const struct measurements *measured,
	const struct race_span *span)
{
	size_t count, cell = 0;

	*t = (struct race_times){
		.variants = work->variants[op],
		.variant_count = work->variant_count[op],
		.cells = calloc(work->cell_count + 1, sizeof(const void *)),
		.reps = span->reps,
	};
	if (!t->cells)
		return -ENOMEM;
	cells_take(t, work, op);
	count = t->cell_count * t->variant_count * t->reps;
	t->log_ns = calloc(count + 1, sizeof(*t->log_ns));
	if (!t->log_ns) {
		race_times_free(t);
		return -ENOMEM;
	}
	for (size_t i = 0; i < count; i++)
		t->log_ns[i] = NAN;
	for (size_t i = 0; i < measured->count; i++) {
		const struct measurement *m = &measured->rows[i];

		if (m->op == op && m->cpu_node == span->cpu_node &&
			m->mem_node == span->mem_node &&
			m->rep >= span->rep_first &&
			m->rep - span->rep_first < span->reps)
			row_take(t, m, m->rep - span->rep_first, &cell);
	}
	return 0;
}

void
race_times_free(struct race_times *t)
{
	free(t->cells);
	free(t->log_ns);
	*t = (struct race_times){0};
}

/* Mean over the cells first..end of one rep; NAN if one lacks a variant. */
static double
rep_ratio(const struct race_times *t, size_t first, size_t end, size_t v,
	size_t w, size_t rep)
{
	double sum = 0;

	for (size_t cell = first; cell < end; cell++)
		sum += *time_at(t, cell, v, rep) - *time_at(t, cell, w, rep);
	return sum / (double)(end - first);
}

static struct race_ratio
size_ratio(const struct race_times *t, size_t first, size_t end, size_t v,
	size_t w)
{
	struct race_ratio r = {0};
	double squares = 0, count = 0;

	/* Welford's running mean and sum of squares. */
	for (size_t rep = 0; rep < t->reps; rep++) {
		double x = rep_ratio(t, first, end, v, w, rep), off;

		if (isnan(x))
			continue;
		off = x - r.mean;
		r.mean += off / ++count;
		squares += off * (x - r.mean);
	}
	if (count < REPS_LEAST)
		return (struct race_ratio){NAN, NAN, NAN};
	r.freedom = count - 1;
	r.variance = squares / r.freedom / count;
	return r;
}

static unsigned
octave(size_t size_bytes)
{
	return (unsigned)(63 - __builtin_clzll(size_bytes));
}

/* Share of a length in the weight of all. */
static double
size_weight(const struct race_times *t, size_t size)
{
	unsigned sharing = 0, octaves = 0;

	for (size_t i = 0; i < t->size_count; i++) {
		unsigned here = octave(t->sizes_bytes[i]);

		sharing += here == octave(t->sizes_bytes[size]);
		octaves += i == 0 || here != octave(t->sizes_bytes[i - 1]);
	}
	return 1.0 / sharing / octaves;
}

struct race_ratio
race_times_compare(const struct race_times *t, size_t v, size_t w,
	struct race_ratio *by_size)
{
	struct race_ratio all = {0};
	double spent = 0;

	for (size_t size = 0, first = 0, end; size < t->size_count; size++) {
		double weight = size_weight(t, size), part;

		for (end = first;
			end < t->cell_count &&
			t->cells[end]->size_bytes == t->sizes_bytes[size];)
			end++;
		by_size[size] = size_ratio(t, first, end, v, w);
		part = weight * weight * by_size[size].variance;
		all.mean += weight * by_size[size].mean;
		all.variance += part;
		spent += part * part / by_size[size].freedom;
		first = end;
	}
	/* Welch and Satterthwaite: the freedom of a sum of such parts. */
	all.freedom = spent > 0 ? all.variance * all.variance / spent : 1;
	return all;
}

static double
half_width(const struct race_ratio *r, double z)
{
	return stats_student(z, r->freedom) * sqrt(r->variance);
}

double
race_ratio_low(const struct race_ratio *r, double z)
{
	return r->mean - half_width(r, z);
}

double
race_ratio_high(const struct race_ratio *r, double z)
{
	return r->mean + half_width(r, z);
}
