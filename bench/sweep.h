/*
 * sweep.h: what the sweep tells the processes that measure for it
 *
 * The sweep measures nothing itself. Each start is a process of its own, made
 * by fork and exec, so that code, stack and buffers lie elsewhere in memory
 * than in the start before; it appends its rows to the file that the sweep has
 * made and keeps locked.
 */
#ifndef BENCH_SWEEP_H
#define BENCH_SWEEP_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "buffer.h"
#include "measurement.h"
#include "plan.h"

#define SWEEP_ONLY_BYTES 256
#define SWEEP_TARGETS_MOST 8

/* What the command line asks for. */
struct sweep_settings {
	const struct plan *plan; /* NULL: the default one, or the file's */
	const char *only, *platform, *out; /* NULL: not given */
	const char *targets[SWEEP_TARGETS_MOST];
	size_t target_count;
	bool has_seed, resume;
	uint64_t seed;
	unsigned seconds; /* instead of the plan's budget; 0: not given */
	bool has_patience;
	unsigned patience_s; /* instead of the plan's */
};

/* CPUs of a node at memory of a node. */
struct sweep_pair {
	unsigned cpu_node, mem_node;
	const char *target;
};

/* All that is measured, and where. */
struct sweep_pairs {
	struct sweep_pair *pairs;
	size_t count;
};

/* Opens every target for a moment to learn its node, and pairs it with all
 * nodes that have CPUs; dram takes those memory nodes that no other target is
 * on. What it finds about targets becomes facts. 0 or a negative errno with
 * "what: why: which" in error. The caller frees pairs->pairs. */
int sweep_pairs_find(struct sweep_pairs *pairs, struct provenance *facts,
	const struct platform *p, const struct sweep_settings *settings,
	size_t dest_bytes, char error[PLATFORM_ERROR_BYTES]);

/* Begins the file with facts of the machine (from settings->platform, else
 * collected now), of the settings, and those given. A fact "refused" among
 * them makes it a file without rows. 0 or 1, told on stderr. */
int sweep_file_begin(struct measurement_writer *w,
	const struct sweep_settings *settings, const struct platform *p,
	const struct provenance *facts);

/* Opens the file to go on with it, takes over what settings leave open, and
 * reads its facts. 0 or 1, told on stderr: it is not a sweep's, or one of
 * another machine, build or settings. */
int sweep_file_resume(struct measurement_writer *w,
	struct sweep_settings *settings, const struct platform *p,
	struct provenance *facts);

/* Ends the file: adds the number of rows and the time. 0 or 1, told on
 * stderr. */
int sweep_file_end(
	struct measurement_writer *w, const char *path, size_t *rows);

/* One start; handed over as bytes, between copies of one program, and back. */
struct sweep_job {
	char plan[16];
	char only[SWEEP_ONLY_BYTES]; /* plan_filter_parse; empty: all */
	char target[PATH_MAX], out[PATH_MAX];
	uint64_t seed;
	unsigned cpu_node, mem_node;
	unsigned index, count; /* this start, and all of the run */
	unsigned rounds; /* to run, as settled before; 0: as time allows */
	double seconds; /* for measuring */
	/* More for waiting; what is left of it comes back. */
	double patience_s;
	bool patient; /* whether the sweep waits at all */
	/* quiet.alone of the starts before, on any CPU of the node; 0: none. */
	double alone;
	double begun_s; /* timing_seconds of the run's begin */
	bool resume; /* the file may hold rows of this start */
	int writer_fd; /* measurement_writer's, inherited */
	pid_t parent; /* die with it */
};

/* What a start's process ends with. */
enum sweep_status {
	SWEEP_DONE = 0,
	SWEEP_FAILED = 1, /* told on stderr */
	SWEEP_REFUSED = 2, /* told on stderr and in the file */
	SWEEP_INTERRUPTED = 130, /* by SIGINT or SIGTERM */
};

/* Runs the starts that a file, by its facts, does not hold yet, until one does
 * not end well. Its status, an enum sweep_status. */
int sweep_processes_run(const struct sweep_settings *settings,
	const struct sweep_pairs *pairs, const struct provenance *facts,
	const struct measurement_writer *w);

/* The verb of such a process: argv[1] is the descriptor of a file that holds
 * the job, and gets it back. Returns an enum sweep_status. */
int sweep_start_main(int argc, char **argv);

/* Name of the fact that says how many rounds a start has; the last one of a
 * file counts. */
#define SWEEP_ROUNDS_KEY "start_%u_rounds"

/* Names of the facts that say what a start does not measure and what it does
 * besides (race.h): "set avx/cached/clflush, ..." and "move 1280, ...", or
 * "none". The first start of a pair of nodes has none of these facts. */
#define SWEEP_DROPPED_KEY "start_%u_dropped"
#define SWEEP_ADDED_KEY "start_%u_added"

#endif
