/*
 * sweep.c: the verb: what is asked for, one process a start, and the end
 */
#include "sweep.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "bench.h"
#include "verb.h"

const char sweep_help[] =
	"pmem-bench sweep [OPTION]... --out FILE\n"
	"\n"
	"Measures every kernel that this CPU can run, at every size and state\n"
	"of the caches, for every pair of CPU node and memory node, and\n"
	"appends raw repetitions to FILE (measurements.tsv). What the CPU\n"
	"counted goes beside it: counters.tsv, or for another FILE, NAME.tsv,\n"
	"NAME.counters.tsv.\n"
	"\n"
	"  --platform FILE     facts of this machine (pmem-bench probe --out)\n"
	"  --target TARGET     dram (default), a directory or file on a DAX\n"
	"                      file system, or /dev/daxX.Y; may be repeated,\n"
	"                      dram then stands for the nodes left\n"
	"  --quick             at most a minute a pair of nodes, waiting too\n"
	"  --thorough          up to an hour; without either, 5 minutes\n"
	"  --seconds N         another budget of measuring; less time means\n"
	"                      fewer repetitions, never fewer cells\n"
	"  --patience N        at most N seconds more of waiting while the\n"
	"                      other thread of our core, be it another\n"
	"                      guest's, works; 0: measure all the same.\n"
	"                      Default: the plan's, at most --seconds\n"
	"  --only WORD[,WORD]  only these ops, residencies, drains and sizes:\n"
	"                      move,4096,cold\n"
	"  --seed N            orders and places of an earlier run\n"
	"  --resume            go on with FILE after an interruption\n"
	"\n"
	"Exit status: 0 done; 1 error; 2 refused, for numbers would be\n"
	"worthless (FILE says why); 130 interrupted, to be resumed.\n";

static int
number_read(const char *text, unsigned long long most, unsigned long long *n)
{
	char *end;

	errno = 0;
	*n = strtoull(text, &end, 10);
	return errno || *text < '0' || *text > '9' || *end || *n > most ?
		       -EINVAL :
		       0;
}

static int
option_take(struct sweep_settings *s, int c, char **argv)
{
	struct plan_filter filter;
	unsigned long long n;

	switch (c) {
	case 'q':
	case 'T':
		s->plan = plan_find(c == 'q' ? "quick" : "thorough");
		return 0;
	case 'p':
		s->platform = optarg;
		return 0;
	case 'o':
		s->out = optarg;
		return 0;
	case 'r':
		s->resume = true;
		return 0;
	case 't':
		if (s->target_count == SWEEP_TARGETS_MOST)
			return verb_fail("too many targets: %s", optarg);
		s->targets[s->target_count++] = optarg;
		return 0;
	case 'O':
		if (strlen(optarg) >= SWEEP_ONLY_BYTES ||
			plan_filter_parse(&filter, optarg))
			return verb_fail("--only: not ops, residencies, "
					 "drains and sizes: %s",
				optarg);
		s->only = optarg;
		return 0;
	case 's':
		if (number_read(optarg, UINT64_MAX, &n))
			return verb_fail("--seed: not a number: %s", optarg);
		s->seed = n;
		s->has_seed = true;
		return 0;
	case 'S':
		if (number_read(optarg, 1000000, &n) || n == 0)
			return verb_fail(
				"--seconds: not 1 to 1000000: %s", optarg);
		s->seconds = (unsigned)n;
		return 0;
	case 'w':
		if (number_read(optarg, 1000000, &n))
			return verb_fail(
				"--patience: not 0 to 1000000: %s", optarg);
		s->patience_s = (unsigned)n;
		s->has_patience = true;
		return 0;
	default:
		return verb_bad_option(c, argv);
	}
}

static int
options_take(struct sweep_settings *s, int argc, char **argv)
{
	static const struct option options[] = {
		{"platform", required_argument, NULL, 'p'},
		{"target", required_argument, NULL, 't'},
		{"out", required_argument, NULL, 'o'},
		{"quick", no_argument, NULL, 'q'},
		{"thorough", no_argument, NULL, 'T'},
		{"seconds", required_argument, NULL, 'S'},
		{"patience", required_argument, NULL, 'w'},
		{"only", required_argument, NULL, 'O'},
		{"seed", required_argument, NULL, 's'},
		{"resume", no_argument, NULL, 'r'},
		{NULL, 0, NULL, 0},
	};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (option_take(s, c, argv))
			return 1;
	}
	if (verb_bad_count(argc, argv, 0))
		return 1;
	if (!s->out)
		return verb_fail("nowhere to write: give --out FILE: see "
				 "pmem-bench sweep --help");
	if (strlen(s->out) >= PATH_MAX)
		return verb_fail("name too long: %s", s->out);
	return 0;
}

/* What a new file takes where nothing is given. */
static int
settings_complete(struct sweep_settings *s)
{
	if (!s->plan)
		s->plan = plan_find("default");
	if (s->target_count == 0)
		s->targets[s->target_count++] = "dram";
	if (!s->has_seed &&
		getrandom(&s->seed, sizeof(s->seed), 0) != sizeof(s->seed))
		return verb_fail("cannot draw a seed: give --seed");
	return 0;
}

/* Whether numbers of this machine would mean anything, as far as can be told
 * before; else why not. Adds facts about clock and targets. */
static int
judge_before(const struct platform *p, struct provenance *facts,
	char error[PLATFORM_ERROR_BYTES])
{
	struct timing timing;
	int err;

	if (p->cpu_count < 2) {
		snprintf(error, PLATFORM_ERROR_BYTES,
			"only one CPU: whatever else runs would be timed");
		return -ENOTSUP;
	}
	err = timing_open(&timing, error);
	if (err)
		return err;
	return provenance_addf(facts, "timer",
		"%s, %.4f ns a tick, %.1f ns an empty section, line in cache "
		"%.1f ns, in memory %.1f ns",
		timing.tsc ? "tsc" : "CLOCK_MONOTONIC_RAW", timing.ns_per_tick,
		(double)timing.overhead_ticks * timing.ns_per_tick,
		(double)timing.hit_ticks * timing.ns_per_tick,
		(double)timing.miss_ticks * timing.ns_per_tick);
}

/* Bytes of destination that the plan needs, or 0: nothing of it is left. */
static size_t
dest_bytes_needed(const struct sweep_settings *s, const struct platform *p)
{
	struct plan_filter filter;
	struct plan_work work;
	size_t most;

	if (plan_filter_parse(&filter, s->only) ||
		plan_expand(&work, s->plan, p->cpu.features, &filter))
		return 0;
	most = plan_size_most(&work);
	plan_free(&work);
	return most ? cell_dest_bytes(most) : 0;
}

/* Whether a flaw of the target makes it unfit rather than misspelt. */
static bool
is_refusal(int err)
{
	return err == -ENOTSUP || err == -ENOSPC || err == -ENODEV;
}

/* Judges machine and targets and makes the file. An enum sweep_status. */
static int
begin(struct measurement_writer *w, struct sweep_settings *s,
	const struct platform *p, struct sweep_pairs *pairs)
{
	char error[PLATFORM_ERROR_BYTES];
	struct provenance facts = {0};
	size_t dest_bytes;
	int status, err;

	if (settings_complete(s))
		return SWEEP_FAILED;
	dest_bytes = dest_bytes_needed(s, p);
	if (!dest_bytes)
		return verb_fail("--only: nothing of plan %s: %s",
			s->plan->name, s->only ? s->only : "all");
	err = judge_before(p, &facts, error);
	if (!err)
		err = sweep_pairs_find(pairs, &facts, p, s, dest_bytes, error);
	if (!err) {
		status = sweep_file_begin(w, s, p, &facts);
		if (status)
			free(pairs->pairs);
	} else if (is_refusal(err)) {
		verb_fail("refused: %s", error);
		status = provenance_add(&facts, "refused", error) ||
					 sweep_file_begin(w, s, p, &facts) ||
					 measurement_close(w) ?
				 SWEEP_FAILED :
				 SWEEP_REFUSED;
	} else {
		status = verb_fail("%s", error);
	}
	provenance_free(&facts);
	return status;
}

/* Opens the file to go on, and pairs as before. */
static int
resume(struct measurement_writer *w, struct sweep_settings *s,
	const struct platform *p, struct sweep_pairs *pairs,
	struct provenance *facts)
{
	char error[PLATFORM_ERROR_BYTES];
	struct provenance known = {0};
	int status = 0;

	if (sweep_file_resume(w, s, p, facts))
		return SWEEP_FAILED;
	if (sweep_pairs_find(
		    pairs, &known, p, s, dest_bytes_needed(s, p), error)) {
		status = verb_fail("%s", error);
		measurement_close(w);
	}
	provenance_free(&known);
	return status;
}

static int
finish(struct measurement_writer *w, const struct sweep_settings *s, int status)
{
	size_t rows;

	if (status == SWEEP_DONE) {
		status = sweep_file_end(w, s->out, &rows);
		if (!status)
			printf("%zu rows: %s\n", rows, s->out);
	} else if (status == SWEEP_INTERRUPTED) {
		fprintf(stderr,
			"pmem-bench: interrupted: go on with: pmem-bench sweep "
			"--resume --out %s\n",
			s->out);
	}
	if (measurement_close(w))
		status = verb_fail("cannot write: %s", s->out);
	return status;
}

static int
sweep_run(struct sweep_settings *s, const struct platform *p)
{
	struct provenance facts = {0};
	struct measurement_writer w = {-1};
	struct sweep_pairs pairs = {0};
	int status;

	status = s->resume ? resume(&w, s, p, &pairs, &facts) :
			     begin(&w, s, p, &pairs);
	if (status)
		goto free_facts;
	status = sweep_processes_run(s, &pairs, &facts, &w);
	status = finish(&w, s, status);
	free(pairs.pairs);
free_facts:
	provenance_free(&facts);
	return status;
}

int
sweep_main(int argc, char **argv)
{
	char error[PLATFORM_ERROR_BYTES];
	struct sweep_settings settings = {0};
	struct platform p;
	int status;

	if (options_take(&settings, argc, argv))
		return SWEEP_FAILED;
	if (platform_load(&p, NULL, error))
		return verb_fail("%s", error);
	status = sweep_run(&settings, &p);
	platform_free(&p);
	return status;
}
