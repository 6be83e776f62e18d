/*
 * counters_papi.c: counts by PAPI's preset events
 *
 * Presets hide that each CPU names its events differently. Guests often have
 * none, or have counters that never move; both are told as PAPI tells them.
 */
#include "counters.h"

#include <papi.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#define CANDIDATE_COUNT 5

/* Presets for each counter, best first. */
static const struct candidate {
	int code;
	const char *name;
} candidates[COUNTER_COUNT][CANDIDATE_COUNT] = {
	[COUNTER_CYCLES] = {{PAPI_TOT_CYC, "PAPI_TOT_CYC"}},
	[COUNTER_INSTRUCTIONS] = {{PAPI_TOT_INS, "PAPI_TOT_INS"}},
	[COUNTER_CACHE_MISSES] = {{PAPI_L3_TCM, "PAPI_L3_TCM"},
		{PAPI_L2_TCM, "PAPI_L2_TCM"}, {PAPI_L2_DCM, "PAPI_L2_DCM"},
		{PAPI_L1_DCM, "PAPI_L1_DCM"}},
};

/* PAPI starts once for a process. 0 or PAPI's code. */
static int
papi_start(void)
{
	int version;

	if (PAPI_is_initialized() != PAPI_NOT_INITED)
		return PAPI_OK;
	version = PAPI_library_init(PAPI_VER_CURRENT);
	if (version != (int)PAPI_VER_CURRENT)
		return version < 0 ? version : PAPI_EINVAL;
	return PAPI_thread_init(pthread_self);
}

/* The CPU's counters are component 0; it may say why it is off. */
static const char *
component_refusal(void)
{
	const PAPI_component_info_t *info = PAPI_get_component_info(0);

	return info && info->disabled ? info->disabled_reason : NULL;
}

static void
event_add(struct counters *c, enum counter counter)
{
	int code = PAPI_ENOEVNT;

	for (int i = 0; i < CANDIDATE_COUNT; i++) {
		const struct candidate *candidate = &candidates[counter][i];

		if (!candidate->name)
			break;
		code = PAPI_add_event(c->handle, candidate->code);
		if (code == PAPI_OK) {
			c->events[counter] = candidate->name;
			c->count++;
			return;
		}
	}
	counters_lack(c, counter_names[counter], PAPI_strerror(code));
}

static void
set_drop(struct counters *c)
{
	PAPI_cleanup_eventset(c->handle);
	PAPI_destroy_eventset(&c->handle);
	memset(c->events, 0, sizeof(c->events));
	c->count = 0;
}

/* Counts a little work: cycles that do not pass are no counter. */
static void
trial(struct counters *c)
{
	long long values[COUNTER_COUNT];
	volatile unsigned work = 0;
	int code = PAPI_start(c->handle);

	if (code != PAPI_OK) {
		counters_lack(c, "start", PAPI_strerror(code));
		set_drop(c);
		return;
	}
	while (work < 100000)
		work = work + 1;
	counters_stop(c, values);
	if (values[COUNTER_CYCLES] == 0 || values[COUNTER_INSTRUCTIONS] == 0) {
		counters_lack(c, "PAPI", "counters do not move");
		set_drop(c);
	}
}

void
counters_open(struct counters *c)
{
	int code;

	*c = (struct counters){.handle = PAPI_NULL};
	code = papi_start();
	if (code != PAPI_OK) {
		counters_lack(c, "PAPI", PAPI_strerror(code));
		return;
	}
	if (component_refusal()) {
		counters_lack(c, "PAPI", component_refusal());
		return;
	}
	code = PAPI_create_eventset(&c->handle);
	if (code != PAPI_OK) {
		counters_lack(c, "PAPI", PAPI_strerror(code));
		return;
	}
	for (int i = 0; i < COUNTER_COUNT; i++)
		event_add(c, (enum counter)i);
	if (c->count)
		trial(c);
}

void
counters_start(struct counters *c)
{
	if (c->count)
		PAPI_start(c->handle);
}

void
counters_stop(struct counters *c, long long values[COUNTER_COUNT])
{
	long long counts[COUNTER_COUNT];
	bool counted = c->count && PAPI_stop(c->handle, counts) == PAPI_OK;
	size_t next = 0;

	/* PAPI has events in the order in which they were added. */
	for (int i = 0; i < COUNTER_COUNT; i++)
		values[i] = counted && c->events[i] ? counts[next++] :
						      COUNTER_ABSENT;
}

void
counters_close(struct counters *c)
{
	if (c->count)
		set_drop(c);
}
