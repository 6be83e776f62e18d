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
#include <string.h>

/* The first rounds also look at what instances leave behind: so many lines of
 * each cell. */
#define LOOK_ROUNDS 2
#define LOOK_LINES ((size_t)32)

/* And more of them whether caches hold what was prepared: if there are few
 * cells, one look that the kernel interrupts is not to be much of all. */
#define STATES_ROUNDS 8

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
sample_crew(struct sample *s)
{
	double slowest = 0;

	crew_run(s->run->crew, sample_member, s);
	for (size_t i = 0; i < s->run->crew->count; i++)
		slowest = fmax(slowest, s->ns[i]);
	return slowest;
}

/* A sample of one thread is of a core that is ours alone, as far as patience
 * goes; several threads of ours may share one. */
static double
sample_take(struct compare_run *r, struct sample *s, struct progress *progress)
{
	double ns;

	if (r->crew->count > 1)
		return sample_crew(s);
	do {
		while (quiet_wait(&r->quiet))
			progress_wait(progress, QUIET_WAITING);
		ns = sample_crew(s);
	} while (quiet_again(&r->quiet));
	return ns;
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
	size_t settings = compare_settings_from(r->libs);
	struct sample s = {
		.run = r,
		.cell = cell,
		.places = scratch->places,
		.ns = scratch->ns,
	};

	for (size_t i = 0; i < r->crew->count; i++)
		cell_place(&s.places[i], &r->benches[i], cell, rng);
	rng_permutation(rng, scratch->instances, instances);
	if (round < STATES_ROUNDS)
		states_look(
			&r->states, &r->benches[0], cell, &s.places[0], rng);
	for (size_t i = 0; i < instances; i++) {
		size_t n = scratch->instances[i];
		size_t line = index * instances + n;

		if (!*compare_wanted(r, index, n))
			continue;
		s.variant = &r->libs->instances[n]
				     .variants[cell->op][cell->drain];
		r->ns[line * r->rounds_most + round] = sample_take(
			r, &s, &scratch->progress);
		if (round < LOOK_ROUNDS && n < settings)
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
	double last_s = quiet_measuring_s(&r->quiet);
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
		now_s = quiet_measuring_s(&r->quiet);
		*(plan_is_large(cell) ? large_s : small_s) += now_s - last_s;
		last_s = now_s;
		progress_tell(r, scratch, cell, round, timing_seconds());
	}
	return 0;
}

/* Whether to choose now: at an even number of rounds, so that the next one
 * measures large cells too. */
static bool
is_time_to_choose(const struct compare_run *r, double now_s)
{
	return r->choices && !r->chosen && r->rounds % PLAN_LARGE_EVERY == 0 &&
	       (now_s >= r->choose_s || r->rounds >= r->rounds_most / 2);
}

/* As many rounds as fit, by what the last ones took; at least one, and one
 * with what was chosen. */
static int
rounds_run(struct compare_run *r, struct scratch *scratch,
	char error[LIBRARY_ERROR_BYTES])
{
	double small_s = 0, large_s = 0, last_large_s = 0, now_s, end_s;

	do {
		int err = round_run(
			r, scratch, r->rounds, &small_s, &large_s, error);

		if (err)
			return err;
		r->rounds++;
		if (large_s > 0)
			last_large_s = large_s;
		now_s = timing_seconds() - scratch->begun_s;
		if (is_time_to_choose(r, now_s))
			compare_choose(r);
		end_s = now_s + small_s;
		if (r->rounds % PLAN_LARGE_EVERY == 0)
			end_s += last_large_s;
	} while ((r->choices && (!r->chosen || r->chosen == r->rounds)) ||
		 (r->rounds < r->rounds_most && end_s <= r->seconds));
	return 0;
}

int
compare_run_open(struct compare_run *r)
{
	size_t lines = r->work.cell_count * r->libs->instance_count;

	r->ns = calloc(lines * r->rounds_most, sizeof(*r->ns));
	r->tallies = calloc(lines, sizeof(*r->tallies));
	r->wanted = malloc(lines * sizeof(*r->wanted));
	if (r->libs->has_candidates)
		r->choices = calloc(r->work.cell_count, sizeof(*r->choices));
	if (!r->ns || !r->tallies || !r->wanted ||
		(r->libs->has_candidates && !r->choices)) {
		compare_run_free(r);
		return -ENOMEM;
	}
	for (size_t i = 0; i < lines * r->rounds_most; i++)
		r->ns[i] = NAN;
	memset(r->wanted, true, lines * sizeof(*r->wanted));
	return 0;
}

int
compare_run(struct compare_run *r, char error[LIBRARY_ERROR_BYTES])
{
	struct scratch scratch = {
		.cells = calloc(r->work.cell_count, sizeof(size_t)),
		.instances = calloc(r->libs->instance_count, sizeof(size_t)),
		.places = calloc(r->crew->count, sizeof(struct cell_place)),
		.ns = calloc(r->crew->count, sizeof(double)),
		.begun_s = timing_seconds(),
	};
	int err = -ENOMEM;

	snprintf(error, LIBRARY_ERROR_BYTES, "cannot compare: out of memory");
	if (!scratch.cells || !scratch.instances || !scratch.places ||
		!scratch.ns)
		goto free_scratch;
	progress_open(&scratch.progress, scratch.begun_s, 0);
	steal_read(&r->steal);
	r->quiet = (struct quiet){
		.timing = r->benches[0].timing,
		.platform = r->crew->platform,
		.cpu_node = r->cpu_node,
		.steal = &r->steal,
		.cpu = r->quiet.cpu,
		.look = quiet_look,
		.alone = r->quiet.alone,
		.patience_s = r->patience_s,
	};
	if (r->crew->count == 1)
		quiet_open(&r->quiet);
	err = rounds_run(r, &scratch, error);
	progress_close(&scratch.progress);
free_scratch:
	free(scratch.cells);
	free(scratch.instances);
	free(scratch.places);
	free(scratch.ns);
	return err;
}

void
compare_run_free(struct compare_run *r)
{
	free(r->ns);
	free(r->tallies);
	free(r->wanted);
	free(r->choices);
	r->ns = NULL;
	r->tallies = NULL;
	r->wanted = NULL;
	r->choices = NULL;
}
