/*
 * compare.h: libraries side by side through their public functions
 *
 * A library is compared in tables. A table is a promise that all libraries give
 * in it, which each is brought to by its environment variables at load. Every
 * (table, library) is an instance: a copy of the file with an address, a policy
 * and variables of its own. All instances are measured in one interleaved run.
 */
#ifndef BENCH_COMPARE_H
#define BENCH_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "crew.h"
#include "library.h"
#include "plan.h"
#include "policy.h"
#include "progress.h"
#include "states.h"

#define COMPARE_LIBS_MOST 12
#define COMPARE_TABLES_MOST 3
#define COMPARE_INSTANCES_MOST (COMPARE_LIBS_MOST * COMPARE_TABLES_MOST)
#define COMPARE_ENV_MOST 8
#define COMPARE_LABEL_BYTES 64

struct compare_lib {
	char label[COMPARE_LABEL_BYTES];
	const char *path;
	char *env[COMPARE_ENV_MOST + 1]; /* "NAME=VALUE", ended by NULL */
	bool ours; /* a build of this project */
};

struct compare_table {
	const char *name, *about;
	/* Variables of our builds and of others, ended by NULL; none in a
	 * table of libraries with variables of their own. */
	const char *ours[3], *others[3];
	bool caches_persist; /* by the table's promise */
};

/* The tables that equal libraries are brought into. */
extern const struct compare_table compare_tables[COMPARE_TABLES_MOST];

struct compare_instance {
	const struct compare_table *table;
	const struct compare_lib *lib;
	struct library library;
	struct variant variants[2][DRAIN_COUNT]; /* by OP_MOVE, OP_SET */
	bool durable; /* on this CPU, by the table's promise */
};

/* The libraries; the first is the baseline, the last its copy, the control. */
struct compare_libs {
	struct compare_lib libs[COMPARE_LIBS_MOST];
	size_t lib_count;
	const struct compare_table *tables;
	size_t table_count;
	struct compare_instance instances[COMPARE_INSTANCES_MOST];
	size_t instance_count; /* by table, then library */
	bool streaming_promised;
};

/* Loads every library into every table. streaming_promised: this CPU's streams
 * leave the cache, by documented guarantee and probe. 0, or -errno with one
 * line "what: why: which" in error. */
int compare_libs_open(struct compare_libs *all, bool streaming_promised,
	char error[LIBRARY_ERROR_BYTES]);

/* Loads every instance anew, in random order, so that what its speed owes to
 * its address differs from round to round. Errors as above; all are closed
 * then. */
int compare_libs_reload(struct compare_libs *all, struct rng *rng,
	char error[LIBRARY_ERROR_BYTES]);

void compare_libs_close(struct compare_libs *all);

/* What the command line asks for. */
struct compare_settings {
	struct compare_libs libs;
	struct compare_table table; /* of libraries as given */
	const struct plan *plan;
	const char *only, *platform, *out, *target;
	uint64_t seed;
	bool has_seed;
	unsigned seconds, threads;
};

/* Measures and writes the file. Exit status of the verb; told on stderr. */
int compare_measure(struct compare_settings *settings);

/* Everything measured. */
struct compare_run {
	struct compare_libs *libs;
	struct plan_work work; /* cells */
	struct crew *crew;
	struct cell_bench *benches; /* one a thread */
	unsigned cpu_node;
	uint64_t seed;
	double seconds;
	unsigned rounds_most, rounds; /* done */
	double *ns; /* by cell, instance, round; NAN: not measured */
	struct cell_tally *tallies; /* by cell, instance: lines afterwards */
	struct states states;
};

/* Runs rounds for the seconds. 0 or -errno with "what: why" in error. */
int compare_run(struct compare_run *run, char error[LIBRARY_ERROR_BYTES]);

void compare_run_free(struct compare_run *run);

static inline const double *
compare_ns(const struct compare_run *run, size_t cell, size_t instance)
{
	size_t line = cell * run->libs->instance_count + instance;

	return &run->ns[line * run->rounds_most];
}

static inline struct cell_tally *
compare_tally(const struct compare_run *run, size_t cell, size_t instance)
{
	return &run->tallies[cell * run->libs->instance_count + instance];
}

/* Writes the rows of compare.tsv to tsv and a short table for people to out. 0
 * or -ENOMEM; errors of streams are left in them. */
int compare_print(const struct compare_run *run, FILE *tsv, FILE *out);

#endif
