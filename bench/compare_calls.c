/*
 * compare_calls.c: see compare_calls.h
 *
 * pmem_persist is measured in the second library as loaded. The lookup of rows
 * is in calls that are made with one state of the policy, then with another:
 * this program's own copy of the library, whose state can be set to rows that
 * differ on a machine where none do.
 */
#include "compare_calls.h"

#include <errno.h>
#include <dlfcn.h>
#include <math.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "goals.h"
#include "libpmem.h"
#include "nodes.h"
#include "prim_x86.h"

/* Loads of the libraries, each at other addresses; pairs of loops in each; and
 * calls of a loop: some 20 us. */
#define LOADS 12
#define PAIRS 24
#define PAIRS_MOST ((size_t)LOADS * PAIRS)
#define PERSIST_LINES 256
#define LOOKUP_CALLS 4096

#define RESAMPLES ((size_t)400)

/* Short enough for the lookup to be much of a call. */
#define LOOKUP_BYTES 64

typedef void persist_fn(const void *addr, size_t len_bytes);

struct bench {
	struct timing *timing;
	char *dest;
};

static double
persist_calls(const struct bench *b, persist_fn *persist)
{
	uint64_t start = timing_begin(b->timing);

	for (size_t i = 0; i < PERSIST_LINES; i++) {
		char *line = b->dest + i * LINE_BYTES;

		prim_store_8(line, i);
		persist(line, 8);
	}
	return timing_section_ns(b->timing, timing_end(b->timing) - start) /
	       PERSIST_LINES;
}

PRIM double
persist_inline(const struct bench *b, enum flush flush)
{
	uint64_t start = timing_begin(b->timing);

	for (size_t i = 0; i < PERSIST_LINES; i++) {
		char *line = b->dest + i * LINE_BYTES;

		prim_store_8(line, i);
		prim_flush_line(flush, line);
		prim_fence();
	}
	return timing_section_ns(b->timing, timing_end(b->timing) - start) /
	       PERSIST_LINES;
}

/* An instruction that is asked for at run time would be a branch that the
 * library does not have. */
static double
persist_flushing(const struct bench *b, enum flush flush)
{
	switch (flush) {
	case FLUSH_CLWB:
		return persist_inline(b, FLUSH_CLWB);
	case FLUSH_CLFLUSHOPT:
		return persist_inline(b, FLUSH_CLFLUSHOPT);
	case FLUSH_CLFLUSH:
		return persist_inline(b, FLUSH_CLFLUSH);
	default:
		return persist_inline(b, FLUSH_NONE);
	}
}

/* The flush that a library of ours says it uses, by its first row, which serves
 * a line that it did not map; else the newest there is. */
static enum flush
flush_of(const struct compare_libs *libs, size_t instance)
{
	char *text = library_describe(&libs->instances[instance].library);
	const char *at = text ? strstr(text, "\tflush ") : NULL;
	char name[16] = "";

	if (at)
		sscanf(at, " flush %15s", name);
	free(text);
	for (int f = 0; f < FLUSH_COUNT; f++) {
		const struct flush_kernel *k = &flush_kernels[f];

		if (*name ? strcmp(name, k->name) == 0 :
			    (libs->features & k->needs) == k->needs)
			return (enum flush)f;
	}
	return FLUSH_CLFLUSH;
}

/* POSIX: the address of a function comes as one of data. */
static persist_fn *
persist_find(const struct compare_libs *libs, size_t instance)
{
	void *address = dlsym(
		libs->instances[instance].library.handle, "pmem_persist");
	persist_fn *persist;

	memcpy(&persist, &address, sizeof(address));
	return persist;
}

/* Differences, by pair: of the library, of the peer. */
struct persist_pairs {
	double own_ns[PAIRS_MOST], peer_ns[PAIRS_MOST];
	size_t count;
};

enum way { OWN, PEER, INLINE, WAYS };

/* The loops of one load. Each pair is in an order drawn anew, for a loop may
 * owe something to the one before it. */
static void
persist_pairs_take(struct persist_pairs *p, const struct compare_libs *libs,
	const struct bench *b, struct rng *rng)
{
	size_t own = compare_instance(libs, DOMAIN_ADR, 1);
	size_t peer = libs->peer ?
			      compare_instance(libs, DOMAIN_ADR, libs->peer) :
			      own;
	persist_fn *const persist[] = {
		[OWN] = persist_find(libs, own),
		[PEER] = persist_find(libs, peer),
	};
	enum flush flush = flush_of(libs, own);
	size_t order[WAYS];
	double ns[WAYS] = {0};

	persist_calls(b, persist[OWN]);
	for (size_t i = 0; i < PAIRS; i++, p->count++) {
		rng_permutation(rng, order, WAYS);
		for (size_t n = 0; n < WAYS; n++) {
			size_t way = order[n];

			ns[way] = way == INLINE ?
					  persist_flushing(b, flush) :
					  persist_calls(b, persist[way]);
		}
		p->own_ns[p->count] = ns[OWN] - ns[INLINE];
		p->peer_ns[p->count] = ns[PEER] - ns[INLINE];
	}
}

static double
lookup_calls(const struct bench *b, const char *src, size_t low, size_t high)
{
	uint64_t start;

	policy_state.contested_min_bytes = low;
	policy_state.contested_span_bytes = high - low;
	start = timing_begin(b->timing);
	for (size_t i = 0; i < LOOKUP_CALLS; i++)
		pmem_memcpy_nodrain(b->dest, src, LOOKUP_BYTES);
	return timing_section_ns(b->timing, timing_end(b->timing) - start) /
	       LOOKUP_CALLS;
}

struct lookup_pairs {
	double contested_ns[PAIRS_MOST], elsewhere_ns[PAIRS_MOST];
	size_t count;
};

/* Calls that flush nothing, so that little else is timed. */
static void
lookup_pairs_take(
	struct lookup_pairs *p, const struct bench *b, const char *src)
{
	const struct policy_state kept = policy_state;
	struct op_policy *move = &policy_state.uniform.move;

	policy_state.row_count = 0;
	policy_index();
	nodes_assign((uintptr_t)b->dest, (uintptr_t)b->dest + 1, 0);
	move->cached = copy_kernel_find(ISA_SSE2, STORE_CACHED, FLUSH_NONE);
	move->stream_min_bytes = POLICY_NEVER;
	lookup_calls(b, src, 0, 0);
	for (; p->count < PAIRS_MOST; p->count++) {
		double uniform_ns = lookup_calls(b, src, 0, 0);

		p->contested_ns[p->count] = lookup_calls(b, src, LOOKUP_BYTES,
						    LOOKUP_BYTES + 1) -
					    uniform_ns;
		p->elsewhere_ns[p->count] = lookup_calls(b, src,
						    LOOKUP_BYTES + 1,
						    SIZE_MAX) -
					    uniform_ns;
	}
	policy_state = kept;
}

static struct interval
interval_of(const double *ns, size_t count, uint64_t seed)
{
	double scratch[PAIRS_MOST + RESAMPLES];
	struct rng rng;

	rng_seed(&rng, seed);
	return stats_bootstrap(ns, count, RESAMPLES, &rng, scratch);
}

static int
persist_write(struct compare_run *run, const struct bench *b, FILE *out,
	char error[LIBRARY_ERROR_BYTES])
{
	struct goal goal = {
		.about = "pmem_persist of a line, over inline",
		.unit = "ns",
		.at_most = true,
		.target = 2,
		.measured = true,
	};
	struct persist_pairs p = {.count = 0};
	struct interval peer;
	struct rng rng;

	rng_seed(&rng, run->seed);
	for (int i = 0; i < LOADS; i++) {
		int err = compare_libs_reload(run->libs, &rng, error);

		if (err)
			return err;
		persist_pairs_take(&p, run->libs, b, &rng);
	}
	goal.value = interval_of(p.own_ns, p.count, run->seed);
	peer = interval_of(p.peer_ns, p.count, run->seed);
	snprintf(goal.evidence, sizeof(goal.evidence),
		"store, flush and fence; %zu pairs", p.count);
	if (run->libs->peer)
		goal_tell(&goal, "; the peer: %.2f [%.2f, %.2f]", peer.middle,
			peer.low, peer.high);
	goal_write(&goal, out);
	return 0;
}

static void
lookup_write(const struct compare_run *run, const struct bench *b, FILE *out)
{
	struct goal contested = {
		.about = "lookup of a row, where rows differ",
		.unit = "ns",
		.at_most = true,
		.target = 3,
		.measured = true,
	};
	struct goal elsewhere = {
		.about = "lookup of a row, elsewhere",
		.unit = "ns",
		.at_most = true,
		.judge = GOAL_REACHABLE,
		.measured = true,
	};
	struct lookup_pairs p = {.count = 0};

	lookup_pairs_take(&p, b, run->benches[0].src);
	contested.value = interval_of(p.contested_ns, p.count, run->seed);
	elsewhere.value = interval_of(p.elsewhere_ns, p.count, run->seed);
	goal_tell(&contested,
		"pmem_memcpy_nodrain of %d B that flushes nothing, over the "
		"same call where rows differ nowhere; %zu pairs",
		LOOKUP_BYTES, p.count);
	goal_tell(&elsewhere,
		"the same call, of a length that all rows agree on, over one "
		"where rows differ nowhere; met where the interval reaches 0; "
		"%zu pairs",
		p.count);
	goal_write(&contested, out);
	goal_write(&elsewhere, out);
}

/* Size of a library without symbols; 0: strip failed, or there is none. */
static double
stripped_kb(const char *path)
{
	const char *parent = getenv("TMPDIR");
	char copy[256];
	char *argv[] = {"strip", "-o", copy, (char *)path, NULL};
	struct stat st = {0};
	int fd, status = 1;
	pid_t child;

	snprintf(copy, sizeof(copy), "%.200s/pmem-compare-XXXXXX",
		parent ? parent : "/tmp");
	fd = mkstemp(copy);
	if (fd < 0)
		return 0;
	close(fd);
	if (posix_spawnp(&child, "strip", NULL, NULL, argv, environ) == 0 &&
		waitpid(child, &status, 0) == child && status == 0)
		stat(copy, &st);
	unlink(copy);
	return (double)st.st_size / 1000;
}

static void
size_write(const struct compare_libs *libs, FILE *out)
{
	struct goal goal = {
		.about = "stripped libpmem.so.1",
		.unit = "KB",
		.at_most = true,
		.target = 120,
		.value = {.low = NAN},
	};

	goal.value.middle = stripped_kb(libs->libs[1].path);
	goal.measured = goal.value.middle > 0;
	goal_tell(&goal,
		goal.measured ? "%s" : "cannot strip it (binutils): %s",
		libs->libs[1].path);
	if (libs->peer)
		goal_tell(&goal, "; the peer: %.0f KB",
			stripped_kb(libs->libs[libs->peer].path));
	goal_write(&goal, out);
}

int
compare_calls_write(
	struct compare_run *run, FILE *out, char error[LIBRARY_ERROR_BYTES])
{
	const struct bench b = {
		.timing = run->benches[0].timing,
		.dest = run->benches[0].dest,
	};
	int err = persist_write(run, &b, out, error);

	if (err)
		return err;
	lookup_write(run, &b, out);
	size_write(run->libs, out);
	return 0;
}
