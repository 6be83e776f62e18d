/*
 * compare_calls.c: see compare_calls.h
 *
 * pmem_persist is measured in the second library as loaded. The lookup of rows
 * is in calls that are made with one state of the policy, then with another:
 * this program's own copy of the library, whose state can be set to rows that
 * differ on a machine where none do.
 */
#include "compare_calls.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

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
		pmem_memcpy_nodrain(b->dest, src, COMPARE_LOOKUP_BYTES);
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

		p->contested_ns[p->count] = lookup_calls(b, src,
						    COMPARE_LOOKUP_BYTES,
						    COMPARE_LOOKUP_BYTES + 1) -
					    uniform_ns;
		p->elsewhere_ns[p->count] = lookup_calls(b, src,
						    COMPARE_LOOKUP_BYTES + 1,
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
persist_measure(struct compare_calls *calls, struct compare_run *run,
	const struct bench *b, char error[LIBRARY_ERROR_BYTES])
{
	struct persist_pairs p = {.count = 0};
	struct rng rng;

	rng_seed(&rng, run->seed);
	for (int i = 0; i < LOADS; i++) {
		int err = compare_libs_reload(run->libs, &rng, error);

		if (err)
			return err;
		persist_pairs_take(&p, run->libs, b, &rng);
	}
	calls->persist = interval_of(p.own_ns, p.count, run->seed);
	calls->persist_peer = interval_of(p.peer_ns, p.count, run->seed);
	calls->persist_pairs = p.count;
	return 0;
}

static void
lookup_measure(struct compare_calls *calls, const struct compare_run *run,
	const struct bench *b)
{
	struct lookup_pairs p = {.count = 0};

	lookup_pairs_take(&p, b, run->benches[0].src);
	calls->contested = interval_of(p.contested_ns, p.count, run->seed);
	calls->elsewhere = interval_of(p.elsewhere_ns, p.count, run->seed);
	calls->lookup_pairs = p.count;
}

int
compare_calls_measure(struct compare_calls *calls, struct compare_run *run,
	char error[LIBRARY_ERROR_BYTES])
{
	const struct bench b = {
		.timing = run->benches[0].timing,
		.dest = run->benches[0].dest,
	};
	int err = persist_measure(calls, run, &b, error);

	if (!err)
		lookup_measure(calls, run, &b);
	return err;
}
