/*
 * states.c: see states.h
 */
#include "states.h"

#include <stdio.h>

#include "plan.h"

/* Lines looked at to verify one cell's state. */
#define LOOK_LINES ((size_t)8)

void
states_look(struct states *states, const struct cell_bench *bench,
	const struct cell *cell, const struct cell_place *place,
	struct rng *rng)
{
	size_t bytes = place->count * (cell->size_bytes + LINE_BYTES);

	if (cell->residency != RESIDENCY_COLD && bytes > bench->l1d_bytes)
		return;
	cell_prepare(bench, cell, place);
	cell_look(&states->of[cell->residency], bench, cell, place, LOOK_LINES,
		rng);
}

const char *
states_flaw(const struct states *states, const struct timing *timing,
	char text[STATES_TEXT_BYTES])
{
	if (!timing_tells_misses(timing))
		return NULL;
	for (int i = 0; i < RESIDENCY_COUNT; i++) {
		double cached_pct = cell_cached_pct(&states->of[i]);
		double wrong_pct = i == RESIDENCY_COLD ? cached_pct :
							 100 - cached_pct;

		if (states->of[i].lines == 0 ||
			wrong_pct <= PLAN_WRONG_STATE_MOST_PCT)
			continue;
		snprintf(text, STATES_TEXT_BYTES,
			"caches do not hold the state prepared: %.0f%% of "
			"lines are %s after preparing %s",
			wrong_pct, i == RESIDENCY_COLD ? "cached" : "absent",
			residency_names[i]);
		return text;
	}
	return NULL;
}

void
states_describe(const struct states *states, const struct timing *timing,
	char text[STATES_TEXT_BYTES])
{
	size_t used = 0;

	for (int i = 0; i < RESIDENCY_COUNT; i++) {
		const struct cell_tally *tally = &states->of[i];
		char share[16] = "-";

		if (tally->lines && timing_tells_misses(timing))
			snprintf(share, sizeof(share), "%.1f%%",
				cell_cached_pct(tally));
		used += (size_t)snprintf(text + used, STATES_TEXT_BYTES - used,
			"%s%s %s", i ? ", " : "", residency_names[i], share);
	}
}
