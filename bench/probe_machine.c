/*
 * probe_machine.c: how good the clock is, and what the platform persists
 */
#include "probe_machine.h"

#include <errno.h>
#include <math.h>

#include "env.h"
#include "timing.h"

/* The smallest step of the clock that shows. */
static double
timer_step_ns(const struct timing *t)
{
	uint64_t least = UINT64_MAX, last = timing_now(t);

	for (int i = 0; i < 10000; i++) {
		uint64_t now = timing_now(t);

		if (now != last && now - last < least)
			least = now - last;
		last = now;
	}
	return (double)least * t->ns_per_tick;
}

/* The clock twice, for its drift. */
static int
timer_facts_add(struct provenance *facts)
{
	char why[TIMING_ERROR_BYTES];
	struct timing t, again;

	if (timing_open(&t, why) || timing_open(&again, why))
		return provenance_addf(facts, "timer", "unknown: %s", why);
	if (provenance_add(
		    facts, "timer", t.tsc ? "tsc" : "clock_monotonic_raw") ||
		provenance_addf(facts, "timer_ns", "%.1f",
			(double)t.overhead_ticks * t.ns_per_tick) ||
		provenance_addf(
			facts, "timer_tick_ns", "%.6f", t.ns_per_tick) ||
		provenance_addf(
			facts, "timer_step_ns", "%.1f", timer_step_ns(&t)) ||
		provenance_addf(facts, "timer_drift_ppm", "%.1f",
			1e6 * fabs(t.ns_per_tick / again.ns_per_tick - 1)))
		return -ENOMEM;
	return 0;
}

static const char *
auto_flush_word(int auto_flush)
{
	if (auto_flush < 0)
		return "unknown: sysfs cannot be read";
	return auto_flush ? "cpu_cache" : "memory_controller or no region";
}

static int
domain_facts_add(struct provenance *facts, const struct platform *p,
	enum movnt_verdict verdict)
{
	struct env env;
	const char *reason;
	enum domain domain;

	env_load(&env);
	domain = domain_choose(&env, &p->cpu, verdict, &reason);
	if (provenance_add(facts, "persistence_domain",
		    auto_flush_word(domain_auto_flush())) ||
		provenance_addf(facts, "domain", "%s: %s", domain_names[domain],
			reason))
		return -ENOMEM;
	return 0;
}

int
probe_machine_add(struct provenance *facts, const struct platform *p,
	enum movnt_verdict verdict)
{
	int err = timer_facts_add(facts);

	return err ? err : domain_facts_add(facts, p, verdict);
}
