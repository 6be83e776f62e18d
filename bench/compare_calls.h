/*
 * compare_calls.h: what entering the library costs, and its size
 *
 * Costs are differences of two loops, paired: the same work with and without
 * what is asked about, in nanoseconds a call.
 */
#ifndef BENCH_COMPARE_CALLS_H
#define BENCH_COMPARE_CALLS_H

#include <stdio.h>

#include "compare.h"

/* Short enough for the lookup of a row to be much of a call. */
#define COMPARE_LOOKUP_BYTES 64

struct compare_calls {
	/* pmem_persist of the second library, and of the peer if there is one,
	 * over store, flush and fence inline. */
	struct interval persist, persist_peer;
	/* Lookup of a row: of a length that rows differ on, of another one;
	 * over calls where rows differ nowhere. */
	struct interval contested, elsewhere;
	size_t persist_pairs, lookup_pairs;
};

/* Measures for about a second, loading libraries anew. 0, or -errno with one
 * line in error. */
int compare_calls_measure(struct compare_calls *calls, struct compare_run *run,
	char error[LIBRARY_ERROR_BYTES]);

/* Writes the rows of goals.tsv, that of the library's size too. Errors are left
 * in the stream. */
void compare_calls_write(const struct compare_calls *calls,
	const struct compare_libs *libs, FILE *out);

#endif
