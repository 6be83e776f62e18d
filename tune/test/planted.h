/*
 * planted.h: measurements whose right answer is known
 *
 * Streaming costs more below a length and less from there on; flushes cost what
 * the plant says. A few percent of seeded noise go on top.
 */
#ifndef TUNE_TEST_PLANTED_H
#define TUNE_TEST_PLANTED_H

#include "measurement.h"
#include "policy.h"
#include "stats.h"

/* Octaves from 8 bytes to 16 MiB. */
#define PLANTED_SIZES 22
#define PLANTED_SIZE(i) ((size_t)8 << (i))

struct plant {
	unsigned cpu_node, mem_node;
	enum isa isa;
	size_t stream_from_bytes; /* or POLICY_NEVER */
	double win, lose; /* ratios of streaming to cached stores */
	double flush[FLUSH_COUNT]; /* cost of cached stores with this flush */
	double stream_none; /* cost of streaming ones without a flush */
	unsigned states; /* warm, cold, reread with drain each, then batch */
	unsigned repetitions;
	double noise; /* largest relative error */
};

/* Streaming pays off by a third from 1024 bytes; clwb is the best flush. */
static const struct plant planted_usual = {
	.isa = ISA_AVX,
	.stream_from_bytes = 1024,
	.win = 0.67,
	.lose = 1.5,
	.flush = {1, 1.3, 1.6, 0.4},
	/* Little less than with a flush: no win where none is planted. */
	.stream_none = 0.95,
	.states = 2,
	.repetitions = 8,
	.noise = 0.02,
};

#define PLANTED_ROWS_MOST \
	((size_t)PLANTED_SIZES * RESIDENCY_COUNT * DRAIN_COUNT * \
		(2 * STORE_COUNT + 1) * FLUSH_COUNT * 32)

static inline double
planted_time(const struct plant *p, const struct measurement *m)
{
	double time = 20 + (double)m->size_bytes / 16;

	if (m->store == STORE_CACHED)
		return time * p->flush[m->flush];
	time *= m->flush == FLUSH_NONE ? p->stream_none : p->flush[m->flush];
	return time *
	       (m->size_bytes >= p->stream_from_bytes ? p->win : p->lose);
}

static inline void
planted_variant(struct measurements *all, const struct plant *p,
	struct measurement m, struct rng *rng)
{
	for (m.rep = 0; m.rep < p->repetitions; m.rep++) {
		double error = rng_uniform(rng, -1, 1);

		m.time_ns = planted_time(p, &m) * (1 + p->noise * error);
		all->rows[all->count++] = m;
	}
}

static inline void
planted_cell(struct measurements *all, const struct plant *p,
	struct measurement m, struct rng *rng)
{
	for (int flush = 0; flush < FLUSH_COUNT; flush++) {
		m.flush = (enum flush)flush;
		m.store = STORE_CACHED;
		m.isa = m.op == OP_FLUSH ? ISA_GENERIC : p->isa;
		planted_variant(all, p, m, rng);
		m.store = STORE_STREAM;
		if (m.op != OP_FLUSH)
			planted_variant(all, p, m, rng);
	}
}

/* Appends the plant's rows, for all operations, states and lengths. */
static inline void
planted_add(struct measurements *all, const struct plant *p, uint64_t seed)
{
	struct measurement m = {
		.threads = 1, .cpu_node = p->cpu_node, .mem_node = p->mem_node};
	struct rng rng;

	if (!all->rows)
		all->rows = calloc(4 * PLANTED_ROWS_MOST, sizeof(*all->rows));
	rng_seed(&rng, seed);
	for (unsigned i = 0; i < OP_COUNT * p->states; i++) {
		m.op = (enum op)(i % OP_COUNT);
		m.residency = (enum residency)(i / OP_COUNT % RESIDENCY_COUNT);
		m.drain = (enum drain)(i / OP_COUNT / RESIDENCY_COUNT);
		for (int s = 0; s < PLANTED_SIZES; s++) {
			m.size_bytes = PLANTED_SIZE(s);
			planted_cell(all, p, m, &rng);
		}
	}
}

#endif
