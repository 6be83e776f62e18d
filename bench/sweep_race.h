/*
 * sweep_race.h: a later start measures what earlier ones left open
 */
#ifndef BENCH_SWEEP_RACE_H
#define BENCH_SWEEP_RACE_H

#include "plan.h"
#include "sweep.h"

/* Takes out of work, or adds to it, what the rows of the earlier starts of the
 * job's pair say (race.h); the first start of a pair keeps all. What it did
 * goes into the file as facts, unless they are there, and to stderr. 0 or a
 * negative errno. */
int sweep_race(struct plan_work *work, const struct sweep_job *job,
	const struct plan *plan, const struct plan_filter *filter,
	uint32_t features);

#endif
