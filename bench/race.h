/*
 * race.h: what later starts of a sweep measure, by what earlier ones saw
 *
 * Racing: a variant of move or set that is provably not best is dropped. It is
 * if there is a rival that may serve wherever it may, over which it loses more
 * than the tie band over all cells of the operation, and which it beats at no
 * length. Since a row of the header has one flush for all that is cached, a
 * rival of another flush counts only if that flush loses nothing elsewhere.
 * What the default rows use is never dropped, for gains are over them; nor is
 * op flush raced.
 *
 * Refinement: lengths are added in the middle between those around which the
 * best cached and the best stream variant change places.
 *
 * Both follow from the rows of earlier starts alone, in whatever order, so
 * that a sweep that is resumed goes on with the same cells and variants.
 */
#ifndef BENCH_RACE_H
#define BENCH_RACE_H

#include "race_times.h"

/* Lengths added to an operation at most: each costs what one of the plan
 * does, and more would move no threshold by more than a tie. */
#define RACE_ADDED_MOST 4

struct race {
	bool dropped[OP_COUNT][PLAN_VARIANTS_MOST]; /* as in plan_work */
	size_t added_bytes[OP_COUNT][RACE_ADDED_MOST + 1]; /* ended by 0 */
};

/* Judges the variants and lengths of work by the rows of a span, for a CPU
 * with these features. 0 or -ENOMEM. */
int race_judge(struct race *race, const struct plan_work *work,
	const struct measurements *measured, const struct race_span *span,
	uint32_t features);

/* The second half of race_judge: fills the lengths to add to an operation of
 * which these variants are dropped. */
void race_refine(const struct race_times *t, const bool *dropped,
	size_t added_bytes[RACE_ADDED_MOST + 1]);

/* Takes what is dropped out of work, and adds the cells of what is added, in
 * the states that the filter allows. 0 or -ENOMEM. */
int race_apply(const struct race *race, struct plan_work *work,
	const struct plan_filter *filter);

#endif
