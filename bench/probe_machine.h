/*
 * probe_machine.h: facts of platform.tsv that no topology tells: clock, domain
 *
 * Keys: timer, timer_ns (the cost of an empty timed section), timer_tick_ns,
 * timer_step_ns, timer_drift_ppm; persistence_domain (sysfs), domain (what the
 * library would serve here, and why).
 */
#ifndef BENCH_PROBE_MACHINE_H
#define BENCH_PROBE_MACHINE_H

#include "domain.h"
#include "platform.h"
#include "provenance.h"

/* Appends them all; the verdict takes part in the choice of the domain. About
 * 0.1 s. 0 or -ENOMEM. */
int probe_machine_add(struct provenance *facts, const struct platform *p,
	enum movnt_verdict verdict);

#endif
