/*
 * simulate_model.c: see simulate_model.h
 */
#include "simulate_model.h"

#include <math.h>
#include <string.h>

/* Process starts and rounds of each; lengths from LARGE on are measured in
 * every fourth round, as in plan.def. */
#define STARTS 2
#define ROUNDS 8
#define LARGE ((size_t)131072)
#define LARGE_EVERY 4

/* The noise, as the issue of a shared virtual machine states it: standard
 * deviation of jitter; luck of placement in a start; bursts that begin once in
 * so many measurements, last so many, and multiply times by up to so much;
 * drift over the run; and a clock that changes between two speeds, staying for
 * so many measurements. */
#define JITTER 0.05
#define PLACEMENT 0.01
#define BURST_EVERY 400
#define BURST_LENGTH 6
#define BURST_MOST 4.0
#define DRIFT_MOST 0.38
#define CLOCK_RATIO 1.25
#define CLOCK_STAYS 500

static const enum isa isas[] = {ISA_SSE2, ISA_AVX};
static const enum op ops[] = {OP_MOVE, OP_FLUSH};

static enum residency
state_residency(unsigned state)
{
	return state & 1 ? RESIDENCY_COLD : RESIDENCY_WARM;
}

static enum drain
state_drain(unsigned state)
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
	enum isa isa, enum store store, enum flush flush)
{
	double cost = log(30 + (double)WORLD_SIZE(size) / 10), distance;

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
	for (int size = 0; size < WORLD_SIZES; size++) {
		for (int state = 0; state < WORLD_STATES; state++) {
			for (unsigned v = 0; v < VARIANT_COUNT; v++) {
				unsigned flush = v % FLUSH_COUNT;
				unsigned store = v / FLUSH_COUNT % STORE_COUNT;
				unsigned isa = v / FLUSH_COUNT / STORE_COUNT;

				for (int o = 0; o < 2; o++)
					w->cost[pair][ops[o]][size][state][v] =
						nature_cost(n, ops[o], size,
							state, (enum isa)isa,
							(enum store)store,
							(enum flush)flush);
			}
		}
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

/* The state of the machine from one measurement to the next. */
struct machine {
	struct rng *rng;
	double drift, drift_waves; /* share; 0: a ramp */
	double burst; /* logarithm; 0: none */
	bool slow;
	double time, time_most; /* measurements */
};

static struct machine
machine_draw(struct rng *rng, double time_most)
{
	return (struct machine){
		.rng = rng,
		.drift = rng_uniform(rng, -DRIFT_MOST, DRIFT_MOST),
		.drift_waves = rng_chance(rng, 0.5) ? rng_uniform(rng, 0.5, 4) :
						      0,
		.time_most = time_most,
	};
}

static double
machine_noise(struct machine *m)
{
	double at = m->time++ / m->time_most;

	if (m->drift_waves > 0)
		at = (1 + sin(2 * M_PI * m->drift_waves * at)) / 2;
	if (rng_chance(m->rng, 1.0 / CLOCK_STAYS))
		m->slow = !m->slow;
	if (m->burst > 0 && rng_chance(m->rng, 1.0 / BURST_LENGTH))
		m->burst = 0;
	else if (m->burst == 0 && rng_chance(m->rng, 1.0 / BURST_EVERY))
		m->burst = rng_uniform(m->rng, 0.2, log(BURST_MOST));
	return JITTER * rng_normal(m->rng) + m->burst +
	       (m->slow ? log(CLOCK_RATIO) : 0) + log1p(m->drift * at);
}

/* A cell, by numbers that index the world. */
struct place {
	unsigned pair;
	enum op op;
	unsigned size, state;
};

#define PLACES_MOST (WORLD_PAIRS_MOST * 2 * WORLD_SIZES * WORLD_STATES)

/* A run of the measuring program. */
struct run {
	const struct world *world;
	struct rng *rng;
	struct machine machine;
	struct place places[PLACES_MOST];
	size_t place_count;
	unsigned variants[OP_COUNT][VARIANT_COUNT];
	size_t variant_count[OP_COUNT];
	double luck[PLACES_MOST][VARIANT_COUNT]; /* of placement */
	struct measurement *rows;
	size_t row_count;
};

static void
run_begin(struct run *run)
{
	const struct world *w = run->world;
	struct place p;

	for (int o = 0; o < 2; o++) {
		for (unsigned v = 0; v < VARIANT_COUNT; v++) {
			if (w->measured[ops[o]][v])
				run->variants[ops[o]]
					     [run->variant_count[ops[o]]++] = v;
		}
	}
	for (p.pair = 0; p.pair < w->pair_count; p.pair++)
		for (int o = 0; o < 2; o++)
			for (p.size = 0; p.size < WORLD_SIZES; p.size++)
				for (p.state = 0; p.state < WORLD_STATES;
					p.state++) {
					p.op = ops[o];
					run->places[run->place_count++] = p;
				}
}

static void
sample(struct run *run, size_t index, unsigned variant, unsigned rep)
{
	const struct place *p = &run->places[index];
	double cost = run->world->cost[p->pair][p->op][p->size][p->state]
				      [variant];

	run->rows[run->row_count++] = (struct measurement){
		.op = (enum op)p->op,
		.isa = (enum isa)(variant / FLUSH_COUNT / STORE_COUNT),
		.store = (enum store)(variant / FLUSH_COUNT % STORE_COUNT),
		.flush = (enum flush)(variant % FLUSH_COUNT),
		.residency = state_residency(p->state),
		.drain = state_drain(p->state),
		.threads = 1,
		.mem_node = p->pair,
		.size_bytes = WORLD_SIZE(p->size),
		.rep = rep,
		.time_ns = exp(cost + run->luck[index][variant] +
			       machine_noise(&run->machine)),
	};
}

static bool
in_round(const struct place *p, unsigned round)
{
	return WORLD_SIZE(p->size) < LARGE || round % LARGE_EVERY == 0;
}

/* Another process: its memory lies elsewhere. */
static void
luck_draw(struct run *run)
{
	for (size_t i = 0; i < run->place_count; i++) {
		enum op op = run->places[i].op;

		for (size_t v = 0; v < run->variant_count[op]; v++)
			run->luck[i][run->variants[op][v]] = PLACEMENT *
							     rng_normal(
								     run->rng);
	}
}

static void
round_interleaved(struct run *run, unsigned rep)
{
	size_t places[PLACES_MOST], variants[VARIANT_COUNT];

	rng_permutation(run->rng, places, run->place_count);
	for (size_t i = 0; i < run->place_count; i++) {
		const struct place *p = &run->places[places[i]];
		size_t count = run->variant_count[p->op];

		if (!in_round(p, rep % ROUNDS))
			continue;
		rng_permutation(run->rng, variants, count);
		for (size_t v = 0; v < count; v++)
			sample(run, places[i],
				run->variants[p->op][variants[v]], rep);
	}
}

static void
interleaved_measure(struct run *run)
{
	for (unsigned rep = 0; rep < STARTS * ROUNDS; rep++) {
		if (rep % ROUNDS == 0)
			luck_draw(run);
		round_interleaved(run, rep);
	}
}

/* Whoever measures so has operands hot and one call after the other. */
static void
by_cell_measure(struct run *run)
{
	luck_draw(run);
	for (size_t i = 0; i < run->place_count; i++) {
		const struct place *p = &run->places[i];

		if (state_residency(p->state) != RESIDENCY_WARM ||
			state_drain(p->state) != DRAIN_EACH)
			continue;
		for (size_t v = 0; v < run->variant_count[p->op]; v++) {
			for (unsigned rep = 0; rep < STARTS * ROUNDS; rep++) {
				if (in_round(p, rep % ROUNDS))
					sample(run, i, run->variants[p->op][v],
						rep);
			}
		}
	}
}

static void
by_variant_measure(struct run *run)
{
	for (size_t v = 0; v < run->variant_count[OP_MOVE]; v++) {
		luck_draw(run);
		for (unsigned rep = 0; rep < STARTS * ROUNDS; rep++) {
			for (size_t i = 0; i < run->place_count; i++) {
				const struct place *p = &run->places[i];

				if (v < run->variant_count[p->op] &&
					in_round(p, rep % ROUNDS))
					sample(run, i, run->variants[p->op][v],
						rep);
			}
		}
	}
}

size_t
world_measure(const struct world *w, enum order order, struct rng *rng,
	struct measurement *rows)
{
	static void (*const measure[])(struct run * run) = {
		[ORDER_INTERLEAVED] = interleaved_measure,
		[ORDER_BY_CELL] = by_cell_measure,
		[ORDER_BY_VARIANT] = by_variant_measure,
	};
	struct run run = {.world = w, .rng = rng, .rows = rows};

	run_begin(&run);
	run.machine = machine_draw(
		rng, (double)run.place_count / 2 * STARTS * ROUNDS *
			     (double)(run.variant_count[OP_MOVE] +
				      run.variant_count[OP_FLUSH]));
	measure[order](&run);
	return run.row_count;
}

void
world_costs(const struct world *w, size_t pair, struct costs *costs)
{
	struct weights weights;

	*costs = (struct costs){0};
	weights_default(&weights);
	for (int o = 0; o < 2; o++)
		for (int size = 0; size < WORLD_SIZES; size++)
			for (unsigned s = 0; s < WORLD_STATES; s++)
				costs_add(costs, &weights, ops[o],
					state_residency(s), state_drain(s),
					size, w->cost[pair][ops[o]][size][s]);
}
