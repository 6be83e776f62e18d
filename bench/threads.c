/*
 * threads.c: the verb: bytes a second against threads, for each store kind
 *
 * What peaks before all CPUs of a node work is the memory, not the CPUs. Copies
 * of one size, not in cache, in batches, each thread with its own data on its
 * own CPU. All kinds of store take turns in a round, for each count of threads
 * in turn; the rate is that of the slowest thread.
 */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "atomic_file.h"
#include "bench.h"
#include "buffer.h"
#include "cell.h"
#include "copy.h"
#include "crew.h"
#include "facts.h"
#include "policy.h"
#include "verb.h"

const char threads_help[] =
	"pmem-bench threads --out FILE [--platform FILE] [--target TARGET]\n"
	"                   [--quick]\n"
	"\n"
	"Measures on each node how many bytes a second 1, 2, 4 ... all CPUs\n"
	"copy at once, with the widest kernel of each kind of store, and\n"
	"writes FILE (threads.tsv). Copies are of 4 KiB and 1 MiB, the\n"
	"destination not in cache. About a second a count of threads; a\n"
	"quarter with --quick.\n"
	"\n"
	"Exit status: 0; 1 error.\n";

#define THREADS_HEADER \
	"cpu_node\ttarget\top\tkernel\tsize_bytes\tthreads\tgb_per_s\t" \
	"gb_per_s_lo\tgb_per_s_hi\tpeak\n"

#define ROUNDS 24
#define ROUNDS_QUICK 6
#define RESAMPLES ((size_t)400)
#define KINDS_MOST 8
#define COUNTS_MOST 64

static const size_t sizes_bytes[] = {4096, (size_t)1 << 20};
#define SIZES (sizeof(sizes_bytes) / sizeof(sizes_bytes[0]))

/* Kernels to compare: with the newest flush, and without. */
struct kinds {
	const struct copy_kernel *kernels[KINDS_MOST];
	size_t count;
};

struct session {
	const char *out, *platform_path, *target;
	unsigned rounds;
	struct platform platform;
	struct timing timing;
	struct kinds kinds;
	struct atomic_file file;
	struct rng rng;
};

/* One count of threads on one node. */
struct team {
	struct session *session;
	struct crew crew;
	struct buffer *dest, *src; /* one a thread */
	size_t buffers; /* open ones of each */
	struct cell_bench *benches;
	struct cell_place *places;
	struct cell cell;
	struct variant variant;
	double *ns;
};

static void
kinds_choose(struct kinds *kinds, uint32_t features)
{
	for (int store = 0; store < STORE_COUNT; store++) {
		bool flushed = false;

		for (int flush = 0; flush < FLUSH_COUNT; flush++) {
			const struct copy_kernel *widest = NULL;

			for (int isa = 0; isa <= ISA_AVX512F; isa++) {
				const struct copy_kernel *k = copy_kernel_find(
					(enum isa)isa, (enum store)store,
					(enum flush)flush);

				if (k && (k->needs & features) == k->needs)
					widest = k;
			}
			if (!widest || (flushed && flush != FLUSH_NONE))
				continue;
			flushed = true;
			kinds->kernels[kinds->count++] = widest;
		}
	}
}

static void
team_close(struct team *t)
{
	for (size_t i = 0; i < t->buffers; i++) {
		buffer_close(&t->dest[i]);
		buffer_close(&t->src[i]);
	}
	free(t->dest);
	free(t->src);
	free(t->benches);
	free(t->places);
	free(t->ns);
	crew_close(&t->crew);
}

static int
member_open(struct team *t, size_t i, unsigned node,
	char error[PLATFORM_ERROR_BYTES])
{
	struct session *s = t->session;
	size_t most = sizes_bytes[SIZES - 1];
	int err = buffer_open(&t->dest[i], &s->platform, s->target, node,
		cell_dest_bytes(most), error);

	if (err)
		return err;
	err = buffer_open(&t->src[i], &s->platform, "dram", node,
		cell_src_bytes(most), error);
	if (err) {
		buffer_close(&t->dest[i]);
		return err;
	}
	t->benches[i] = (struct cell_bench){
		.timing = &s->timing,
		.dest = t->dest[i].addr,
		.dest_bytes = t->dest[i].bytes,
		.src = t->src[i].addr,
		.src_bytes = t->src[i].bytes,
		.l1d_bytes = s->platform.l1d_bytes,
		.l2_bytes = s->platform.l2_bytes,
		.has_clflushopt = s->platform.cpu.features & CPU_CLFLUSHOPT,
		.crew = &t->crew,
	};
	t->buffers++;
	return 0;
}

static int
team_open(struct team *t, struct session *s, unsigned node, size_t count,
	char error[PLATFORM_ERROR_BYTES])
{
	int err;

	*t = (struct team){.session = s};
	err = crew_open(&t->crew, &s->platform, node, count, error);
	if (err)
		return err;
	t->dest = calloc(count, sizeof(*t->dest));
	t->src = calloc(count, sizeof(*t->src));
	t->benches = calloc(count, sizeof(*t->benches));
	t->places = calloc(count, sizeof(*t->places));
	t->ns = calloc(count, sizeof(*t->ns));
	if (!t->dest || !t->src || !t->benches || !t->places || !t->ns) {
		snprintf(error, PLATFORM_ERROR_BYTES, "out of memory");
		err = -ENOMEM;
	}
	for (size_t i = 0; !err && i < count; i++)
		err = member_open(t, i, node, error);
	if (err)
		team_close(t);
	return err;
}

static void
member_run(size_t index, void *context)
{
	struct team *t = context;

	t->ns[index] = cell_sample(
		&t->benches[index], &t->cell, &t->places[index], &t->variant);
}

/* Gigabytes a second of all threads together. */
static double
rate_take(struct team *t, const struct copy_kernel *kernel)
{
	double slowest_ns = 0;

	t->variant = (struct variant){
		CALL_MOVE, {.move = kernel->move}, flush_fence};
	crew_run(&t->crew, member_run, t);
	for (size_t i = 0; i < t->crew.count; i++)
		slowest_ns = fmax(slowest_ns, t->ns[i]);
	return (double)(t->crew.count * t->cell.size_bytes) / slowest_ns;
}

/* Rates of every kind at one size, by kind and round. */
static void
rates_take(struct team *t, double rates[KINDS_MOST][ROUNDS])
{
	struct session *s = t->session;
	size_t order[KINDS_MOST];

	for (unsigned r = 0; r < s->rounds; r++) {
		for (size_t i = 0; i < t->crew.count; i++)
			cell_place(&t->places[i], &t->benches[i], &t->cell,
				&s->rng);
		rng_permutation(&s->rng, order, s->kinds.count);
		for (size_t k = 0; k < s->kinds.count; k++)
			rates[order[k]][r] = rate_take(
				t, s->kinds.kernels[order[k]]);
	}
}

/* What one node reached: by size, kind and count of threads. */
struct node_rates {
	unsigned node;
	size_t threads[COUNTS_MOST], counts;
	struct interval rates[SIZES][KINDS_MOST][COUNTS_MOST];
};

static int
count_measure(struct session *s, struct node_rates *n,
	char error[PLATFORM_ERROR_BYTES])
{
	double rates[KINDS_MOST][ROUNDS], scratch[ROUNDS + RESAMPLES];
	struct team team;
	int err = team_open(&team, s, n->node, n->threads[n->counts], error);

	if (err)
		return err;
	for (size_t i = 0; i < SIZES; i++) {
		team.cell = (struct cell){
			.op = OP_MOVE,
			.residency = RESIDENCY_COLD,
			.drain = DRAIN_BATCH,
			.size_bytes = sizes_bytes[i],
		};
		rates_take(&team, rates);
		for (size_t k = 0; k < s->kinds.count; k++)
			n->rates[i][k][n->counts] = stats_bootstrap(rates[k],
				s->rounds, RESAMPLES, &s->rng, scratch);
	}
	team_close(&team);
	n->counts++;
	return 0;
}

static void
rows_print(
	struct session *s, const struct node_rates *n, size_t size, size_t kind)
{
	const struct interval *rates = n->rates[size][kind];
	size_t peak = 0;

	for (size_t c = 0; c < n->counts; c++) {
		if (rates[c].middle > rates[peak].middle)
			peak = c;
	}
	for (size_t c = 0; c < n->counts; c++)
		fprintf(s->file.stream,
			"%u\t%s\tmove\t%s\t%zu\t%zu\t%.3f\t%.3f\t%.3f\t%s\n",
			n->node, s->target, s->kinds.kernels[kind]->name,
			sizes_bytes[size], n->threads[c], rates[c].middle,
			rates[c].low, rates[c].high, c == peak ? "yes" : "no");
	printf("node %u  %-18s %7zu B: %6.2f GB/s on 1 CPU, most %6.2f on "
	       "%zu of %zu\n",
		n->node, s->kinds.kernels[kind]->name, sizes_bytes[size],
		rates[0].middle, rates[peak].middle, n->threads[peak],
		n->threads[n->counts - 1]);
}

/* 1, 2, 4 ... and all CPUs of the node. */
static int
node_measure(struct session *s, const struct platform_node *node)
{
	char error[PLATFORM_ERROR_BYTES];
	struct node_rates n = {.node = node->node};
	size_t threads = 1, last = 0;

	while (last < node->cpu_count && n.counts < COUNTS_MOST) {
		n.threads[n.counts] = last = threads;
		if (count_measure(s, &n, error))
			return verb_fail("%s: %s", error, s->target);
		threads = 2 * threads < node->cpu_count ? 2 * threads :
							  node->cpu_count;
	}
	for (size_t i = 0; i < SIZES; i++) {
		for (size_t k = 0; k < s->kinds.count; k++)
			rows_print(s, &n, i, k);
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
		status = verb_fail("%s", error);
	} else {
		kinds_choose(&s->kinds, s->platform.cpu.features);
		rng_seed(&s->rng, 1);
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
	struct session s = {.target = "dram", .rounds = ROUNDS};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c == 'o')
			s.out = optarg;
		else if (c == 'p')
			s.platform_path = optarg;
		else if (c == 't')
			s.target = optarg;
		else if (c == 'q')
			s.rounds = ROUNDS_QUICK;
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
