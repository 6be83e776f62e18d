/*
 * regret.h: what a machine loses with rows that were not made for it
 *
 * Rows of another run, of another platform or the default ones, against those
 * that measurements themselves lead to, by these measurements: geometric means
 * over all cells, weighted as decisions are. A row is taken for what the
 * library makes of it on the CPU measured (wish.h); the one in force for a pair
 * of nodes is that of decision_in_force.
 */
#ifndef TUNE_REGRET_H
#define TUNE_REGRET_H

#include <stdbool.h>

#include "decision.h"
#include "measurement.h"
#include "stats.h"
#include "weights.h"

enum regret_verdict {
	REGRET_SAME, /* both do the same */
	REGRET_TIED, /* all of the interval is within JUDGE_BAND_PCT */
	REGRET_UNCLEAR, /* some of it is */
	REGRET_WORSE, /* none of it is */
	REGRET_UNMEASURED, /* some kernel of either was not measured */
};
/* same tied unclear worse unmeasured */
extern const char *const regret_names[];

/* Percent of time that the other rows take more than the own; below 0 if they
 * take less. With its 95% interval; all 0 if not measured. */
struct regret_part {
	enum regret_verdict verdict;
	struct interval pct;
};

/* A pair of nodes in a domain. */
struct regret {
	unsigned cpu_node, mem_node;
	enum domain domain;
	struct choice own[OP_COUNT], other[OP_COUNT]; /* as resolved there */
	/* Of each operation alone, and of all together. Operations without
	 * measurements are unmeasured, and have no part in all. */
	struct regret_part ops[OP_COUNT], all;
};

/* An empty list is all zero bytes. */
struct regrets {
	struct regret *rows; /* by pair of nodes, then domain */
	size_t count;
};

/* Judges the rows of *other (NULL: the default ones) against those of *own, by
 * measurements, onto an empty list. Own decisions are usually those of these
 * measurements and weights; both may be of any. Deterministic. 0, -ENOMEM, or
 * -EINVAL with a text in error: the measurements contradict themselves or are
 * refused, or decisions lack a domain. */
int regrets_find(struct regrets *list, const struct measurements *all,
	const struct weights *w, const struct decision_list *own,
	const struct decision_list *other, char error[PROVENANCE_ERROR_BYTES]);

/* The row of most loss, all operations together, among those measured in a
 * domain; NULL if there is none. */
const struct regret *regrets_worst(
	const struct regrets *list, enum domain domain);

void regrets_free(struct regrets *list);

#endif
