/*
 * compare.h: libraries side by side through their public functions
 *
 * A library is compared in tables. A table is a promise that all libraries give
 * in it, which each is brought to by its environment variables at load. Every
 * (table, library) is an instance: a copy of the file with an address, a policy
 * and variables of its own. All instances are measured in one interleaved run.
 *
 * Where goals are asked for there are candidates too: the peer under each of
 * its settings, and every kernel of our own table. The first rounds measure all
 * of them; then the best of a kind is chosen for each cell, and it alone goes
 * on. Comparisons with it use the later rounds alone, for the least of many
 * noisy numbers is too low, and the next one from the same source is not.
 */
#ifndef BENCH_COMPARE_H
#define BENCH_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "copy.h"
#include "crew.h"
#include "library.h"
#include "plan.h"
#include "policy.h"
#include "progress.h"
#include "quiet.h"
#include "states.h"

#define COMPARE_LIBS_MOST 12
#define COMPARE_TABLES_MOST 3
#define COMPARE_SETTINGS_MOST 6
#define COMPARE_INSTANCES_MOST \
	(COMPARE_LIBS_MOST * COMPARE_TABLES_MOST + COMPARE_SETTINGS_MOST + \
		ISA_COUNT * STORE_COUNT * FLUSH_COUNT)
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

/* The tables that equal libraries are brought into, one a domain. */
extern const struct compare_table compare_tables[COMPARE_TABLES_MOST];

struct compare_instance {
	const struct compare_table *table;
	const struct compare_lib *lib; /* NULL: kernel */
	const struct copy_kernel *kernel; /* NULL: lib */
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
	/* By table, then library; then settings, then kernels. */
	struct compare_instance instances[COMPARE_INSTANCES_MOST];
	size_t instance_count;
	bool streaming_promised;
	bool has_candidates; /* asked for */
	uint32_t features; /* of the CPU, by which candidates run */
	size_t peer, libc; /* libraries of goals; 0: not given */
	struct compare_lib settings[COMPARE_SETTINGS_MOST];
	size_t setting_count;
};

static inline size_t
compare_instance(const struct compare_libs *all, enum domain table, size_t lib)
{
	return (size_t)table * all->lib_count + lib;
}

/* The first setting, the first kernel: there are setting_count of the one, and
 * the other goes to instance_count. */
static inline size_t
compare_settings_from(const struct compare_libs *all)
{
	return all->table_count * all->lib_count;
}

static inline size_t
compare_kernels_from(const struct compare_libs *all)
{
	return compare_settings_from(all) + all->setting_count;
}

/* Loads every library into every table. streaming_promised: this CPU's streams
 * leave the cache, by documented guarantee and probe. 0, or -errno with one
 * line "what: why: which" in error. */
int compare_libs_open(struct compare_libs *all, bool streaming_promised,
	char error[LIBRARY_ERROR_BYTES]);

/* Lists the candidates as instances, not loaded yet, and who is the peer and
 * who is libc. Returns the count of all instances. */
size_t compare_candidates_list(struct compare_libs *all);

/* The kernel that an instance of our library has for a cell on CPUs of a node,
 * to a destination there that it knows (pmem_map_file), of candidates; 0 if it
 * does not say. */
size_t compare_kernel_of(const struct compare_libs *all, size_t instance,
	const struct cell *cell, unsigned node);

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
	const char *only, *platform, *out, *goals, *target;
	uint64_t seed;
	bool has_seed;
	unsigned seconds, threads; /* 0: all CPUs of the node */
	double patience_s; /* of the seconds; INFINITY: not given */
};

/* Measures and writes the file. Exit status of the verb; told on stderr. */
int compare_measure(struct compare_settings *settings);

/* What was chosen for a cell, as instances; 0: nothing. By domain the best
 * eligible kernel, the best for who knows neither the state of the caches nor
 * how often there is a drain, and the one that the second library uses. */
struct compare_choice {
	size_t best[DOMAIN_COUNT], blind[DOMAIN_COUNT], own[DOMAIN_COUNT];
	/* The peer's best where streaming is trusted, by who sets its variables
	 * for each operation and size: as blind. */
	size_t setting;
};

/* Everything measured. */
struct compare_run {
	struct compare_libs *libs;
	struct plan_work work; /* cells */
	struct crew *crew;
	struct cell_bench *benches; /* one a thread */
	unsigned cpu_node;
	uint64_t seed;
	double seconds;
	double choose_s; /* of these for choosing; 0: all is chosen */
	double patience_s; /* of these for waiting; one thread alone waits */
	unsigned rounds_most, rounds; /* done */
	unsigned chosen; /* rounds before this one chose */
	bool *wanted; /* by cell, instance: whether it is measured */
	struct compare_choice *choices; /* by cell; NULL: no candidates */
	double *ns; /* by cell, instance, round; NAN: not measured */
	struct cell_tally *tallies; /* by cell, instance: lines afterwards */
	struct states states;
	struct quiet quiet; /* of one thread alone */
	struct steal steal; /* since the run began */
};

/* Makes room for all results; everything is wanted. 0 or -ENOMEM. */
int compare_run_open(struct compare_run *run);

/* Runs rounds for the seconds. 0 or -errno with "what: why" in error. */
int compare_run(struct compare_run *run, char error[LIBRARY_ERROR_BYTES]);

void compare_run_free(struct compare_run *run);

/* Chooses from the rounds done, and wants what was chosen of the candidates
 * alone. */
void compare_choose(struct compare_run *run);

static inline const double *
compare_ns(const struct compare_run *run, size_t cell, size_t instance)
{
	size_t line = cell * run->libs->instance_count + instance;

	return &run->ns[line * run->rounds_most];
}

static inline bool *
compare_wanted(const struct compare_run *run, size_t cell, size_t instance)
{
	return &run->wanted[cell * run->libs->instance_count + instance];
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
