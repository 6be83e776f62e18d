/*
 * flaw.h: what makes a run's numbers worthless, seen when it is over
 */
#ifndef BENCH_FLAW_H
#define BENCH_FLAW_H

#include "states.h"

#define FLAW_BYTES 200

/* NULL, or text filled with why: the clock did not stay what it was, caches did
 * not hold the states prepared, the hypervisor gave more of the CPU's time to
 * others than PLAN_STEAL_MOST_PCT, or more samples than PLAN_SHARED_MOST_PCT
 * were of a core that others used, too. */
const char *flaw_find(struct timing *timing, const struct states *states,
	double stolen_pct, double shared_pct, char text[FLAW_BYTES]);

#endif
