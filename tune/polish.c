/*
 * polish.c: see polish.h
 */
#include "polish.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"

/* Median of absolute deviations to standard deviation, for a normal one. */
#define MAD_TO_SD 1.4826

/* Sweeps of the polish: a second changes little, a third nothing. */
#define SWEEPS 2

static int
unsigned_compare(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return (x > y) - (x < y);
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

static size_t
rep_position(const struct matrix *m, unsigned rep)
{
	const unsigned *at = bsearch(&rep, m->reps, m->rep_count,
		sizeof(*m->reps), unsigned_compare);

	return (size_t)(at - m->reps);
}

int
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
medians_sweep(struct matrix *m)
{
	memset(m->round, 0, m->rep_count * sizeof(*m->round));
	for (int sweep = 0; sweep < SWEEPS; sweep++) {
		for (size_t v = 0; v < m->variant_count; v++)
			m->mean[v] = variant_median(m, v);
		for (size_t k = 0; k < m->rep_count; k++)
			m->round[k] = round_median(m, k);
	}
	for (size_t v = 0; v < m->variant_count; v++)
		m->mean[v] = variant_median(m, v);
}

/* Puts errors into the place of times; their scale. */
static double
errors_leave(struct matrix *m)
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

double
matrix_polish(struct matrix *m)
{
	medians_sweep(m);
	return errors_leave(m);
}

size_t
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

void
matrix_free(struct matrix *m)
{
	free(m->reps);
	free(m->x);
	free(m->round);
	free(m->scratch);
	*m = (struct matrix){0};
}
