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
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "decide.h"
#include "judge.h"
#include "simulate_model.h"
#include "simulate_rivals.h"
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
	"Exit status: 0 the targets hold (99% of thresholds less two standard\n"
	"errors of the sample, and the others); 1 one does not, or an error.\n";

#define RUNS_MOST 1000000
#define JOBS_MOST 256

/* This method, then the rivals. */
#define METHOD_COUNT (1 + RIVAL_COUNT)

/* What the issue of a trustworthy tuner asks for. */
#define TARGET_THRESHOLD_PCT 99.0
#define TARGET_REGRET_PCT 1.0
#define TARGET_SWITCHES_PCT 1.0
#define TARGET_RIVAL_RATIO 5.0

/* Counts over rows: a row is a pair of nodes in a domain. */
struct tally {
	unsigned rows, beyond; /* the tie band */
	unsigned thresholds, near, tied;
	unsigned blanks, switched; /* worlds without differences */
	double regret, worst; /* relative */
};

struct result {
	bool failed;
	struct tally methods[METHOD_COUNT];
	unsigned alike, split, unlike, merged; /* pairs, by domain */
	double merged_regret; /* relative, of those merged */
};

static int
steps_between(size_t a_bytes, size_t b_bytes)
{
	int a = a_bytes == POLICY_NEVER ? WORLD_SIZES :
					  (int)weights_octave(a_bytes) - 3;
	int b = b_bytes == POLICY_NEVER ? WORLD_SIZES :
					  (int)weights_octave(b_bytes) - 3;

	return abs(a - b);
}

/* Adds one row of a method. */
static void
row_tally(struct tally *t, const struct world *w, const struct costs *truth,
	enum domain domain, const struct choice choices[OP_COUNT],
	const struct choice standard[OP_COUNT])
{
	struct choice best[OP_COUNT];
	double least = costs_best(truth, domain, best);
	double regret = expm1(costs_loss(truth, choices) - least);

	t->rows++;
	t->beyond += regret > JUDGE_BAND_PCT / 100;
	t->regret += regret;
	t->worst = fmax(t->worst, regret);
	if (w->crossover == CROSSOVER_NONE) {
		t->blanks++;
		t->switched += memcmp(choices, standard,
				       sizeof(*choices) * OP_COUNT) != 0;
		return;
	}
	t->thresholds++;
	if (steps_between(choices[OP_MOVE].stream_min_bytes,
		    best[OP_MOVE].stream_min_bytes) <= 1)
		t->near++;
	else if (regret <= JUDGE_BAND_PCT / 100)
		t->tied++;
}

static void
rival_tally(struct result *r, int rival, const struct world *w, struct rng *rng,
	struct measurement *rows, const struct choice standard[][OP_COUNT])
{
	const struct rival_rule *rule = &rival_rules[rival];
	size_t count = world_measure(w, rule->order, rng, rows);

	for (unsigned pair = 0; pair < w->pair_count; pair++) {
		struct costs truth;

		world_costs(w, pair, &truth);
		for (int d = 0; d < DOMAIN_COUNT; d++) {
			struct choice choices[OP_COUNT];

			memcpy(choices, standard[d], sizeof(choices));
			if (rule->decide(
				    rows, count, pair, (enum domain)d, choices))
				r->failed = true;
			row_tally(&r->methods[1 + rival], w, &truth,
				(enum domain)d, choices, standard[d]);
		}
	}
}

/* Pairs of nodes are unlike if the best row of one loses more than the tie band
 * on the other. They are wrongly merged if the common row does so too. */
static void
nodes_tally(struct result *r, const struct world *w, const struct decision *d,
	const struct choice used[OP_COUNT])
{
	struct costs here, there;
	struct choice best[OP_COUNT];
	double foreign, least, regret, band = JUDGE_BAND_PCT / 100;

	if (!d->has_uniform)
		return;
	world_costs(w, d->mem_node, &here);
	world_costs(w, 1 - d->mem_node, &there);
	costs_best(&there, d->domain, best);
	foreign = costs_loss(&here, best);
	least = costs_best(&here, d->domain, best);
	regret = expm1(costs_loss(&here, used) - least);
	if (!w->pairs_differ) {
		r->alike++;
		r->split += d->differs;
	} else if (expm1(foreign - least) > band) {
		r->unlike++;
		if (!d->differs && regret > band) {
			r->merged++;
			r->merged_regret += regret;
		}
	}
}

static void
decisions_tally(struct result *r, const struct world *w,
	const struct decision_list *list,
	const struct choice standard[][OP_COUNT])
{
	for (size_t i = 0; i + OP_COUNT <= list->count; i += OP_COUNT) {
		const struct decision *d = &list->rows[i];
		struct choice choices[OP_COUNT];
		struct costs truth;

		decision_in_force(
			list, d->cpu_node, d->mem_node, d->domain, choices);
		choices[OP_SET] = standard[d->domain][OP_SET];
		world_costs(w, d->mem_node, &truth);
		row_tally(&r->methods[0], w, &truth, d->domain, choices,
			standard[d->domain]);
		nodes_tally(r, w, d, choices);
	}
}

static void
run(struct result *r, uint64_t seed, struct measurement *rows)
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
	decisions_tally(r, &world, &list, standard);
	for (int i = 0; i < RIVAL_COUNT; i++)
		rival_tally(r, i, &world, &rng, rows, standard);
	decision_list_free(&list);
	provenance_free(&all.provenance);
}

static void
tally_add(struct tally *sum, const struct tally *t)
{
	sum->rows += t->rows;
	sum->beyond += t->beyond;
	sum->thresholds += t->thresholds;
	sum->near += t->near;
	sum->tied += t->tied;
	sum->blanks += t->blanks;
	sum->switched += t->switched;
	sum->regret += t->regret;
	sum->worst = fmax(sum->worst, t->worst);
}

static void
result_add(struct result *sum, const struct result *r)
{
	sum->failed |= r->failed;
	for (int m = 0; m < METHOD_COUNT; m++)
		tally_add(&sum->methods[m], &r->methods[m]);
	sum->alike += r->alike;
	sum->split += r->split;
	sum->unlike += r->unlike;
	sum->merged += r->merged;
	sum->merged_regret += r->merged_regret;
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
table_print(const struct result *sum)
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

/* What a sample of that many must show: the target less two standard errors, so
 * that few runs miss it only if they speak against it. */
static double
threshold_least_pct(unsigned thresholds)
{
	double share = TARGET_THRESHOLD_PCT / 100;

	return TARGET_THRESHOLD_PCT -
	       200 * sqrt(share * (1 - share) / fmax(thresholds, 1));
}

static bool
targets_hold(const struct result *sum)
{
	const struct tally *m = sum->methods;
	bool hold = found_pct(&m[0]) >= threshold_least_pct(m[0].thresholds) &&
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
runs_do(struct result *results, unsigned runs, uint64_t seed, unsigned first,
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
jobs_run(struct result *results, unsigned runs, uint64_t seed, unsigned jobs)
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
	struct result sum = {0}, *results;
	size_t bytes;
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
		result_add(&sum, &results[i]);
	munmap(results, bytes);
	if (sum.failed)
		return verb_fail("simulation failed: out of memory");
	printf("%lu worlds of seed %lu\n", numbers[0], numbers[1]);
	table_print(&sum);
	printf("targets %s\n", targets_hold(&sum) ? "hold" : "missed");
	return targets_hold(&sum) ? 0 : 1;
}
