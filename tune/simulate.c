/*
 * simulate.c: the verb simulate: how often the method finds a planted truth
 *
 * Each run draws a world, measures it, decides from the measurements alone,
 * and compares with what the world really costs. Runs depend on nothing but
 * their number and the seed, so the table does not depend on --jobs.
 */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "decide.h"
#include "simulate_tally.h"
#include "tune.h"
#include "verb.h"
#include "wish.h"

const char simulate_help[] =
	"pmem-tune simulate [--runs N] [--seed N] [--jobs N]\n"
	"\n"
	"Plants crossovers, flush rankings and differences between nodes,\n"
	"measures them as a noisy shared machine would, decides, and prints\n"
	"how far the decisions are from the truth, beside two ways to decide\n"
	"that are in use.\n"
	"\n"
	"  --runs N  worlds to draw, default 200\n"
	"  --seed N  default 1; the same seed gives the same table\n"
	"  --jobs N  processes, default 1\n"
	"\n"
	"Exit status: 0 the targets hold (99% of thresholds, in fewer than "
	"10000\n"
	"worlds less two standard errors of the sample, and the others); 1 "
	"one\n"
	"does not, or an error.\n";

#define RUNS_MOST 1000000
#define JOBS_MOST 256

/* What the issue of a trustworthy tuner asks for. */
#define TARGET_RUNS 10000
#define TARGET_THRESHOLD_PCT 99.0
#define TARGET_REGRET_PCT 1.0
#define TARGET_SWITCHES_PCT 1.0
#define TARGET_RIVAL_RATIO 5.0

static void
run(struct tallies *r, uint64_t seed, struct measurement *rows)
{
	static const char features[] = "sse2 avx clflush clflushopt clwb";
	struct choice standard[DOMAIN_COUNT][OP_COUNT];
	char error[PROVENANCE_ERROR_BYTES];
	struct decision_list list = {0};
	struct measurements all = {.rows = rows};
	struct weights weights;
	struct world world;
	struct rng rng;

	rng_seed(&rng, seed);
	world_draw(&world, &rng);
	weights_default(&weights);
	for (int d = 0; d < DOMAIN_COUNT; d++)
		wish_standard((enum domain)d,
			CPU_SSE2 | CPU_AVX | CPU_CLFLUSH | CPU_CLFLUSHOPT |
				CPU_CLWB,
			standard[d]);
	all.count = world_measure(&world, ORDER_INTERLEAVED, &rng, rows);
	if (provenance_add(&all.provenance, "cpu_features", features) ||
		decide(&list, &all, &weights, error))
		r->failed = true;
	tally_decisions(r, &world, &list, standard);
	for (int i = 0; i < RIVAL_COUNT; i++)
		tally_rival(r, i, &world, &rng, rows, standard);
	decision_list_free(&list);
	provenance_free(&all.provenance);
}

static double
share_pct(unsigned part, unsigned whole)
{
	return whole ? 100.0 * part / whole : 0;
}

static double
regret_pct(const struct tally *t)
{
	return t->rows ? 100 * t->regret / t->rows : 0;
}

static double
found_pct(const struct tally *t)
{
	return share_pct(t->near + t->tied, t->thresholds);
}

#define COLUMNS(of) of(0), of(1), of(2)

static void
table_print(const struct tallies *sum)
{
	const struct tally *m = sum->methods;

	printf("%-38s %10s %10s %10s\n", "", "pmem-tune", rival_rules[0].name,
		rival_rules[1].name);
#define NEAR(i) share_pct(m[i].near, m[i].thresholds)
	printf("%-38s %9.2f%% %9.2f%% %9.2f%%\n",
		"threshold within a grid step", COLUMNS(NEAR));
#define FOUND(i) found_pct(&m[i])
	printf("%-38s %9.2f%% %9.2f%% %9.2f%%\n", "... or within the tie band",
		COLUMNS(FOUND));
#define REGRET(i) regret_pct(&m[i])
	printf("%-38s %9.3f%% %9.3f%% %9.3f%%\n", "mean regret",
		COLUMNS(REGRET));
#define WORST(i) 100 * m[i].worst
	printf("%-38s %9.2f%% %9.2f%% %9.2f%%\n", "worst regret",
		COLUMNS(WORST));
#define BEYOND(i) share_pct(m[i].beyond, m[i].rows)
	printf("%-38s %9.2f%% %9.2f%% %9.2f%%\n",
		"rows that lose more than the tie band", COLUMNS(BEYOND));
#define SWITCHED(i) share_pct(m[i].switched, m[i].blanks)
	printf("%-38s %9.2f%% %9.2f%% %9.2f%%\n",
		"switched without a difference", COLUMNS(SWITCHED));
	printf("%-38s %9.2f%%\n", "nodes that differ, merged",
		share_pct(sum->merged, sum->unlike));
	printf("%-38s %9.2f%%\n", "... and the mean regret of these",
		sum->merged ? 100 * sum->merged_regret / sum->merged : 0);
	printf("%-38s %9.2f%%\n", "nodes alike, split",
		share_pct(sum->split, sum->alike));
}

/* What a sample must show: the target. In few runs it is less by two standard
 * errors, so that they miss it only if they speak against it. */
static double
threshold_least_pct(unsigned long runs, unsigned thresholds)
{
	double share = TARGET_THRESHOLD_PCT / 100;

	if (runs >= TARGET_RUNS)
		return TARGET_THRESHOLD_PCT;
	return TARGET_THRESHOLD_PCT -
	       200 * sqrt(share * (1 - share) / fmax(thresholds, 1));
}

static bool
targets_hold(const struct tallies *sum, unsigned long runs)
{
	const struct tally *m = sum->methods;
	bool hold = found_pct(&m[0]) >=
			    threshold_least_pct(runs, m[0].thresholds) &&
		    regret_pct(&m[0]) <= TARGET_REGRET_PCT &&
		    share_pct(m[0].switched, m[0].blanks) <=
			    TARGET_SWITCHES_PCT;

	for (int i = 1; i < METHOD_COUNT; i++)
		hold &= regret_pct(&m[i]) >=
			TARGET_RIVAL_RATIO * regret_pct(&m[0]);
	return hold;
}

/* Every jobs-th run, beginning with the first. */
static int
runs_do(struct tallies *results, unsigned runs, uint64_t seed, unsigned first,
	unsigned jobs)
{
	struct measurement *rows = calloc(WORLD_ROWS_MOST, sizeof(*rows));

	if (!rows)
		return 1;
	for (unsigned i = first; i < runs; i += jobs)
		run(&results[i], seed * RUNS_MOST + i, rows);
	free(rows);
	return 0;
}

static int
jobs_run(struct tallies *results, unsigned runs, uint64_t seed, unsigned jobs)
{
	unsigned started = 0, done = 0;
	int status;

	for (; started < jobs; started++) {
		pid_t pid = fork();

		if (pid < 0)
			break;
		if (pid == 0)
			_exit(runs_do(results, runs, seed, started, jobs));
	}
	for (unsigned i = 0; i < started; i++) {
		if (wait(&status) > 0 && status == 0)
			done++;
	}
	return done == jobs ? 0 : 1;
}

static int
number_parse(const char *text, unsigned long most, unsigned long *number)
{
	char *end;

	errno = 0;
	*number = strtoul(text, &end, 10);
	return *text < '0' || *text > '9' || *end || errno || *number > most;
}

int
simulate_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"runs", required_argument, NULL, 0},
		{"seed", required_argument, NULL, 1},
		{"jobs", required_argument, NULL, 2},
		{NULL, 0, NULL, 0},
	};
	static const unsigned long most[] = {RUNS_MOST, UINT32_MAX, JOBS_MOST};
	unsigned long numbers[] = {200, 1, 1};
	struct tallies sum = {0}, *results;
	size_t bytes;
	bool hold;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c < 0 || c > 2)
			return verb_bad_option(c, argv);
		if (number_parse(optarg, most[c], &numbers[c]) ||
			(c != 1 && numbers[c] == 0))
			return verb_fail("bad number: %s: --%s", optarg,
				options[c].name);
	}
	if (verb_bad_count(argc, argv, 0))
		return 1;
	bytes = numbers[0] * sizeof(*results);
	results = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (results == MAP_FAILED)
		return verb_fail("out of memory");
	if (jobs_run(results, (unsigned)numbers[0], numbers[1],
		    (unsigned)numbers[2]))
		return verb_fail("simulation failed: a process died");
	for (size_t i = 0; i < numbers[0]; i++)
		tally_add(&sum, &results[i]);
	munmap(results, bytes);
	if (sum.failed)
		return verb_fail("simulation failed: out of memory");
	printf("%lu worlds of seed %lu\n", numbers[0], numbers[1]);
	table_print(&sum);
	hold = targets_hold(&sum, numbers[0]);
	printf("targets %s\n", hold ? "hold" : "missed");
	return hold ? 0 : 1;
}
