/*
 * compare_doubt.c: which cells are measured again
 *
 * Of hundreds of noisy numbers the least is far below what it stands for. So
 * cells that miss a target are measured a second time, and what that finds
 * stands for them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compare_contest.h"
#include "compare_goals.h"

/* A second measurement of a few cells buys many rounds; more say nothing new.
 */
#define AGAIN_ROUNDS_MOST 200

/* Wants the sides of a contest where they miss the target. */
static void
doubts_want(struct ratios *r, const struct contest_goal *row, bool *wanted)
{
	const struct compare_run *run = r->run;

	contest_take(r, row->contest);
	for (size_t c = 0; c < run->work.cell_count; c++) {
		struct sides s = contest_sides(run, row->contest, c);
		bool *cell = &wanted[c * run->libs->instance_count];

		if (r->pairs[c] && contest_goal_missed(row, &r->cells[c]))
			cell[s.lib] = cell[s.baseline] = true;
	}
}

static bool
is_any(const bool *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (values[i])
			return true;
	}
	return false;
}

/* Makes the cells of which something is wanted those of again. */
static void
doubts_move(const struct compare_run *run, struct compare_run *again,
	const bool *wanted)
{
	size_t instances = run->libs->instance_count, count = 0;

	for (size_t c = 0; c < run->work.cell_count; c++) {
		const bool *cell = &wanted[c * instances];

		if (!is_any(cell, instances))
			continue;
		again->work.cells[count] = run->work.cells[c];
		memcpy(&again->wanted[count * instances], cell, instances);
		count++;
	}
	again->work.cell_count = count;
}

int
compare_goals_doubt(const struct compare_run *run, struct compare_run *again)
{
	size_t cells = run->work.cell_count;
	size_t lines = cells * run->libs->instance_count;
	bool *wanted = calloc(lines, sizeof(*wanted));
	struct ratios ratios;
	struct rng rng;
	int err = -ENOMEM;

	*again = *run;
	again->rounds = again->chosen = 0;
	again->rounds_most = AGAIN_ROUNDS_MOST;
	again->states = (struct states){0};
	again->work = (struct plan_work){.cell_count = cells};
	again->work.cells = calloc(cells, sizeof(*again->work.cells));
	rng_seed(&rng, run->seed);
	if (!wanted || !again->work.cells || compare_run_open(again))
		goto free_wanted;
	free(again->choices);
	again->choices = NULL;
	err = ratios_open(&ratios, run, &rng);
	if (err) {
		compare_run_free(again);
		goto free_wanted;
	}
	for (size_t i = 0; i < contest_goal_count; i++) {
		if (contest_goals[i].measure == GOAL_WORST)
			doubts_want(&ratios, &contest_goals[i], wanted);
	}
	doubts_move(run, again, wanted);
	ratios_free(&ratios);
free_wanted:
	free(wanted);
	if (err) {
		plan_free(&again->work);
		*again = (struct compare_run){0}; /* what is the run's stays */
	}
	return err;
}
