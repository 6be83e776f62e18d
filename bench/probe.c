/*
 * probe.c: what this CPU does with streaming stores and flushes, and all else
 * there is to know of the machine, as platform.tsv
 */
#include "bench.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "atomic_file.h"
#include "facts.h"
#include "probe_facts.h"
#include "probe_machine.h"
#include "probe_summary.h"
#include "verb.h"

const char probe_help[] =
	"pmem-bench probe [--out FILE] [--quick] [--node N] [--seed N]\n"
	"\n"
	"Finds out whether streaming stores leave this CPU's cache, which "
	"flush\n"
	"keeps the line and what flushes cost, and writes it with all facts "
	"of\n"
	"the platform as lines \"key<TAB>value\". See bench/README.md.\n"
	"\n"
	"  --out FILE   write the facts there, a summary to standard output\n"
	"  --quick      about 1 second of measuring instead of 5\n"
	"  --node N     CPUs of this NUMA node only; else of every node\n"
	"  --seed N     of the random order of trials; default 1\n";

#define PLATFORM_SCHEMA "1"

#define DEFAULT_SECONDS 5.0
#define QUICK_SECONDS 1.0

/* Of the measuring time; costs need less, their answers lie further apart. */
#define RESIDENCY_PART 0.9

/* Rounds: fewer leave intervals wider than the verdicts' margins, more make
 * the arithmetic take longer than the measuring. */
#define ROUNDS_MIN 30
#define RESIDENCY_ROUNDS_MAX 10000
#define COST_ROUNDS_MAX 800

struct options {
	const char *out_path;
	double seconds;
	long node; /* -1: every one */
	uint64_t seed;
};

/* A decimal number without sign, all of the text. 0 or -EINVAL. */
static int
number_parse(const char *text, uint64_t limit, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end || errno || *number > limit)
		return -EINVAL;
	return 0;
}

static int
options_parse(struct options *o, int argc, char **argv)
{
	static const struct option options[] = {
		{"out", required_argument, NULL, 'o'},
		{"quick", no_argument, NULL, 'q'},
		{"node", required_argument, NULL, 'n'},
		{"seed", required_argument, NULL, 's'},
		{NULL, 0, NULL, 0},
	};
	uint64_t number;
	int c;

	*o = (struct options){
		.seconds = DEFAULT_SECONDS, .node = -1, .seed = 1};
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		switch (c) {
		case 'o':
			o->out_path = optarg;
			break;
		case 'q':
			o->seconds = QUICK_SECONDS;
			break;
		case 'n':
			if (number_parse(optarg, INT32_MAX, &number))
				return verb_fail(
					"not a node number: %s", optarg);
			o->node = (long)number;
			break;
		case 's':
			if (number_parse(optarg, UINT64_MAX, &o->seed))
				return verb_fail("not a seed: %s", optarg);
			break;
		default:
			return verb_bad_option(c, argv);
		}
	}
	return verb_bad_count(argc, argv, 0);
}

/* Progress on standard error: a line that is redrawn on a terminal, else one
 * line a part. */
struct progress {
	const char *part;
	unsigned node;
	int percent; /* last shown */
};

static void
progress_show(void *context, double done)
{
	struct progress *p = context;
	int percent = (int)(100 * done);

	if (!isatty(STDERR_FILENO) || percent == p->percent)
		return;
	p->percent = percent;
	fprintf(stderr, "\rprobe: node %u: %s: %3d%%%s", p->node, p->part,
		percent, percent == 100 ? "\n" : "");
}

static void
progress_begin(struct progress *p, unsigned node, const char *part)
{
	*p = (struct progress){.part = part, .node = node, .percent = -1};
	if (!isatty(STDERR_FILENO))
		fprintf(stderr, "probe: node %u: %s\n", node, part);
}

/* Measures one node on its first CPU. What cannot be measured is a refusal, not
 * an error: the facts of the platform are worth having without it. 0, -ENOMEM
 * or -EIO. */
static int
node_probe(struct probe_node *n, const struct platform *p, double seconds,
	struct rng *rng)
{
	struct progress progress;
	struct rounds_plan pace = {
		.seconds = seconds * RESIDENCY_PART,
		.min_rounds = ROUNDS_MIN,
		.max_rounds = RESIDENCY_ROUNDS_MAX,
		.progress = progress_show,
		.progress_context = &progress,
	};
	struct timing timing;
	int err;

	if (platform_bind(p, n->node, 0, n->refusal) ||
		timing_open(&timing, n->refusal))
		return 0;
	progress_begin(&progress, n->node, "where lines are");
	err = residency_run(
		&n->residency, &timing, &p->cpu, p->l1d_bytes, pace, rng);
	if (err)
		goto tell_missing;
	progress_begin(&progress, n->node, "what flushing costs");
	pace.seconds = seconds - pace.seconds;
	pace.max_rounds = COST_ROUNDS_MAX;
	err = cost_run(&n->cost, &timing, &p->cpu, pace, rng);
	if (!err && timing_recheck(&timing, n->refusal))
		return 0;
tell_missing:
	if (err == -ENOTSUP) {
		strcpy(n->refusal,
			"cannot tell a miss: the CPU has no clflush");
		return 0;
	}
	return err;
}

/* The nodes to measure: that of the option, or all that have CPUs. 0, or 1
 * after a message; the caller frees *nodes in any case. */
static int
nodes_choose(struct probe_node **nodes, size_t *count, const struct platform *p,
	const struct options *o)
{
	*count = 0;
	*nodes = calloc(p->node_count, sizeof(**nodes));
	if (!*nodes)
		return verb_fail("cannot probe: out of memory");
	for (size_t i = 0; i < p->node_count; i++) {
		if (p->nodes[i].cpu_count &&
			(o->node < 0 || p->nodes[i].node == o->node))
			(*nodes)[(*count)++].node = p->nodes[i].node;
	}
	if (*count)
		return 0;
	if (o->node < 0)
		return verb_fail("cannot probe: no node has a CPU");
	return verb_fail(
		"cannot probe: node %ld does not exist or has no CPU", o->node);
}

static int
facts_gather(struct provenance *facts, const struct platform *p,
	const struct options *o, const struct probe_node *nodes, size_t count)
{
	if (provenance_add(facts, "schema", PLATFORM_SCHEMA) ||
		facts_collect(facts, p) ||
		provenance_addf(facts, "probe_seconds", "%g", o->seconds) ||
		provenance_addf(
			facts, "probe_seed", "%ju", (uintmax_t)o->seed) ||
		probe_machine_add(facts, p, probe_movnt(nodes, count)) ||
		probe_facts_add(facts, nodes, count))
		return -ENOMEM;
	return 0;
}

/* Measures all chosen nodes. 0, or 1 after a message. */
static int
nodes_probe(struct probe_node *nodes, size_t count, const struct platform *p,
	const struct options *o)
{
	struct rng rng;

	rng_seed(&rng, o->seed);
	for (size_t i = 0; i < count; i++) {
		int err = node_probe(
			&nodes[i], p, o->seconds / (double)count, &rng);

		if (err == -EIO)
			return verb_fail("cannot probe: a load did not "
					 "return what was stored");
		if (err)
			return verb_fail("cannot probe: %s", strerror(-err));
	}
	return 0;
}

/* Facts go to the file, or to a standard output that is no terminal; people get
 * the summary. */
static int
results_write(const struct provenance *facts, struct atomic_file *out,
	const struct options *o, const struct platform *p,
	const struct probe_node *nodes, size_t count)
{
	if (!o->out_path && !isatty(STDOUT_FILENO)) {
		provenance_write(facts, "", stdout);
		return 0;
	}
	if (o->out_path) {
		int err;

		provenance_write(facts, "", out->stream);
		err = atomic_file_commit(out);
		if (err)
			return verb_fail("cannot write: %s: %s", strerror(-err),
				o->out_path);
	}
	probe_summary(stdout, p, nodes, count);
	return 0;
}

int
probe_main(int argc, char **argv)
{
	char error[PLATFORM_ERROR_BYTES];
	struct provenance facts = {0};
	struct atomic_file out = {0};
	struct probe_node *nodes;
	struct platform p;
	struct options o;
	size_t count;
	int status = 1, err;

	if (options_parse(&o, argc, argv))
		return 1;
	if (platform_load(&p, NULL, error))
		return verb_fail("%s", error);
	if (nodes_choose(&nodes, &count, &p, &o))
		goto free_nodes;
	err = o.out_path ? atomic_file_open(&out, o.out_path) : 0;
	if (err) {
		verb_fail("cannot write: %s: %s", strerror(-err), o.out_path);
		goto free_nodes;
	}
	status = nodes_probe(nodes, count, &p, &o);
	if (!status && facts_gather(&facts, &p, &o, nodes, count))
		status = verb_fail("cannot probe: out of memory");
	if (!status)
		status = results_write(&facts, &out, &o, &p, nodes, count);
	else if (o.out_path)
		atomic_file_abort(&out);
	provenance_free(&facts);
	for (size_t i = 0; i < count; i++)
		residency_free(&nodes[i].residency);
free_nodes:
	free(nodes);
	platform_free(&p);
	return status;
}
