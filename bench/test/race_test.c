/*
 * race_test.c: what is dropped and added, by rows whose truth is planted
 */
#include "race.h"

#include <math.h>
#include <string.h>

#include "check.h"
#include "cpu.h"
#include "stats.h"

#define FEATURES (CPU_SSE2 | CPU_CLFLUSH | CPU_CLFLUSHOPT | CPU_CLWB | CPU_AVX)
#define NOISE 0.002

static const struct race_span span = {
	.cpu_node = 0, .mem_node = 1, .rep_first = 16, .reps = 8};

/* Factors on times that are the same for all. */
struct plant {
	/* All variants that match; ISA_COUNT stands for every isa. */
	enum isa isa;
	enum store store;
	enum flush flush;
	double factor; /* 0: none */
	bool move_alone; /* of the copies */
	double clflush_factor; /* of op flush; 0: 1 */
	/* The factor where the length is this. */
	size_t odd_bytes;
	double odd_factor;
	/* Streaming costs twice as much up to the one and half as much from
	 * the other length on. */
	size_t cached_to_bytes, stream_from_bytes;
};

static double
cost(const struct plant *p, const struct measurement *m)
{
	bool is_meant = m->store == p->store && m->flush == p->flush &&
			(m->isa == p->isa || p->isa == ISA_COUNT);
	double time = 20 + (double)m->size_bytes / 16;

	if (m->op == OP_FLUSH)
		return m->flush == FLUSH_CLFLUSH && p->clflush_factor > 0 ?
			       time * p->clflush_factor :
			       time;
	if (m->store == STORE_STREAM && m->size_bytes <= p->cached_to_bytes)
		time *= 2;
	if (m->store == STORE_STREAM && p->stream_from_bytes &&
		m->size_bytes >= p->stream_from_bytes)
		time /= 2;
	if (!is_meant || p->factor <= 0 || (p->move_alone && m->op != OP_MOVE))
		return time;
	return time *
	       (m->size_bytes == p->odd_bytes ? p->odd_factor : p->factor);
}

static struct plan_work
expand(void)
{
	struct plan_filter filter;
	struct plan_work work;

	CHECK(plan_filter_parse(&filter, NULL) == 0);
	CHECK(plan_expand(&work, plan_find("quick"), FEATURES, &filter) == 0);
	return work;
}

static void
rows_plant(struct measurements *all, const struct plan_work *work,
	const struct plant *plant, const struct race_span *at)
{
	struct rng rng;

	/* One of those by which no flush seems faster at any length: by chance
	 * each does at one of 40, and then is kept. */
	rng_seed(&rng, 3);
	for (size_t i = 0; i < work->cell_count * at->reps; i++) {
		const struct cell *c = &work->cells[i % work->cell_count];
		double drift = rng_uniform(&rng, 1, 1.4);

		for (size_t v = 0; v < work->variant_count[c->op]; v++) {
			const struct plan_variant
				*x = &work->variants[c->op][v];
			struct measurement m = {
				.op = c->op,
				.isa = x->isa,
				.store = x->store,
				.flush = x->flush,
				.residency = c->residency,
				.drain = c->drain,
				.threads = 1,
				.cpu_node = at->cpu_node,
				.mem_node = at->mem_node,
				.size_bytes = c->size_bytes,
				.dst_offset = c->dst_offset,
				.src_offset = c->src_offset,
				.rep = at->rep_first +
				       (unsigned)(i / work->cell_count),
			};

			m.time_ns = cost(plant, &m) * drift *
				    rng_uniform(&rng, 1 - NOISE, 1 + NOISE);
			CHECK(measurements_push(all, &m) == 0);
		}
	}
}

static struct race
judge(const struct plant *plant)
{
	struct plan_work work = expand();
	struct measurements all = {0};
	struct race race;

	rows_plant(&all, &work, plant, &span);
	CHECK(race_judge(&race, &work, &all, &span, FEATURES) == 0);
	measurements_free(&all);
	plan_free(&work);
	return race;
}

/* How many variants of an operation are dropped. */
static size_t
dropped(const struct race *race, enum op op)
{
	size_t count = 0;

	for (size_t v = 0; v < PLAN_VARIANTS_MOST; v++)
		count += race->dropped[op][v];
	return count;
}

static bool
is_dropped(const struct race *race, enum op op, enum isa isa, enum store store,
	enum flush flush)
{
	struct plan_work work = expand();
	size_t v = 0;

	while (work.variants[op][v].isa != isa ||
		work.variants[op][v].store != store ||
		work.variants[op][v].flush != flush)
		CHECK(++v < work.variant_count[op]);
	plan_free(&work);
	return race->dropped[op][v];
}

static void
check_none(const struct race *race)
{
	for (int op = 0; op < OP_COUNT; op++)
		CHECK(dropped(race, (enum op)op) == 0, "op %d", op);
}

static void
test_losers(void)
{
	struct plant p = {.isa = ISA_SSE2,
		.store = STORE_CACHED,
		.flush = FLUSH_CLWB,
		.factor = 1.05};
	struct race race = judge(&p);

	for (int op = OP_MOVE; op <= OP_SET; op++) {
		CHECK(dropped(&race, (enum op)op) == 1);
		CHECK(is_dropped(&race, (enum op)op, ISA_SSE2, STORE_CACHED,
			FLUSH_CLWB));
	}
	CHECK(dropped(&race, OP_FLUSH) == 0);

	/* Where it is better at one length, and where it loses only a tie. */
	p.odd_bytes = 4096;
	p.odd_factor = 0.97;
	race = judge(&p);
	check_none(&race);
	p.odd_bytes = 0;
	p.factor = 1.004;
	race = judge(&p);
	check_none(&race);

	/* Nothing differs. */
	p.factor = 0;
	race = judge(&p);
	check_none(&race);
}

static void
test_default(void)
{
	/* Default rows move by avx/cached/clwb, and stream by avx. */
	struct plant p = {.isa = ISA_AVX,
		.store = STORE_CACHED,
		.flush = FLUSH_CLWB,
		.factor = 1.3};
	struct race race = judge(&p);

	check_none(&race);
	p.store = STORE_STREAM;
	p.flush = FLUSH_NONE;
	race = judge(&p);
	check_none(&race);
}

static void
test_domains(void)
{
	/* Without a flush all is faster, where that is durable. */
	struct plant p = {.isa = ISA_COUNT,
		.store = STORE_STREAM,
		.flush = FLUSH_NONE,
		.factor = 0.5};
	struct race race = judge(&p);

	check_none(&race);
	p.store = STORE_CACHED;
	race = judge(&p);
	check_none(&race);

	/* With a flush streaming may serve everywhere: none has no use left,
	 * but for the default's. */
	p.store = STORE_STREAM;
	p.factor = 1.5;
	race = judge(&p);
	CHECK(dropped(&race, OP_MOVE) == 3);
	CHECK(is_dropped(&race, OP_MOVE, ISA_SSE2, STORE_STREAM, FLUSH_NONE));
	CHECK(is_dropped(
		&race, OP_MOVE, ISA_AVX_MOVNTI, STORE_STREAM, FLUSH_NONE));
	CHECK(is_dropped(
		&race, OP_MOVE, ISA_AVX_ADAPT, STORE_STREAM, FLUSH_NONE));
}

static void
test_flush(void)
{
	/* A flush that loses in one operation may win the row by another. */
	struct plant p = {.isa = ISA_COUNT,
		.store = STORE_CACHED,
		.flush = FLUSH_CLFLUSH,
		.factor = 1.5};
	struct race race = judge(&p);

	CHECK(dropped(&race, OP_MOVE) == 2);
	CHECK(is_dropped(&race, OP_SET, ISA_AVX, STORE_CACHED, FLUSH_CLFLUSH));
	p.move_alone = true;
	race = judge(&p);
	check_none(&race);
	p.move_alone = false;
	p.clflush_factor = 0.9;
	race = judge(&p);
	check_none(&race);

	/* A stream kernel has a flush of its own. */
	p.store = STORE_STREAM;
	p.move_alone = true;
	race = judge(&p);
	CHECK(dropped(&race, OP_MOVE) == 3);
	CHECK(dropped(&race, OP_SET) == 0);
}

static void
check_added(const struct race *race, const size_t *sizes_bytes)
{
	for (int op = OP_MOVE; op <= OP_SET; op++) {
		for (size_t i = 0; i <= RACE_ADDED_MOST; i++) {
			CHECK(race->added_bytes[op][i] == sizes_bytes[i],
				"%zu: %zu", i, race->added_bytes[op][i]);
			if (!sizes_bytes[i])
				break;
		}
	}
	CHECK(race->added_bytes[OP_FLUSH][0] == 0);
}

static void
test_refinement(void)
{
	struct plant p = {.cached_to_bytes = 512, .stream_from_bytes = 1024};
	struct race race = judge(&p);

	check_added(&race, (size_t[]){768, 0});
	p.cached_to_bytes = 256;
	p.stream_from_bytes = 2048;
	race = judge(&p);
	check_added(&race, (size_t[]){384, 768, 1536, 0});
	/* Of many the nearest to the middle, 1024. */
	p.cached_to_bytes = 64;
	p.stream_from_bytes = 16384;
	race = judge(&p);
	check_added(&race, (size_t[]){384, 768, 1536, 3072, 0});
	/* No whole line between; never; always; in one length alone. */
	p.cached_to_bytes = 64;
	p.stream_from_bytes = 128;
	race = judge(&p);
	check_added(&race, (size_t[]){0});
	p.stream_from_bytes = 0;
	race = judge(&p);
	check_added(&race, (size_t[]){0});
	p.cached_to_bytes = 0;
	p.stream_from_bytes = 8;
	race = judge(&p);
	check_added(&race, (size_t[]){0});
}

static void
shuffle(struct measurements *all)
{
	struct rng rng;

	rng_seed(&rng, 2);
	for (size_t i = all->count; i > 1; i--) {
		size_t j = rng_below(&rng, i);
		struct measurement m = all->rows[i - 1];

		all->rows[i - 1] = all->rows[j];
		all->rows[j] = m;
	}
}

static void
test_order(void)
{
	const struct plant p = {.isa = ISA_SSE2,
		.store = STORE_CACHED,
		.flush = FLUSH_CLWB,
		.factor = 1.05,
		.cached_to_bytes = 256,
		.stream_from_bytes = 2048};
	const struct plant other = {.isa = ISA_SSE2,
		.store = STORE_STREAM,
		.flush = FLUSH_CLWB,
		.factor = 1.05};
	const struct race_span before = {0, 1, 8, 8}, after = {0, 1, 24, 8};
	const struct race_span elsewhere = {1, 1, 16, 8};
	struct race race = judge(&p), again;
	struct plan_work work = expand();
	struct measurements all = {0};

	rows_plant(&all, &work, &p, &span);
	shuffle(&all);
	CHECK(race_judge(&again, &work, &all, &span, FEATURES) == 0);
	CHECK(memcmp(&race, &again, sizeof(race)) == 0);

	/* Rows of other starts and pairs do not count. */
	rows_plant(&all, &work, &other, &before);
	rows_plant(&all, &work, &other, &after);
	rows_plant(&all, &work, &other, &elsewhere);
	CHECK(race_judge(&again, &work, &all, &span, FEATURES) == 0);
	CHECK(memcmp(&race, &again, sizeof(race)) == 0);
	measurements_free(&all);
	plan_free(&work);
}

static void
test_few(void)
{
	const struct plant p = {.isa = ISA_SSE2,
		.store = STORE_CACHED,
		.flush = FLUSH_CLWB,
		.factor = 1.5,
		.cached_to_bytes = 256,
		.stream_from_bytes = 2048};
	const struct race_span few = {0, 1, 16, 3};
	struct plan_work work = expand();
	struct measurements all = {0};
	struct race race;

	CHECK(race_judge(&race, &work, &all, &span, FEATURES) == 0);
	check_none(&race);
	check_added(&race, (size_t[]){0});
	rows_plant(&all, &work, &p, &few);
	CHECK(race_judge(&race, &work, &all, &span, FEATURES) == 0);
	check_none(&race);
	check_added(&race, (size_t[]){0});
	measurements_free(&all);
	plan_free(&work);
}

static void
test_apply(void)
{
	const struct plant p = {.isa = ISA_SSE2,
		.store = STORE_CACHED,
		.flush = FLUSH_CLWB,
		.factor = 1.05,
		.cached_to_bytes = 512,
		.stream_from_bytes = 1024};
	struct race race = judge(&p);
	struct plan_work work = expand();
	size_t cells = work.cell_count, variants = work.variant_count[OP_SET];
	struct plan_filter filter;

	CHECK(plan_filter_parse(&filter, "move,set,warm,cold") == 0);
	CHECK(race_apply(&race, &work, &filter) == 0);
	CHECK(work.variant_count[OP_SET] == variants - 1);
	for (size_t v = 0; v < variants - 1; v++)
		CHECK(work.variants[OP_SET][v].isa != ISA_SSE2 ||
			work.variants[OP_SET][v].store != STORE_CACHED ||
			work.variants[OP_SET][v].flush != FLUSH_CLWB);
	/* One length of two operations, warm and cold, each and batch. */
	CHECK(work.cell_count == cells + 8);
	for (size_t i = cells; i < work.cell_count; i++) {
		CHECK(work.cells[i].size_bytes == 768);
		CHECK(work.cells[i].dst_offset == 0);
		CHECK(work.cells[i].residency != RESIDENCY_REREAD);
	}
	plan_free(&work);
}

int
main(void)
{
	test_losers();
	test_default();
	test_domains();
	test_flush();
	test_refinement();
	test_order();
	test_few();
	test_apply();
	return 0;
}
