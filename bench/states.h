/*
 * states.h: whether caches held the states that were prepared
 */
#ifndef BENCH_STATES_H
#define BENCH_STATES_H

#include "cell.h"
#include "provenance.h"

/* Lines looked at after each state was prepared; all zero bytes at first. */
struct states {
	struct cell_tally of[RESIDENCY_COUNT];
};

#define STATES_TEXT_BYTES 200

/* Prepares a cell's state and adds what is there, but for warm cells larger
 * than L1, which are not in it however they are prepared. */
void states_look(struct states *states, const struct cell_bench *bench,
	const struct cell *cell, const struct cell_place *place,
	struct rng *rng);

/* NULL, or text filled with why the states were not there: more lines than
 * PLAN_WRONG_STATE_MOST_PCT were in another one. NULL also where the clock
 * cannot tell. */
const char *states_flaw(const struct states *states,
	const struct timing *timing, char text[STATES_TEXT_BYTES]);

/* "warm 99.8%, cold 0.1%, reread -": shares of lines found in cache. */
void states_describe(const struct states *states, const struct timing *timing,
	char text[STATES_TEXT_BYTES]);

#endif
