/*
 * threads_rounds.c: see threads_rounds.h
 *
 * Threads live for one visit. One that waited for its turn would share a core,
 * or at least the power of the socket, with those that work.
 */
#include "threads_rounds.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "buffer.h"
#include "crew.h"
#include "steal.h"

const size_t threads_sizes_bytes[THREADS_SIZES] = {4096, (size_t)1 << 20};

/* All threads of a node, and what those of the visit do. */
struct team {
	struct threads_rounds *rounds;
	unsigned node;
	size_t count;
	/* One a thread. */
	struct buffer *dest, *src;
	size_t buffers; /* open ones of each */
	struct cell_bench *benches;
	struct cell_place *places;
	struct steal *steal;
	double *ns;
	/* The visit. */
	struct crew crew;
	struct cell cell;
	struct variant variant;
};

void
threads_kernels_choose(struct threads_rounds *r, uint32_t features)
{
	for (int store = 0; store < STORE_COUNT; store++) {
		bool flushed = false;

		for (int flush = 0; flush < FLUSH_COUNT; flush++) {
			const struct copy_kernel *widest = NULL;

			for (int isa = 0; isa <= ISA_AVX512F; isa++) {
				const struct copy_kernel *k = copy_kernel_find(
					(enum isa)isa, (enum store)store,
					(enum flush)flush);

				if (k && (k->needs & features) == k->needs)
					widest = k;
			}
			if (!widest || (flushed && flush != FLUSH_NONE))
				continue;
			flushed = true;
			r->kernels[r->kernel_count++] = widest;
		}
	}
}

static void
team_close(struct team *t)
{
	for (size_t i = 0; i < t->buffers; i++) {
		buffer_close(&t->dest[i]);
		buffer_close(&t->src[i]);
	}
	free(t->dest);
	free(t->src);
	free(t->benches);
	free(t->places);
	free(t->steal);
	free(t->ns);
}

static int
member_open(struct team *t, size_t i, char error[PLATFORM_ERROR_BYTES])
{
	const struct threads_rounds *r = t->rounds;
	size_t most = threads_sizes_bytes[THREADS_SIZES - 1];
	int err = buffer_open(&t->dest[i], r->platform, r->target, t->node,
		cell_dest_bytes(most), error);

	if (err)
		return err;
	err = buffer_open(&t->src[i], r->platform, "dram", t->node,
		cell_src_bytes(most), error);
	if (err) {
		buffer_close(&t->dest[i]);
		return err;
	}
	t->benches[i] = (struct cell_bench){
		.timing = r->timing,
		.dest = t->dest[i].addr,
		.dest_bytes = t->dest[i].bytes,
		.src = t->src[i].addr,
		.src_bytes = t->src[i].bytes,
		.l1d_bytes = r->platform->l1d_bytes,
		.l2_bytes = r->platform->l2_bytes,
		.has_clflushopt = r->platform->cpu.features & CPU_CLFLUSHOPT,
		.crew = &t->crew,
	};
	t->buffers++;
	return 0;
}

static int
team_open(struct team *t, char error[PLATFORM_ERROR_BYTES])
{
	int err = 0;

	t->dest = calloc(t->count, sizeof(*t->dest));
	t->src = calloc(t->count, sizeof(*t->src));
	t->benches = calloc(t->count, sizeof(*t->benches));
	t->places = calloc(t->count, sizeof(*t->places));
	t->steal = calloc(t->count, sizeof(*t->steal));
	t->ns = calloc(t->count, sizeof(*t->ns));
	if (!t->dest || !t->src || !t->benches || !t->places || !t->steal ||
		!t->ns) {
		snprintf(error, PLATFORM_ERROR_BYTES, "out of memory");
		err = -ENOMEM;
	}
	for (size_t i = 0; !err && i < t->count; i++)
		err = member_open(t, i, error);
	if (err)
		team_close(t);
	return err;
}

static void
member_steal_read(size_t index, void *context)
{
	struct team *t = context;

	steal_read(&t->steal[index]);
}

/* Reads on every CPU what it has lost so far. */
static int
steal_begin(struct team *t, char error[PLATFORM_ERROR_BYTES])
{
	int err = crew_open(
		&t->crew, t->rounds->platform, t->node, t->count, error);

	if (err)
		return err;
	crew_run(&t->crew, member_steal_read, t);
	crew_close(&t->crew);
	return 0;
}

static double
steal_most_pct(const struct team *t)
{
	double most = 0;

	for (size_t i = 0; i < t->count; i++)
		most = fmax(most, steal_pct(&t->steal[i]));
	return most;
}

static void
member_sample(size_t index, void *context)
{
	struct team *t = context;

	t->ns[index] = cell_sample(
		&t->benches[index], &t->cell, &t->places[index], &t->variant);
}

/* Gigabytes a second of all threads together. */
static double
rate_take(struct team *t, const struct copy_kernel *kernel)
{
	double slowest_ns = 0;

	t->variant = (struct variant){
		CALL_MOVE, {.move = kernel->move}, flush_fence};
	crew_run(&t->crew, member_sample, t);
	for (size_t i = 0; i < t->crew.count; i++)
		slowest_ns = fmax(slowest_ns, t->ns[i]);
	return (double)(t->crew.count * t->cell.size_bytes) / slowest_ns;
}

static int
visit(struct team *t, size_t size, size_t count, unsigned round,
	char error[PLATFORM_ERROR_BYTES])
{
	struct threads_rounds *r = t->rounds;
	size_t order[THREADS_KERNELS_MOST];
	int err;

	t->cell = (struct cell){
		.op = OP_MOVE,
		.residency = RESIDENCY_COLD,
		.drain = DRAIN_BATCH,
		.size_bytes = threads_sizes_bytes[size],
	};
	for (size_t i = 0; i < r->threads[count]; i++)
		cell_place(&t->places[i], &t->benches[i], &t->cell, &r->rng);
	if (round == 0)
		states_look(&r->states, &t->benches[0], &t->cell, &t->places[0],
			&r->rng);
	err = crew_open(
		&t->crew, r->platform, t->node, r->threads[count], error);
	if (err)
		return err;
	rng_permutation(&r->rng, order, r->kernel_count);
	for (size_t k = 0; k < r->kernel_count; k++)
		r->gb_per_s[size][order[k]][count][round] = rate_take(
			t, r->kernels[order[k]]);
	crew_close(&t->crew);
	return 0;
}

static int
round_run(struct team *t, unsigned round, char error[PLATFORM_ERROR_BYTES])
{
	struct threads_rounds *r = t->rounds;
	size_t order[THREADS_SIZES * THREADS_COUNTS_MOST];
	size_t visits = THREADS_SIZES * r->counts;
	int err = 0;

	rng_permutation(&r->rng, order, visits);
	for (size_t i = 0; !err && i < visits; i++)
		err = visit(t, order[i] % THREADS_SIZES,
			order[i] / THREADS_SIZES, round, error);
	return err;
}

/* 1, 2, 4 ... and all CPUs of the node. */
static void
counts_choose(struct threads_rounds *r, size_t cpus)
{
	size_t threads = 1;

	r->counts = 0;
	while (threads < cpus && r->counts < THREADS_COUNTS_MOST - 1) {
		r->threads[r->counts++] = threads;
		threads *= 2;
	}
	r->threads[r->counts++] = cpus;
}

int
threads_rounds_run(struct threads_rounds *r, const struct platform_node *node,
	char error[PLATFORM_ERROR_BYTES])
{
	struct team team = {
		.rounds = r,
		.node = node->node,
		.count = node->cpu_count,
	};
	int err = team_open(&team, error);

	if (err)
		return err;
	counts_choose(r, node->cpu_count);
	r->states = (struct states){0};
	err = steal_begin(&team, error);
	for (unsigned i = 0; !err && i < r->round_count; i++)
		err = round_run(&team, i, error);
	r->stolen_pct = steal_most_pct(&team);
	team_close(&team);
	return err;
}
