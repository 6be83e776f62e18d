/*
 * counters.h: hardware event counts of a section of code
 *
 * CMake chooses the implementation: PAPI, or none. An event that cannot be
 * counted has a reason, never a count of zero.
 */
#ifndef BENCH_COUNTERS_H
#define BENCH_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>

enum counter {
	COUNTER_CYCLES,
	COUNTER_INSTRUCTIONS,
	COUNTER_CACHE_MISSES, /* of the last level */
};
#define COUNTER_COUNT 3
extern const char *const counter_names[COUNTER_COUNT];

#define COUNTERS_REASON_BYTES 200

struct counters {
	int handle;
	bool has[COUNTER_COUNT];
	size_t count; /* events counted; 0: see reason */
	/* Why an event is missing, in the words of who refused it; empty if
	 * none is. */
	char reason[COUNTERS_REASON_BYTES];
};

#define COUNTER_ABSENT (-1LL)

/* Prepares counting for the calling thread. Cannot fail: has, count and reason
 * tell what there is. */
void counters_open(struct counters *c);

/* Start and stop of the section; nothing if count is 0. stop writes the number
 * of each event, or COUNTER_ABSENT. */
void counters_start(struct counters *c);
void counters_stop(struct counters *c, long long values[COUNTER_COUNT]);

void counters_close(struct counters *c);

#endif
