/*
 * threads.c: the verb: bytes a second against threads, for each store kind
 *
 * What peaks before all CPUs of a node work is the memory, not the CPUs.
 */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "atomic_file.h"
#include "bench.h"
#include "facts.h"
#include "flaw.h"
#include "threads_rounds.h"
#include "verb.h"

const char threads_help[] =
	"pmem-bench threads --out FILE [--platform FILE] [--target TARGET]\n"
	"                   [--quick]\n"
	"\n"
	"Measures on each node how many bytes a second 1, 2, 4 ... all CPUs\n"
	"copy at once, with the widest kernel of each kind of store, and\n"
	"writes FILE (threads.tsv). Copies are of 4 KiB and 1 MiB, the\n"
	"destination not in cache; all counts of threads take turns. About a\n"
	"second a count; a quarter with --quick.\n"
	"\n"
	"Exit status: 0; 1 error; 2 refused, for numbers would be worthless\n"
	"(nothing is written).\n";

#define THREADS_HEADER \
	"cpu_node\ttarget\top\tkernel\tsize_bytes\tthreads\tgb_per_s\t" \
	"gb_per_s_lo\tgb_per_s_hi\tpeak\n"

#define ROUNDS_QUICK 6
#define RESAMPLES ((size_t)400)

struct session {
	const char *out, *platform_path;
	struct platform platform;
	struct timing timing;
	struct threads_rounds rounds;
	struct atomic_file file;
};

/* Rates of a kernel at a size by count of threads, and which count is the
 * peak. */
struct curve {
	struct interval gb_per_s[THREADS_COUNTS_MOST];
	size_t peak;
};

/* Fills an empty one. Counts beyond the peak gain nothing that can be told from
 * chance. */
static void
curve_take(struct curve *curve, struct threads_rounds *r, size_t size,
	size_t kernel)
{
	double scratch[THREADS_ROUNDS_MOST + RESAMPLES], best = 0;

	for (size_t c = 0; c < r->counts; c++) {
		struct interval *rate = &curve->gb_per_s[c];

		*rate = stats_bootstrap(r->gb_per_s[size][kernel][c],
			r->round_count, RESAMPLES, &r->rng, scratch);
		rate->low = fmin(rate->low, rate->middle);
		rate->high = fmax(rate->high, rate->middle);
		best = fmax(best, rate->middle);
	}
	while (curve->peak + 1 < r->counts &&
		curve->gb_per_s[curve->peak].high < best)
		curve->peak++;
}

static void
rows_print(struct session *s, unsigned node, size_t size, size_t kernel)
{
	struct threads_rounds *r = &s->rounds;
	const char *name = r->kernels[kernel]->name;
	size_t bytes = threads_sizes_bytes[size];
	struct curve curve = {.peak = 0};

	curve_take(&curve, r, size, kernel);
	for (size_t c = 0; c < r->counts; c++) {
		const struct interval *rate = &curve.gb_per_s[c];

		fprintf(s->file.stream,
			"%u\t%s\tmove\t%s\t%zu\t%zu\t%.3f\t%.3f\t%.3f\t%s\n",
			node, r->target, name, bytes, r->threads[c],
			rate->middle, rate->low, rate->high,
			c == curve.peak ? "yes" : "no");
	}
	printf("node %u  %-18s %7zu B: %6.2f GB/s on 1 CPU, %6.2f at the peak, "
	       "%zu of %zu\n",
		node, name, bytes, curve.gb_per_s[0].middle,
		curve.gb_per_s[curve.peak].middle, r->threads[curve.peak],
		r->threads[r->counts - 1]);
}

static int
node_measure(struct session *s, const struct platform_node *node)
{
	char error[PLATFORM_ERROR_BYTES], text[FLAW_BYTES];
	struct threads_rounds *r = &s->rounds;
	const char *flaw;

	if (threads_rounds_run(r, node, error))
		return verb_fail("%s: %s", error, r->target);
	flaw = flaw_find(&s->timing, &r->states, r->stolen_pct, 0, text);
	if (flaw)
		return verb_refuse(flaw);
	for (size_t i = 0; i < THREADS_SIZES; i++) {
		for (size_t k = 0; k < r->kernel_count; k++)
			rows_print(s, node->node, i, k);
	}
	return 0;
}

static int
facts_write(struct session *s)
{
	char error[PROVENANCE_ERROR_BYTES];
	struct provenance facts = {0};
	int err = 0;

	if (s->platform_path &&
		provenance_read(&facts, s->platform_path, "1", error))
		return verb_fail("cannot read platform: %s: %s", error,
			s->platform_path);
	if (!s->platform_path)
		err = facts_collect(&facts, &s->platform);
	if (!err)
		provenance_write(&facts, "# ", s->file.stream);
	provenance_free(&facts);
	return err ? verb_fail("cannot measure: out of memory") : 0;
}

static int
nodes_measure(struct session *s)
{
	int status = facts_write(s);

	fputs(THREADS_HEADER, s->file.stream);
	for (size_t i = 0; !status && i < s->platform.node_count; i++) {
		if (s->platform.nodes[i].cpu_count)
			status = node_measure(s, &s->platform.nodes[i]);
	}
	return status;
}

/* The file appears whole or not at all. */
static int
file_write(struct session *s)
{
	int err = atomic_file_open(&s->file, s->out), status = 0;

	if (!err) {
		status = nodes_measure(s);
		if (status)
			atomic_file_abort(&s->file);
		else
			err = atomic_file_commit(&s->file);
	}
	if (err)
		status = verb_fail(
			"cannot write: %s: %s", strerror(-err), s->out);
	return status;
}

static int
measure(struct session *s)
{
	char error[PLATFORM_ERROR_BYTES];
	int status;

	if (platform_load(&s->platform, NULL, error))
		return verb_fail("%s", error);
	if (timing_open(&s->timing, error)) {
		status = verb_refuse(error);
	} else {
		s->rounds.platform = &s->platform;
		s->rounds.timing = &s->timing;
		threads_kernels_choose(&s->rounds, s->platform.cpu.features);
		rng_seed(&s->rounds.rng, 1);
		status = file_write(s);
	}
	platform_free(&s->platform);
	return status;
}

int
threads_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"out", required_argument, NULL, 'o'},
		{"platform", required_argument, NULL, 'p'},
		{"target", required_argument, NULL, 't'},
		{"quick", no_argument, NULL, 'q'},
		{NULL, 0, NULL, 0},
	};
	struct session s = {
		.rounds = {.target = "dram",
			.round_count = THREADS_ROUNDS_MOST},
	};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c == 'o')
			s.out = optarg;
		else if (c == 'p')
			s.platform_path = optarg;
		else if (c == 't')
			s.rounds.target = optarg;
		else if (c == 'q')
			s.rounds.round_count = ROUNDS_QUICK;
		else
			return verb_bad_option(c, argv);
	}
	if (verb_bad_count(argc, argv, 0))
		return 1;
	if (!s.out)
		return verb_fail("nowhere to write: give --out FILE: see "
				 "pmem-bench threads --help");
	return measure(&s);
}
