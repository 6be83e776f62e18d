/*
 * simulate_tally.h: how far decisions are from the truth that was planted
 *
 * Counts and sums: those of several worlds are added.
 */
#ifndef TUNE_SIMULATE_TALLY_H
#define TUNE_SIMULATE_TALLY_H

#include <stdbool.h>

#include "decision.h"
#include "simulate_model.h"
#include "simulate_rivals.h"

/* This method, then the rivals. */
#define METHOD_COUNT (1 + RIVAL_COUNT)

/* Counts over rows: a row is a pair of nodes in a domain. */
struct tally {
	unsigned rows, beyond; /* the tie band */
	unsigned thresholds, near, tied;
	unsigned blanks, switched; /* worlds without differences */
	double regret, worst; /* relative */
};

struct tallies {
	bool failed;
	struct tally methods[METHOD_COUNT];
	unsigned alike, split, unlike, merged; /* pairs, by domain */
	double merged_regret; /* relative, of those merged */
};

/* Adds what this method decided about a world from its measurements. standard
 * is the default in each domain. */
void tally_decisions(struct tallies *t, const struct world *w,
	const struct decision_list *list,
	const struct choice standard[][OP_COUNT]);

/* Adds what a rival decides, which measures by itself: rows is room for it. */
void tally_rival(struct tallies *t, int rival, const struct world *w,
	struct rng *rng, struct measurement *rows,
	const struct choice standard[][OP_COUNT]);

/* Adds the tallies of one world. */
void tally_add(struct tallies *sum, const struct tallies *t);

#endif
