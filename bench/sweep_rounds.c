/*
 * sweep_rounds.c: see sweep_rounds.h
 */
#include "sweep_rounds.h"

#include <errno.h>
#include <stdlib.h>

/* A start whose rounds became slower than the first may take so much more than
 * its share before it is cut short: machines are not that even. */
#define OVERRUN 1.15

/* What the cells of a round cost: those of every round, and the large ones. */
struct round_cost {
	double small_s, large_s;
};

unsigned
sweep_rep_first(const struct plan *plan, unsigned start)
{
	return start * plan->rounds_most;
}

static size_t
variants_of(const struct sweep_rounds *r, const struct cell *cell)
{
	return r->work.variant_count[cell->op];
}

static struct measurement
row_of(const struct sweep_rounds *r, const struct cell *cell,
	const struct plan_variant *v, unsigned round)
{
	return (struct measurement){
		.op = cell->op,
		.isa = v->isa,
		.store = v->store,
		.flush = v->flush,
		.residency = cell->residency,
		.drain = cell->drain,
		.threads = 1,
		.cpu_node = r->job->cpu_node,
		.mem_node = r->job->mem_node,
		.size_bytes = cell->size_bytes,
		.dst_offset = cell->dst_offset,
		.src_offset = cell->src_offset,
		.rep = sweep_rep_first(r->plan, r->job->index) + round,
	};
}

/* Runs a section under the counters; 0 where there are none. */
static int
events_count(struct sweep_rounds *r, const struct cell *cell,
	const struct cell_place *place, const struct variant *variant,
	const struct measurement *row)
{
	long long events[COUNTER_COUNT];

	if (r->counts.fd < 0)
		return 0;
	cell_prepare(&r->bench, cell, place);
	counters_start(&r->counts.counters);
	cell_section(&r->bench, cell, place, variant);
	counters_stop(&r->counts.counters, events);
	return sweep_counts_write(&r->counts, row, place->count, events);
}

/* A sample of a core that is ours alone, as far as patience goes. 0 or -EINTR
 * (stopped). */
static int
sample_take(struct sweep_rounds *r, const struct cell *cell,
	const struct cell_place *place, const struct variant *variant,
	double *time_ns)
{
	do {
		while (quiet_wait(&r->quiet)) {
			if (*r->stop)
				return -EINTR;
			progress_wait(&r->progress, QUIET_WAITING);
		}
		if (*r->stop)
			return -EINTR;
		*time_ns = cell_sample(&r->bench, cell, place, variant);
	} while (quiet_again(&r->quiet));
	return 0;
}

static int
cell_run(struct sweep_rounds *r, size_t index, unsigned round, struct rng *rng)
{
	const struct cell *cell = &r->work.cells[index];
	size_t variants = variants_of(r, cell), rows = 0;
	struct measurement row[PLAN_VARIANTS_MOST];
	size_t order[PLAN_VARIANTS_MOST];
	struct cell_place place;
	int err = 0;

	cell_place(&place, &r->bench, cell, rng);
	rng_permutation(rng, order, variants);
	if (round == 0)
		states_look(&r->states, &r->bench, cell, &place, rng);
	for (size_t i = 0; i < variants; i++) {
		const struct plan_variant
			*v = &r->work.variants[cell->op][order[i]];

		if (*sweep_done_row(&r->done, round, index, order[i]))
			continue;
		row[rows] = row_of(r, cell, v, round);
		if (round == 0)
			err = events_count(
				r, cell, &place, &v->variant, &row[rows]);
		if (!err)
			err = sample_take(r, cell, &place, &v->variant,
				&row[rows].time_ns);
		if (err)
			return err;
		rows++;
	}
	return measurement_write(&r->writer, row, rows);
}

/* The share of the whole run that is done once this start has gone on for so
 * long of the time it is expected to take. */
static void
progress_tell(struct sweep_rounds *r, const struct cell *cell, double elapsed_s,
	double expected_s)
{
	double share = elapsed_s < expected_s ? elapsed_s / expected_s : 1;

	progress_show(&r->progress,
		((double)r->job->index + share) / (double)r->job->count,
		"node %u to %u  %s %zu", r->job->cpu_node, r->job->mem_node,
		op_names[cell->op], cell->size_bytes);
}

static int
round_run(struct sweep_rounds *r, unsigned round, size_t *order,
	struct round_cost *cost, double begun_s, double expected_s)
{
	struct rng rng;
	double last_s = quiet_measuring_s(&r->quiet);

	*cost = (struct round_cost){0};
	rng_seed(&rng,
		r->job->seed + sweep_rep_first(r->plan, r->job->index) + round);
	rng_permutation(&rng, order, r->work.cell_count);
	for (size_t i = 0; i < r->work.cell_count; i++) {
		const struct cell *cell = &r->work.cells[order[i]];
		double now_s;
		int err;

		if (!plan_in_round(cell, round))
			continue;
		err = cell_run(r, order[i], round, &rng);
		if (err)
			return err;
		now_s = quiet_measuring_s(&r->quiet);
		*(plan_is_large(cell) ? &cost->large_s :
					&cost->small_s) += now_s - last_s;
		last_s = now_s;
		progress_tell(r, cell, now_s - begun_s, expected_s);
	}
	return 0;
}

/* Settles how many rounds the start has and says so in the file, so that a
 * resumed one runs as many. */
static int
rounds_settle(struct sweep_rounds *r, unsigned rounds)
{
	struct provenance fact = {0};
	char key[sizeof(SWEEP_ROUNDS_KEY) + 10];
	int err;

	r->rounds = rounds;
	snprintf(key, sizeof(key), SWEEP_ROUNDS_KEY, r->job->index);
	err = provenance_addf(&fact, key, "%u", rounds);
	if (!err)
		err = measurement_comment(&r->writer, &fact);
	provenance_free(&fact);
	return err;
}

/* After the first round: as many more as fit. After later ones: no more, if the
 * next would take too long; the first may have been a lucky one. */
static int
rounds_reconsider(struct sweep_rounds *r, unsigned done,
	const struct round_cost *cost, double *expected_s, double elapsed_s)
{
	if (done == 1 && !r->job->rounds) {
		unsigned rounds = plan_rounds(r->job->seconds, cost->small_s,
			cost->large_s, r->rounds);

		*expected_s = plan_seconds(
			rounds, cost->small_s, cost->large_s);
		return rounds_settle(r, rounds);
	}
	if (done < r->rounds &&
		elapsed_s + cost->small_s > OVERRUN * r->job->seconds)
		return rounds_settle(r, done);
	return 0;
}

int
sweep_rounds_run(struct sweep_rounds *r)
{
	size_t *order = calloc(r->work.cell_count, sizeof(*order));
	double begun_s = quiet_measuring_s(&r->quiet),
	       expected_s = r->job->seconds;
	struct round_cost cost;
	int err = order ? 0 : -ENOMEM;

	r->rounds = r->job->rounds ? r->job->rounds : r->plan->rounds_most;
	for (unsigned round = 0; !err && round < r->rounds; round++) {
		err = round_run(r, round, order, &cost, begun_s, expected_s);
		if (!err)
			err = rounds_reconsider(r, round + 1, &cost,
				&expected_s,
				quiet_measuring_s(&r->quiet) - begun_s);
	}
	free(order);
	return err;
}
