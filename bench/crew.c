/*
 * crew.c: see crew.h
 */
#include "crew.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Spins before giving the CPU away: some 100 us, longer than preparing small
 * operations takes. */
#define SPINS 2000

void
crew_meet(struct crew *crew)
{
	unsigned meeting = atomic_load(&crew->meetings);

	if (atomic_fetch_add(&crew->waiting, 1) + 1 == crew->count) {
		atomic_store(&crew->waiting, 0);
		atomic_fetch_add(&crew->meetings, 1);
		return;
	}
	for (size_t i = 0; atomic_load(&crew->meetings) == meeting; i++) {
		if (i > SPINS)
			sched_yield();
		else
			__builtin_ia32_pause();
	}
}

static void *
member_run(void *context)
{
	struct crew_member *m = context;
	struct crew *crew = m->crew;
	char error[PLATFORM_ERROR_BYTES];

	if (platform_bind(
		    crew->platform, crew->node, (unsigned)m->index, error))
		atomic_store(&crew->unbound, true);
	crew_meet(crew);
	for (;;) {
		crew_meet(crew);
		if (!crew->run)
			return NULL;
		crew->run(m->index, crew->context);
		crew_meet(crew);
	}
}

void
crew_run(struct crew *crew, void (*run)(size_t index, void *context),
	void *context)
{
	crew->run = run;
	crew->context = context;
	crew_meet(crew);
	run(0, context);
	crew_meet(crew);
}

/* Starts the threads after the leader. If one does not start, those before it
 * wait for ever, so the caller must end. */
static int
members_start(struct crew *crew)
{
	for (size_t i = 1; i < crew->count; i++) {
		int err;

		crew->members[i] = (struct crew_member){crew, i, 0};
		err = pthread_create(&crew->members[i].thread, NULL, member_run,
			&crew->members[i]);
		if (err)
			return -err;
	}
	return 0;
}

int
crew_open(struct crew *crew, const struct platform *p, unsigned node,
	size_t count, char error[PLATFORM_ERROR_BYTES])
{
	const struct platform_node *n = platform_node_find(p, node);
	int err;

	*crew = (struct crew){.count = count, .platform = p, .node = node};
	if (!n || n->cpu_count < count) {
		snprintf(error, PLATFORM_ERROR_BYTES,
			"too many threads: %zu, node %u has %zu CPUs", count,
			node, n ? n->cpu_count : 0);
		return -ENODEV;
	}
	err = platform_bind(p, node, 0, error);
	if (err)
		return err;
	crew->members = calloc(count, sizeof(*crew->members));
	err = crew->members ? members_start(crew) : -ENOMEM;
	if (err) {
		snprintf(error, PLATFORM_ERROR_BYTES,
			"cannot start threads: %s", strerror(-err));
		return err;
	}
	crew_meet(crew);
	if (!atomic_load(&crew->unbound))
		return 0;
	crew_close(crew);
	snprintf(error, PLATFORM_ERROR_BYTES,
		"cannot bind threads to CPUs of node %u", node);
	return -ENODEV;
}

void
crew_close(struct crew *crew)
{
	crew->run = NULL;
	crew_meet(crew);
	for (size_t i = 1; i < crew->count; i++)
		pthread_join(crew->members[i].thread, NULL);
	free(crew->members);
}
