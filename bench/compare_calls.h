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

/* Measures for about a second, loading libraries anew, and writes the rows of
 * goals.tsv. 0, or -errno with one line in error. */
int compare_calls_write(
	struct compare_run *run, FILE *out, char error[LIBRARY_ERROR_BYTES]);

#endif
