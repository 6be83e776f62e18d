/*
 * simulate_measure.c: see simulate_model.h. A world's truth as a noisy machine
 * shows it, in the order that one way to measure or another takes.
 */
#include "simulate_model.h"

#include <math.h>

/* Process starts and rounds of each; lengths from LARGE on are measured in
 * every fourth round: less in all than any plan of plan.def buys. */
#define STARTS 2
#define ROUNDS 8
#define LARGE ((size_t)131072)
#define LARGE_EVERY 4

/* The noise of a shared virtual machine: standard deviation of jitter; luck of
 * placement in a start; bursts that begin once in so many measurements, last so
 * many, and multiply times by up to so much; drift over the run; and a clock
 * that changes between two speeds, staying for so many measurements. */
#define JITTER 0.05
#define PLACEMENT 0.01
#define BURST_EVERY 400
#define BURST_LENGTH 6
#define BURST_MOST 4.0
#define DRIFT_MOST 0.38
#define CLOCK_RATIO 1.25
#define CLOCK_STAYS 500

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

	for (int o = 0; o < WORLD_OPS; o++) {
		enum op op = world_ops[o];

		for (unsigned v = 0; v < VARIANT_COUNT; v++) {
			if (w->measured[op][v])
				run->variants[op][run->variant_count[op]++] = v;
		}
	}
	for (p.pair = 0; p.pair < w->pair_count; p.pair++)
		for (int o = 0; o < WORLD_OPS; o++)
			for (p.size = 0; p.size < WORLD_SIZES; p.size++)
				for (p.state = 0; p.state < WORLD_STATES;
					p.state++) {
					p.op = world_ops[o];
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
		.residency = world_residency(p->state),
		.drain = world_drain(p->state),
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

		if (world_residency(p->state) != RESIDENCY_WARM ||
			world_drain(p->state) != DRAIN_EACH)
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
