/*
 * threads_rounds.h: rates of 1, 2, 4 ... all CPUs of a node, in rounds
 *
 * A round visits every count of threads at every size, in an order drawn anew;
 * a visit measures all kernels one after the other, in an order drawn anew, on
 * the same places. So whatever changes during the run meets all counts alike.
 * Copies are in batches, the destination not in cache, each thread with its own
 * data on its own CPU; the rate is that of the slowest.
 */
#ifndef BENCH_THREADS_ROUNDS_H
#define BENCH_THREADS_ROUNDS_H

#include "copy.h"
#include "platform.h"
#include "states.h"
#include "stats.h"

#define THREADS_ROUNDS_MOST 24

/* For each kind of store a kernel that flushes and one that does not. */
#define THREADS_KERNELS_MOST ((size_t)2 * STORE_COUNT)

/* Powers of 2 up to half a million CPUs, and all of them. */
#define THREADS_COUNTS_MOST 20

#define THREADS_SIZES 2
extern const size_t threads_sizes_bytes[THREADS_SIZES];

struct threads_rounds {
	/* What is measured. */
	const struct platform *platform;
	struct timing *timing;
	const char *target;
	unsigned round_count;
	const struct copy_kernel *kernels[THREADS_KERNELS_MOST];
	size_t kernel_count;
	struct rng rng;
	/* What was seen on one node. */
	size_t threads[THREADS_COUNTS_MOST], counts;
	struct states states;
	double stolen_pct; /* of the CPU that lost most, for all wait for it */
	double gb_per_s[THREADS_SIZES][THREADS_KERNELS_MOST]
		       [THREADS_COUNTS_MOST][THREADS_ROUNDS_MOST];
};

/* Chooses kernels for a CPU: for each kind of store the widest, with the newest
 * flush and without. */
void threads_kernels_choose(struct threads_rounds *rounds, uint32_t features);

/* Measures a node that has CPUs, to whose first one it binds the caller. 0, or
 * a negative errno with "what: why" in error. */
int threads_rounds_run(struct threads_rounds *rounds,
	const struct platform_node *node, char error[PLATFORM_ERROR_BYTES]);

#endif
