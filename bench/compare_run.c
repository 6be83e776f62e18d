/*
 * compare_run.c: all instances of all cells, interleaved
 *
 * As in the sweep: a round visits every cell in an order drawn anew and
 * measures all instances one after the other, in an order drawn anew, on one
 * place in memory. With several threads a sample is the slowest thread's, for
 * the work is done when all have done theirs.
 */
#include "compare.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* The first rounds also look at what instances leave behind: so many lines of
 * each cell. */
#define LOOK_ROUNDS 2
#define LOOK_LINES ((size_t)32)

/* What one sample's threads share. */
struct sample {
	const struct compare_run *run;
	const struct cell *cell;
	const struct variant *variant;
	struct cell_place *places; /* one a thread */
	double *ns;
};

static void
sample_member(size_t index, void *context)
{
	struct sample *s = context;

	s->ns[index] = cell_sample(&s->run->benches[index], s->cell,
		&s->places[index], s->variant);
}

static double
sample_take(struct sample *s)
{
	double slowest = 0;

	crew_run(s->run->crew, sample_member, s);
	for (size_t i = 0; i < s->run->crew->count; i++)
		slowest = fmax(slowest, s->ns[i]);
	return slowest;
}

/* Buffers of a run's samples and orders. */
struct scratch {
	size_t *cells, *instances;
	struct cell_place *places;
	double *ns;
	struct progress progress;
	double begun_s;
};

static void
instance_look(struct compare_run *r, size_t cell_index, size_t instance,
	const struct sample *s, struct rng *rng)
{
	cell_prepare(&r->benches[0], s->cell, &s->places[0]);
	cell_section(&r->benches[0], s->cell, &s->places[0], s->variant);
	cell_look(compare_tally(r, cell_index, instance), &r->benches[0],
		s->cell, &s->places[0], LOOK_LINES, rng);
}

static void
cell_run(struct compare_run *r, struct scratch *scratch, size_t index,
	unsigned round, struct rng *rng)
{
	const struct cell *cell = &r->work.cells[index];
	size_t instances = r->libs->instance_count;
	struct sample s = {
		.run = r,
		.cell = cell,
		.places = scratch->places,
		.ns = scratch->ns,
	};

	for (size_t i = 0; i < r->crew->count; i++)
		cell_place(&s.places[i], &r->benches[i], cell, rng);
	rng_permutation(rng, scratch->instances, instances);
	if (round == 0)
		states_look(
			&r->states, &r->benches[0], cell, &s.places[0], rng);
	for (size_t i = 0; i < instances; i++) {
		size_t n = scratch->instances[i];
		size_t line = index * instances + n;

		s.variant = &r->libs->instances[n]
				     .variants[cell->op][cell->drain];
		r->ns[line * r->rounds_most + round] = sample_take(&s);
		if (round < LOOK_ROUNDS)
			instance_look(r, index, n, &s, rng);
	}
}

static void
progress_tell(struct compare_run *r, struct scratch *scratch,
	const struct cell *cell, unsigned round, double now_s)
{
	double time = (now_s - scratch->begun_s) / r->seconds;
	double rounds = (double)round / r->rounds_most;

	progress_show(&scratch->progress, fmax(time, rounds),
		"node %u  %s %zu %s", r->cpu_node, op_names[cell->op],
		cell->size_bytes, residency_names[cell->residency]);
}

/* Seconds that the round's cells took, small and large. */
static int
round_run(struct compare_run *r, struct scratch *scratch, unsigned round,
	double *small_s, double *large_s, char error[LIBRARY_ERROR_BYTES])
{
	double last_s = timing_seconds();
	struct rng rng;
	int err;

	*small_s = *large_s = 0;
	rng_seed(&rng, r->seed + round);
	err = compare_libs_reload(r->libs, &rng, error);
	if (err)
		return err;
	rng_permutation(&rng, scratch->cells, r->work.cell_count);
	for (size_t i = 0; i < r->work.cell_count; i++) {
		const struct cell *cell = &r->work.cells[scratch->cells[i]];
		double now_s;

		if (!plan_in_round(cell, round))
			continue;
		cell_run(r, scratch, scratch->cells[i], round, &rng);
		now_s = timing_seconds();
		*(plan_is_large(cell) ? large_s : small_s) += now_s - last_s;
		last_s = now_s;
		progress_tell(r, scratch, cell, round, now_s);
	}
	return 0;
}

/* As many rounds as fit, by what the last ones took; at least one. */
static int
rounds_run(struct compare_run *r, struct scratch *scratch,
	char error[LIBRARY_ERROR_BYTES])
{
	double small_s = 0, large_s = 0, last_large_s = 0, end_s;

	do {
		int err = round_run(
			r, scratch, r->rounds, &small_s, &large_s, error);

		if (err)
			return err;
		r->rounds++;
		if (large_s > 0)
			last_large_s = large_s;
		end_s = timing_seconds() - scratch->begun_s + small_s;
		if (r->rounds % PLAN_LARGE_EVERY == 0)
			end_s += last_large_s;
	} while (r->rounds < r->rounds_most && end_s <= r->seconds);
	return 0;
}

int
compare_run(struct compare_run *r, char error[LIBRARY_ERROR_BYTES])
{
	size_t lines = r->work.cell_count * r->libs->instance_count;
	struct scratch scratch = {
		.cells = calloc(r->work.cell_count, sizeof(size_t)),
		.instances = calloc(r->libs->instance_count, sizeof(size_t)),
		.places = calloc(r->crew->count, sizeof(struct cell_place)),
		.ns = calloc(r->crew->count, sizeof(double)),
		.begun_s = timing_seconds(),
	};
	int err = -ENOMEM;

	snprintf(error, LIBRARY_ERROR_BYTES, "cannot compare: out of memory");
	r->ns = calloc(lines * r->rounds_most, sizeof(*r->ns));
	r->tallies = calloc(lines, sizeof(*r->tallies));
	if (!scratch.cells || !scratch.instances || !scratch.places ||
		!scratch.ns || !r->ns || !r->tallies)
		goto free_scratch;
	for (size_t i = 0; i < lines * r->rounds_most; i++)
		r->ns[i] = NAN;
	progress_open(&scratch.progress, scratch.begun_s, 0);
	err = rounds_run(r, &scratch, error);
	progress_close(&scratch.progress);
free_scratch:
	free(scratch.cells);
	free(scratch.instances);
	free(scratch.places);
	free(scratch.ns);
	if (err)
		compare_run_free(r);
	return err;
}

void
compare_run_free(struct compare_run *r)
{
	free(r->ns);
	free(r->tallies);
	r->ns = NULL;
	r->tallies = NULL;
}
