/*
 * simulate_costs.c: see simulate_costs.h
 */
#include "simulate_costs.h"

#include <math.h>

static const enum isa isas[] = {ISA_SSE2, ISA_AVX};

void
costs_add(struct costs *c, const struct weights *w, enum op op,
	enum residency residency, enum drain drain, int size,
	const double cost[VARIANT_COUNT])
{
	double weight = w->of[op][residency][drain]
			     [weights_octave(WORLD_SIZE(size))];

	c->total += weight;
	for (unsigned v = 0; v < VARIANT_COUNT; v++)
		c->of[op][v][size] += weight * cost[v];
}

static double
op_loss(const struct costs *c, enum op op, const struct choice *choice)
{
	unsigned cached = variant_index(
		choice->cached_isa, STORE_CACHED, choice->flush);
	unsigned stream = variant_index(
		choice->stream_isa, STORE_STREAM, choice->stream_flush);
	double sum = 0;

	for (int size = 0; size < WORLD_SIZES; size++) {
		bool streams = WORLD_SIZE(size) >= choice->stream_min_bytes;

		sum += c->of[op][streams ? stream : cached][size];
	}
	return sum / c->total;
}

double
costs_loss(const struct costs *c, const struct choice choices[OP_COUNT])
{
	return op_loss(c, OP_MOVE, &choices[OP_MOVE]) +
	       op_loss(c, OP_FLUSH, &choices[OP_FLUSH]);
}

/* Tries every threshold for a pair of kernels. */
static void
kernels_try(const struct costs *c, struct choice choice, double *least,
	struct choice *best)
{
	for (int size = 0; size <= WORLD_SIZES; size++) {
		double loss;

		choice.stream_min_bytes = size < WORLD_SIZES ?
						  WORLD_SIZE(size) :
						  POLICY_NEVER;
		loss = op_loss(c, OP_MOVE, &choice);
		if (loss < *least) {
			*least = loss;
			*best = choice;
		}
	}
}

double
costs_best(
	const struct costs *c, enum domain domain, struct choice best[OP_COUNT])
{
	double least = INFINITY;

	for (int f = 0; f < FLUSH_COUNT; f++) {
		const struct choice flush = {(enum flush)f, ISA_GENERIC,
			ISA_GENERIC, FLUSH_NONE, POLICY_NEVER};
		struct choice move = flush;
		double loss = INFINITY;

		if (!policy_eligible(
			    ISA_GENERIC, STORE_CACHED, (enum flush)f, domain))
			continue;
		for (int i = 0; i < 2 * 2 * FLUSH_COUNT; i++) {
			const struct choice choice = {(enum flush)f,
				isas[i & 1], isas[i >> 1 & 1],
				(enum flush)(i >> 2), POLICY_NEVER};

			if (policy_eligible(choice.stream_isa, STORE_STREAM,
				    choice.stream_flush, domain))
				kernels_try(c, choice, &loss, &move);
		}
		loss += op_loss(c, OP_FLUSH, &flush);
		if (loss < least) {
			least = loss;
			best[OP_MOVE] = move;
			best[OP_FLUSH] = flush;
		}
	}
	return least;
}
