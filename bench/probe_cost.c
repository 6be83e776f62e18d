/*
 * probe_cost.c: sequences of flushes, timed interleaved and compared in pairs
 */
#include "probe_cost.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const cost_order_names[] = {
	[COST_FASTER] = "faster",
	[COST_EQUAL] = "equal",
	[COST_SLOWER] = "slower",
	[COST_UNCLEAR] = "unclear",
};

const char *const cost_control_names[CONTROL_COUNT] = {
	[CONTROL_ABSENT] = "absent",
	[CONTROL_CLEAN] = "clean",
	[CONTROL_DIRTY] = "dirty",
};

static const enum line_state control_states[CONTROL_COUNT] = {
	[CONTROL_ABSENT] = LINE_ABSENT,
	[CONTROL_CLEAN] = LINE_CLEAN_L1,
	[CONTROL_DIRTY] = LINE_DIRTY_L1,
};

/* Lines are drawn from here; larger than any L2, so that a trial seldom meets
 * lines of the last one. */
#define ARENA_BYTES ((size_t)4 << 20)
/* Enough for the 2.5% and 97.5% points; more costs more time than measuring. */
#define RESAMPLES 400

enum sequence { SEQUENCE_AFTER, SEQUENCE_REACCESS, SEQUENCE_FLUSH };

struct cost_cell {
	enum sequence sequence;
	enum line_state state; /* before */
	enum line_action_id action; /* after: before the timed flush */
	enum flush flush; /* timed */
	size_t lines;
};

/* Controls, 2 cells a streaming action, 3 cells a flush. */
#define CELLS_MAX (CONTROL_COUNT + 2 * ACTION_COUNT + 3 * FLUSH_COUNT)

struct experiment {
	struct cost_cell cells[CELLS_MAX];
	size_t count;
	const struct timing *timing;
	struct rng *rng;
	char *arena;
};

static void
flush_run(enum flush flush, const struct line_set *set)
{
	flush_kernels[flush].range(set->base, set->lines * set->stride_bytes);
	flush_fence();
}

static void
sequence_run(const struct cost_cell *cell, const struct line_set *set)
{
	flush_run(cell->flush, set);
	if (cell->sequence != SEQUENCE_REACCESS)
		return;
	for (size_t i = 0; i < set->lines; i++)
		*(volatile uint64_t *)(void *)line_at(set, i) = i;
	flush_run(cell->flush, set);
}

static int
cell_measure(void *context, size_t index, uint64_t *ticks)
{
	struct experiment *e = context;
	const struct cost_cell *cell = &e->cells[index];
	struct line_set set = {
		.stride_bytes = LINE_BYTES, .lines = cell->lines};
	size_t places = ARENA_BYTES / LINE_BYTES - set.lines;
	/* No state here lies outside of L1. */
	const struct line_pusher no_pusher = {0};
	uint64_t start;

	set.base = e->arena + rng_below(e->rng, places) * LINE_BYTES;
	lines_prepare(&set, cell->state, &no_pusher, rng_next(e->rng));
	line_actions[cell->action].run(&set, rng_next(e->rng));
	lines_fence();
	start = timing_begin(e->timing);
	sequence_run(cell, &set);
	*ticks = timing_end(e->timing) - start;
	return 0;
}

static void
cell_add(struct experiment *e, enum sequence sequence, enum line_state state,
	enum line_action_id action, enum flush flush, size_t lines)
{
	e->cells[e->count++] = (struct cost_cell){
		sequence, state, action, flush, lines};
}

static size_t
cell_find(const struct experiment *e, const struct cost_cell *wanted)
{
	for (size_t i = 0; i < e->count; i++) {
		const struct cost_cell *c = &e->cells[i];

		if (c->sequence == wanted->sequence &&
			c->state == wanted->state &&
			c->action == wanted->action &&
			c->flush == wanted->flush && c->lines == wanted->lines)
			return i;
	}
	return e->count;
}

static bool
cpu_has(const struct cpu *cpu, uint32_t needs)
{
	return (cpu->features & needs) == needs;
}

static void
cells_make(struct experiment *e, const struct cpu *cpu, enum flush after)
{
	cell_add(
		e, SEQUENCE_AFTER, LINE_ABSENT, ACTION_NONE, after, COST_LINES);
	for (int s = LINE_CLEAN_L1; s <= LINE_DIRTY_L1; s++)
		for (int a = 0; a < ACTION_COUNT; a++)
			if ((a == ACTION_NONE || line_action_streams(a)) &&
				cpu_has(cpu, line_actions[a].needs))
				cell_add(e, SEQUENCE_AFTER, s, a, after,
					COST_LINES);
	for (int f = 0; f < FLUSH_NONE; f++) {
		if (!cpu_has(cpu, flush_kernels[f].needs))
			continue;
		cell_add(e, SEQUENCE_REACCESS, LINE_DIRTY_L1, ACTION_NONE, f,
			COST_LINES);
		cell_add(e, SEQUENCE_FLUSH, LINE_DIRTY_L1, ACTION_NONE, f,
			COST_LINES);
		cell_add(e, SEQUENCE_FLUSH, LINE_DIRTY_L1, ACTION_NONE, f, 1);
	}
}

/* Samples of the cell of that description, or NULL. */
static double *
samples_find(const struct experiment *e, const struct rounds *rounds,
	struct cost_cell wanted)
{
	size_t i = cell_find(e, &wanted);

	return i < e->count ? rounds_cell(rounds, i) : NULL;
}

/* The median, leaving the order of rounds as it is. */
static double
median_ns(const double *samples, size_t count, double *scratch,
	const struct timing *t)
{
	memcpy(scratch, samples, count * sizeof(*samples));
	return (stats_median(scratch, count) - (double)t->overhead_ticks) *
	       t->ns_per_tick;
}

enum cost_order
cost_order(const struct cost_ratio *ratio)
{
	double above = 1 + COST_EQUAL_BAND, below = 1 / above;

	if (ratio->ratio.low > above)
		return COST_FASTER;
	if (ratio->ratio.high < below)
		return COST_SLOWER;
	if (ratio->ratio.low >= below && ratio->ratio.high <= above)
		return COST_EQUAL;
	return COST_UNCLEAR;
}

struct evaluation {
	const struct experiment *e;
	const struct rounds *rounds;
	struct rng *rng;
	double *logs, *scratch; /* of rounds and RESAMPLES values */
};

static struct cost_ratio
ratio_of(const struct evaluation *v, const double *reference,
	const double *candidate)
{
	size_t n = v->rounds->count;
	double overhead = (double)v->e->timing->overhead_ticks;
	struct interval i;

	/* A section is never shorter than one tick. */
	for (size_t r = 0; r < n; r++)
		v->logs[r] = log(fmax(reference[r] - overhead, 1)) -
			     log(fmax(candidate[r] - overhead, 1));
	i = stats_bootstrap(v->logs, n, RESAMPLES, v->rng, v->scratch);
	return (struct cost_ratio){{exp(i.middle), exp(i.low), exp(i.high)}, n};
}

static void
flush_evaluate(const struct evaluation *v, struct cost_result *r, enum flush f)
{
	const struct timing *t = v->e->timing;
	size_t n = v->rounds->count;
	struct cost_flush *out = &r->flushes[f];
	const double *samples[2][3];

	for (int i = 0; i < 2; i++) {
		struct cost_cell wanted = {SEQUENCE_REACCESS, LINE_DIRTY_L1,
			ACTION_NONE, i ? r->reference : f, COST_LINES};

		samples[i][0] = samples_find(v->e, v->rounds, wanted);
		wanted.sequence = SEQUENCE_FLUSH;
		samples[i][1] = samples_find(v->e, v->rounds, wanted);
		wanted.lines = 1;
		samples[i][2] = samples_find(v->e, v->rounds, wanted);
	}
	out->present = samples[0][0];
	if (!out->present)
		return;
	out->reaccess_ns = median_ns(samples[0][0], n, v->scratch, t);
	out->many_ns = median_ns(samples[0][1], n, v->scratch, t);
	out->one_ns = median_ns(samples[0][2], n, v->scratch, t);
	out->reaccess = ratio_of(v, samples[1][0], samples[0][0]);
	out->many = ratio_of(v, samples[1][1], samples[0][1]);
}

static const double *
control_samples(const struct evaluation *v, enum flush flush, int control)
{
	return samples_find(v->e, v->rounds,
		(struct cost_cell){SEQUENCE_AFTER, control_states[control],
			ACTION_NONE, flush, COST_LINES});
}

static void
after_evaluate(const struct evaluation *v, enum flush flush,
	enum line_state state, enum line_action_id action,
	struct cost_after *out)
{
	const double *samples = samples_find(v->e, v->rounds,
		(struct cost_cell){
			SEQUENCE_AFTER, state, action, flush, COST_LINES});
	int equals = 0;

	out->present = samples && line_action_streams(action);
	if (!out->present)
		return;
	out->median_ns = median_ns(
		samples, v->rounds->count, v->scratch, v->e->timing);
	out->like = CONTROL_COUNT;
	for (int c = 0; c < CONTROL_COUNT; c++) {
		out->versus[c] = ratio_of(
			v, control_samples(v, flush, c), samples);
		if (cost_order(&out->versus[c]) != COST_EQUAL)
			continue;
		out->like = equals++ ? CONTROL_COUNT : c;
	}
}

static int
result_evaluate(struct cost_result *r, const struct experiment *e,
	const struct rounds *rounds)
{
	struct evaluation v = {e, rounds, e->rng,
		calloc(rounds->count, sizeof(*v.logs)),
		calloc(rounds->count + RESAMPLES, sizeof(*v.scratch))};
	int result = -ENOMEM;

	if (!v.logs || !v.scratch)
		goto free_arrays;
	r->rounds = rounds->count;
	result = 0;
	for (int c = 0; c < CONTROL_COUNT; c++)
		r->control_ns[c] = median_ns(control_samples(&v, r->flush, c),
			rounds->count, v.scratch, e->timing);
	for (int f = 0; f < FLUSH_NONE; f++)
		flush_evaluate(&v, r, f);
	for (int a = 0; a < ACTION_COUNT; a++) {
		after_evaluate(
			&v, r->flush, LINE_CLEAN_L1, a, &r->after_clean[a]);
		after_evaluate(
			&v, r->flush, LINE_DIRTY_L1, a, &r->after_dirty[a]);
	}
free_arrays:
	free(v.scratch);
	free(v.logs);
	return result;
}

int
cost_run(struct cost_result *result, const struct timing *timing,
	const struct cpu *cpu, struct rounds_plan pace, struct rng *rng)
{
	struct experiment e = {.timing = timing, .rng = rng};
	struct rounds rounds;
	int error;

	memset(result, 0, sizeof(*result));
	if (!cpu_has(cpu, CPU_CLFLUSH))
		return -ENOTSUP;
	result->flush = FLUSH_CLFLUSH;
	while (result->flush > 0 &&
		cpu_has(cpu, flush_kernels[result->flush - 1].needs))
		result->flush--;
	result->reference = cpu_has(cpu, CPU_CLFLUSHOPT) ? FLUSH_CLFLUSHOPT :
							   FLUSH_CLFLUSH;
	if (posix_memalign((void **)&e.arena, 4096, ARENA_BYTES))
		return -ENOMEM;
	memset(e.arena, 1, ARENA_BYTES);
	cells_make(&e, cpu, result->flush);
	pace.cells = e.count;
	pace.measure = cell_measure;
	pace.context = &e;
	error = rounds_run(&rounds, &pace, rng);
	if (!error) {
		error = result_evaluate(result, &e, &rounds);
		rounds_free(&rounds);
	}
	free(e.arena);
	return error;
}
