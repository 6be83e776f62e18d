/*
 * counters_none.c: no counts in a build without PAPI
 */
#include "counters.h"

void
counters_open(struct counters *c)
{
	*c = (struct counters){0};
	counters_lack(c, "counters", "built without PAPI");
}

void
counters_start(struct counters *c)
{
	(void)c;
}

void
counters_stop(struct counters *c, long long values[COUNTER_COUNT])
{
	(void)c;
	for (int i = 0; i < COUNTER_COUNT; i++)
		values[i] = COUNTER_ABSENT;
}

void
counters_close(struct counters *c)
{
	(void)c;
}
