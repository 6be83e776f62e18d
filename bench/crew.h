/*
 * crew.h: threads that measure the same at the same time
 *
 * Each thread stays on a CPU of its own and runs what the leader gives to all;
 * they wait for each other by spinning, for a thread that slept would come too
 * late to disturb, and be disturbed by, the others.
 */
#ifndef BENCH_CREW_H
#define BENCH_CREW_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "platform.h"

struct crew_member {
	struct crew *crew;
	size_t index;
	pthread_t thread;
};

struct crew {
	size_t count; /* of threads, the leader included */
	const struct platform *platform;
	unsigned node;
	struct crew_member *members;
	atomic_size_t waiting; /* at the meeting now */
	atomic_uint meetings; /* past */
	atomic_bool unbound; /* a thread could not be bound */
	void (*run)(size_t index, void *context);
	void *context;
};

/* Starts count - 1 threads beside the caller, each bound to a CPU of the node;
 * the caller binds itself to its CPU 0. 0 or a negative errno with "what: why"
 * in error (ENODEV: fewer CPUs than threads). */
int crew_open(struct crew *crew, const struct platform *p, unsigned node,
	size_t count, char error[PLATFORM_ERROR_BYTES]);

/* Has every thread call run with its index (the caller's is 0) and returns when
 * all have. */
void crew_run(struct crew *crew, void (*run)(size_t index, void *context),
	void *context);

/* Waits until all threads are here; for use within run. */
void crew_meet(struct crew *crew);

void crew_close(struct crew *crew);

#endif
