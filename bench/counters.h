/*
 * counters.h: hardware event counts of a section of code
 *
 * CMake chooses the implementation: PAPI, or none. An event that cannot be
 * counted has a reason, never a count of zero.
 */
#ifndef BENCH_COUNTERS_H
#define BENCH_COUNTERS_H

#include <stddef.h>

enum counter {
	COUNTER_CYCLES,
	COUNTER_INSTRUCTIONS,
	COUNTER_CACHE_MISSES, /* of the largest cache that counts them */
};
#define COUNTER_COUNT 3
/* cycles instructions cache_misses */
extern const char *const counter_names[COUNTER_COUNT];

#define COUNTERS_TEXT_BYTES 300

struct counters {
	int handle;
	size_t count; /* of events that are counted */
	/* What each counter counts, as PAPI names it; NULL: nothing. */
	const char *events[COUNTER_COUNT];
	/* Why an event is missing, in the words of who refused it; empty if
	 * none is. */
	char reason[COUNTERS_TEXT_BYTES];
};

#define COUNTER_ABSENT (-1LL)

/* Prepares counting for the calling thread, and tries it: what claims to count
 * but stays at 0 is absent. Cannot fail; the members tell what there is. */
void counters_open(struct counters *c);

/* The section of the calling thread that is counted; without events both do
 * nothing. stop writes what each counter gained, or COUNTER_ABSENT. A pair
 * costs about a microsecond: put many operations between them. */
void counters_start(struct counters *c);
void counters_stop(struct counters *c, long long values[COUNTER_COUNT]);

void counters_close(struct counters *c);

/* For the implementations: adds "what: why" to the reason. */
void counters_lack(struct counters *c, const char *what, const char *why);

/* Writes what is counted and why the rest is not, as the one line that is the
 * fact "papi". */
void counters_describe(
	const struct counters *c, char text[COUNTERS_TEXT_BYTES]);

#endif
