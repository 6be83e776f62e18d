/*
 * flaw.c: see flaw.h
 */
#include "flaw.h"

#include <stdio.h>

#include "plan.h"

_Static_assert(FLAW_BYTES >= TIMING_ERROR_BYTES, "timing's messages fit");
_Static_assert(FLAW_BYTES >= STATES_TEXT_BYTES, "those of states fit");

const char *
flaw_find(struct timing *timing, const struct states *states, double stolen_pct,
	double shared_pct, char text[FLAW_BYTES])
{
	if (timing_recheck(timing, text) || states_flaw(states, timing, text))
		return text;
	if (stolen_pct > PLAN_STEAL_MOST_PCT) {
		snprintf(text, FLAW_BYTES,
			"the hypervisor stole %.0f%% of the CPU's time",
			stolen_pct);
		return text;
	}
	if (shared_pct > PLAN_SHARED_MOST_PCT) {
		snprintf(text, FLAW_BYTES,
			"others used our core during %.0f%% of the samples: "
			"try later, or begin anew with --patience 0 to "
			"measure all the same",
			shared_pct);
		return text;
	}
	return NULL;
}
