/*
 * simulate_model.c: see simulate_model.h. The truth; simulate_measure.c
 * measures it.
 */
#include "simulate_model.h"

#include <math.h>

const enum op world_ops[WORLD_OPS] = {OP_MOVE, OP_FLUSH};

static const enum isa isas[] = {ISA_SSE2, ISA_AVX};

enum residency
world_residency(unsigned state)
{
	return state & 1 ? RESIDENCY_COLD : RESIDENCY_WARM;
}

enum drain
world_drain(unsigned state)
{
	return state & 2 ? DRAIN_BATCH : DRAIN_EACH;
}

/* How one pair of nodes is made; ratios as logarithms. */
struct nature {
	double crossover; /* as a position among sizes */
	double steepness, height; /* of the gain of streaming around it */
	double shift[WORLD_STATES], factor[WORLD_STATES];
	double flush[FLUSH_COUNT]; /* cost of cached stores with it */
	double stream_flush[FLUSH_COUNT];
	double sse2;
};

static struct nature
nature_draw(enum crossover crossover, struct rng *rng)
{
	struct nature n = {0};

	n.crossover = rng_uniform(rng, 0, WORLD_SIZES);
	if (crossover == CROSSOVER_NEVER)
		n.crossover = 4 * WORLD_SIZES;
	if (crossover == CROSSOVER_ALWAYS)
		n.crossover = -4 * WORLD_SIZES;
	n.steepness = rng_uniform(rng, 0.3, 2);
	n.height = rng_uniform(rng, 0.05, 0.6);
	for (int s = 0; s < WORLD_STATES; s++) {
		n.shift[s] = rng_uniform(rng, -1, 1);
		n.factor[s] = rng_uniform(rng, 0.5, 1.5);
	}
	n.flush[FLUSH_CLFLUSHOPT] = rng_chance(rng, 0.2) ?
					    0 :
					    rng_uniform(rng, 0, 0.3);
	n.flush[FLUSH_CLFLUSH] = n.flush[FLUSH_CLFLUSHOPT] +
				 rng_uniform(rng, 0, 0.3);
	if (rng_chance(rng, 0.2))
		n.flush[FLUSH_CLWB] = n.flush[FLUSH_CLFLUSHOPT] +
				      rng_uniform(rng, 0.03, 0.4);
	n.flush[FLUSH_NONE] = -rng_uniform(rng, 0.2, 0.7);
	for (int f = 0; f < FLUSH_NONE; f++)
		n.stream_flush[f] = rng_uniform(rng, 0.1, 0.7);
	n.sse2 = rng_uniform(rng, -0.03, 0.25);
	return n;
}

static double
nature_cost(const struct nature *n, enum op op, int size, int state,
	unsigned variant)
{
	double cost = log(30 + (double)WORLD_SIZE(size) / 10), distance;
	unsigned flush = variant % FLUSH_COUNT;
	unsigned store = variant / FLUSH_COUNT % STORE_COUNT;
	unsigned isa = variant / FLUSH_COUNT / STORE_COUNT;

	if (op == OP_FLUSH)
		return cost + n->flush[flush];
	if (isa == ISA_SSE2)
		cost += n->sse2;
	if (store == STORE_CACHED)
		return cost + n->flush[flush];
	distance = size + 0.5 - n->crossover + n->shift[state];
	return cost + n->stream_flush[flush] -
	       n->factor[state] * n->height * tanh(n->steepness * distance);
}

static void
pair_fill(struct world *w, size_t pair, const struct nature *n)
{
	for (int o = 0; o < WORLD_OPS; o++) {
		enum op op = world_ops[o];

		for (int size = 0; size < WORLD_SIZES; size++)
			for (int s = 0; s < WORLD_STATES; s++)
				for (unsigned v = 0; v < VARIANT_COUNT; v++)
					w->cost[pair][op][size][s][v] =
						nature_cost(n, op, size, s, v);
	}
}

void
world_draw(struct world *w, struct rng *rng)
{
	static const enum crossover kinds[] = {CROSSOVER_SOMEWHERE,
		CROSSOVER_SOMEWHERE, CROSSOVER_SOMEWHERE, CROSSOVER_SOMEWHERE,
		CROSSOVER_SOMEWHERE, CROSSOVER_SOMEWHERE, CROSSOVER_NEVER,
		CROSSOVER_ALWAYS, CROSSOVER_NONE, CROSSOVER_NONE};
	struct nature natures[WORLD_PAIRS_MOST];

	*w = (struct world){
		.crossover = kinds[rng_below(rng, 10)],
		.pair_count = rng_chance(rng, 0.3) ? 2 : 1,
	};
	natures[0] = nature_draw(w->crossover, rng);
	if (w->crossover == CROSSOVER_NONE)
		natures[0] = (struct nature){0};
	natures[1] = natures[0];
	if (w->pair_count == 2 && w->crossover == CROSSOVER_SOMEWHERE &&
		rng_chance(rng, 0.5)) {
		w->pairs_differ = true;
		natures[1] = nature_draw(w->crossover, rng);
	}
	for (size_t p = 0; p < w->pair_count; p++)
		pair_fill(w, p, &natures[p]);
	for (int f = 0; f < FLUSH_COUNT; f++) {
		w->measured[OP_FLUSH][variant_index(
			ISA_GENERIC, STORE_CACHED, (enum flush)f)] = true;
		for (int i = 0; i < 2; i++) {
			for (int s = 0; s < STORE_COUNT; s++)
				w->measured[OP_MOVE][variant_index(isas[i],
					(enum store)s, (enum flush)f)] = true;
		}
	}
}

void
world_costs(const struct world *w, size_t pair, struct costs *costs)
{
	struct weights weights;

	*costs = (struct costs){0};
	weights_default(&weights);
	for (int o = 0; o < WORLD_OPS; o++) {
		enum op op = world_ops[o];

		for (int size = 0; size < WORLD_SIZES; size++)
			for (unsigned s = 0; s < WORLD_STATES; s++)
				costs_add(costs, &weights, op,
					world_residency(s), world_drain(s),
					size, w->cost[pair][op][size][s]);
	}
}
