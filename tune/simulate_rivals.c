/*
 * simulate_rivals.c: see simulate_rivals.h
 *
 * GMP's tuneup, as it describes itself: operands are hot; a time is the
 * smallest of a cluster of times; of several methods the fastest at one typical
 * length is taken; a threshold is found by measuring both methods at each
 * length, the one before the other, and has the least sum of relative losses.
 *
 * Sequential minimum, as scripts around memcpy benchmarks do: each variant's
 * benchmark is run in turn; a time is the minimum; the kernel of least total is
 * taken; the threshold is the first length at which streaming wins.
 */
#include "simulate_rivals.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "simulate_costs.h"
#include "stats.h"

/* Most repetitions of a variant in a cell. */
#define TIMES_MOST 16

/* GMP's speed_measure takes the smallest of so many times within this. */
#define CLUSTER 3
#define CLUSTER_WIDTH 1.005

/* 4096 bytes: where GMP's rule compares methods. */
#define TYPICAL_SIZE 9

/* Times of a cell's variants, sorted. */
struct times {
	double of[TIMES_MOST];
	size_t count;
};

struct table {
	struct times times[OP_COUNT][VARIANT_COUNT][WORLD_SIZES]
			  [RESIDENCY_COUNT][DRAIN_COUNT];
};

static struct table *
table_make(const struct measurement *rows, size_t count, unsigned mem_node)
{
	struct table *t = calloc(1, sizeof(*t));

	for (size_t i = 0; t && i < count; i++) {
		const struct measurement *m = &rows[i];
		unsigned variant = variant_index(m->isa, m->store, m->flush);
		unsigned size = weights_octave(m->size_bytes) - 3;
		struct times *times = &t->times[m->op][variant][size]
					       [m->residency][m->drain];

		if (m->mem_node == mem_node && times->count < TIMES_MOST)
			times->of[times->count++] = m->time_ns;
	}
	return t;
}

/* INFINITY if there are no times. */
static double
cluster_time(struct times *times)
{
	stats_sort(times->of, times->count);
	for (size_t i = 0; i + CLUSTER <= times->count; i++) {
		if (times->of[i + CLUSTER - 1] <= CLUSTER_WIDTH * times->of[i])
			return times->of[i];
	}
	return times->count ? times->of[0] : INFINITY;
}

static double
least_time(const struct times *times)
{
	double least = INFINITY;

	for (size_t i = 0; i < times->count; i++)
		least = fmin(least, times->of[i]);
	return least;
}

/* Times by variant and length, as a rule sees them. */
struct view {
	double of[OP_COUNT][VARIANT_COUNT][WORLD_SIZES];
};

static void
view_hot(struct view *v, struct table *t)
{
	for (int op = 0; op < OP_COUNT; op++)
		for (int i = 0; i < VARIANT_COUNT; i++)
			for (int s = 0; s < WORLD_SIZES; s++)
				v->of[op][i][s] = cluster_time(
					&t->times[op][i][s][RESIDENCY_WARM]
						 [DRAIN_EACH]);
}

static void
view_mean(struct view *v, struct table *t)
{
	static const enum residency residencies[] = {
		RESIDENCY_WARM, RESIDENCY_COLD};

	*v = (struct view){0};
	for (int op = 0; op < OP_COUNT; op++)
		for (int i = 0; i < VARIANT_COUNT; i++)
			for (int s = 0; s < WORLD_SIZES; s++)
				for (int r = 0; r < 2; r++)
					for (int d = 0; d < DRAIN_COUNT; d++)
						v->of[op][i][s] += least_time(
							&t->times[op][i][s]
								 [residencies[r]]
								 [d]);
}

/* Sum over lengths; each counts alike. */
static double
sum_of(const double *times)
{
	double sum = 0;

	for (int s = 0; s < WORLD_SIZES; s++)
		sum += log(times[s]);
	return sum;
}

static double
typical_of(const double *times)
{
	return times[TYPICAL_SIZE];
}

/* The eligible kernel of least cost; flush FLUSH_COUNT stands for any. */
static unsigned
kernel_least(const struct view *v, double (*cost_of)(const double *times),
	enum op op, enum store store, enum domain domain, unsigned flush)
{
	double least = INFINITY;
	unsigned best = 0;

	for (unsigned i = 0; i < VARIANT_COUNT; i++) {
		double cost = cost_of(v->of[op][i]);

		if (i / FLUSH_COUNT % STORE_COUNT != store ||
			(flush != FLUSH_COUNT && i % FLUSH_COUNT != flush) ||
			!policy_eligible(
				(enum isa)(i / FLUSH_COUNT / STORE_COUNT),
				store, (enum flush)(i % FLUSH_COUNT), domain) ||
			cost >= least)
			continue;
		least = cost;
		best = i;
	}
	return best;
}

static size_t
first_win(const double *cached, const double *stream)
{
	for (int s = 0; s < WORLD_SIZES; s++) {
		if (stream[s] < cached[s])
			return WORLD_SIZE(s);
	}
	return POLICY_NEVER;
}

/* Losses are relative to the slower of the two. */
static size_t
least_losses(const double *cached, const double *stream)
{
	double gain = 0, most = 0;
	size_t from = POLICY_NEVER;

	for (int s = WORLD_SIZES; s-- > 0;) {
		gain += (cached[s] - stream[s]) / fmax(cached[s], stream[s]);
		if (gain > most) {
			most = gain;
			from = WORLD_SIZE(s);
		}
	}
	return from;
}

static void
kernels_choose(const struct view *v, double (*cost_of)(const double *times),
	size_t (*threshold_of)(const double *cached, const double *stream),
	enum domain domain, struct choice choices[OP_COUNT])
{
	unsigned flush = kernel_least(v, cost_of, OP_FLUSH, STORE_CACHED,
				 domain, FLUSH_COUNT) %
			 FLUSH_COUNT;
	unsigned cached = kernel_least(
		v, cost_of, OP_MOVE, STORE_CACHED, domain, flush);
	unsigned stream = kernel_least(
		v, cost_of, OP_MOVE, STORE_STREAM, domain, FLUSH_COUNT);

	choices[OP_FLUSH] = (struct choice){(enum flush)flush, ISA_GENERIC,
		ISA_GENERIC, FLUSH_NONE, POLICY_NEVER};
	choices[OP_MOVE] = (struct choice){(enum flush)flush,
		(enum isa)(cached / FLUSH_COUNT / STORE_COUNT),
		(enum isa)(stream / FLUSH_COUNT / STORE_COUNT),
		(enum flush)(stream % FLUSH_COUNT),
		threshold_of(v->of[OP_MOVE][cached], v->of[OP_MOVE][stream])};
}

static int
gmp_decide(const struct measurement *rows, size_t count, unsigned mem_node,
	enum domain domain, struct choice choices[OP_COUNT])
{
	struct table *t = table_make(rows, count, mem_node);
	struct view v;

	if (!t)
		return -ENOMEM;
	view_hot(&v, t);
	free(t);
	kernels_choose(&v, typical_of, least_losses, domain, choices);
	return 0;
}

static int
minimum_decide(const struct measurement *rows, size_t count, unsigned mem_node,
	enum domain domain, struct choice choices[OP_COUNT])
{
	struct table *t = table_make(rows, count, mem_node);
	struct view v;

	if (!t)
		return -ENOMEM;
	view_mean(&v, t);
	free(t);
	kernels_choose(&v, sum_of, first_win, domain, choices);
	return 0;
}

const struct rival_rule rival_rules[RIVAL_COUNT] = {
	{"GMP's rule", ORDER_BY_CELL, gmp_decide},
	{"minimum", ORDER_BY_VARIANT, minimum_decide},
};
