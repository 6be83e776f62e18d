/*
 * model_test.c: every row, every call, every length and offset in the model
 *
 * The kernels and the flush loop are compiled from their own sources with
 * recording primitives (prim_model.h); the public functions, unchanged, call
 * them. A row that is not eligible in a domain must lose data there: so the
 * model can tell.
 *
 * model_test [--quick]   fewer lengths: for slow builds and the mutation suite
 */
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "shares.h"
#include "trial.h"

struct model model; /* of prim_model.h */

#define LEN_MAX ((size_t)1024)
/* Of a window of one page: LEN_MAX bytes here have as much on either side. */
#define MIDDLE ((size_t)1536)
#define LARGE_BYTES ((size_t)3 << 20)
#define LARGE_MIDDLE (((size_t)1 << 20) + LINE_BYTES)
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

enum count { DURABLE, LOST, FLUSHED };
#define COUNTS 3

static bool quick;
static uint64_t (*job_counts)[COUNTS];

static void
nothing(void)
{
}

static const struct trial_ground ground = {
	.model = &model,
	.api = {.memmove = pmem_memmove,
		.memcpy = pmem_memcpy,
		.memset = pmem_memset,
		.memmove_persist = pmem_memmove_persist,
		.memcpy_persist = pmem_memcpy_persist,
		.memset_persist = pmem_memset_persist,
		.memmove_nodrain = pmem_memmove_nodrain,
		.memcpy_nodrain = pmem_memcpy_nodrain,
		.memset_nodrain = pmem_memset_nodrain,
		.flush = pmem_flush,
		.persist = pmem_persist,
		.deep_flush = pmem_deep_flush,
		.drain = pmem_drain},
	.before = nothing,
	.after = nothing,
};

/* The row serves all that its store kind may be asked for. */
static struct trial
row_use(const struct copy_kernel *row)
{
	const struct copy_kernel *noflush = copy_kernel_find(
		row->isa, STORE_CACHED, FLUSH_NONE);
	struct op_policy op = {row, row, row, noflush, 256};

	if (!noflush)
		op.noflush = copy_kernel_find(
			ISA_GENERIC, STORE_CACHED, FLUSH_NONE);
	memset(&policy_state, 0, sizeof(policy_state));
	policy_state.uniform.move = op;
	policy_state.uniform.set = op;
	return (struct trial){.kernel = row->name,
		.isa = row->isa,
		.store = row->store,
		.flush = row->flush};
}

static void
trial_count(struct trial *t, struct trial_ground *g, uint64_t *counts)
{
	t->edge_flush = t->domain == DOMAIN_EADR ?
				FLUSH_NONE :
				(enum flush)(t->turn % FLUSH_NONE);
	copy_edge_flush = t->edge_flush;
	/* Knuth's hash: the bit follows none of what is enumerated. */
	t->hit = t->turn * 2654435761U >> 31;
	copy_miss_ticks = t->hit;
	counts[trial_run(t, g) ? DURABLE : LOST]++;
	t->turn++;
}

static bool
len_is_boundary(size_t len)
{
	size_t from_power = len & (len - 1);

	return len <= 136 || from_power <= 1 || (len & (len + 1)) == 0 ||
	       len % LINE_BYTES == 0;
}

/* One row at all lengths, offsets, shapes, domains; the calls take turns. */
static void
row_small_run(
	const struct copy_kernel *row, struct trial_ground *g, uint64_t *counts)
{
	struct trial t = row_use(row);

	for (size_t i = 0; i < (LEN_MAX + 1) * LINE_BYTES; i++) {
		t.len_bytes = i / LINE_BYTES;
		t.at = MIDDLE + i % LINE_BYTES;
		if (quick && !len_is_boundary(t.len_bytes))
			continue;
		for (int j = 0; j < SHAPE_COUNT * DOMAIN_COUNT; j++) {
			t.shape = (enum shape)(j % SHAPE_COUNT);
			t.domain = (enum domain)(j / SHAPE_COUNT);
			/* A prime: each call meets every case. */
			t.call = t.turn * 31 % CALL_COUNT;
			trial_count(&t, g, counts);
		}
	}
}

static void
row_large_run(
	const struct copy_kernel *row, struct trial_ground *g, uint64_t *counts)
{
	static const size_t large[] = {
		1025, 4095, 4096, 65536 + 8, 65536 + 63, (1 << 20) + 17};
	struct trial t = row_use(row);

	for (size_t i = 0;
		i < COUNT(large) * SHAPE_COUNT * (size_t)DOMAIN_COUNT; i++) {
		t.len_bytes = large[i % COUNT(large)];
		t.shape = (enum shape)(i / COUNT(large) % SHAPE_COUNT);
		t.domain = (enum domain)(i / COUNT(large) / SHAPE_COUNT);
		t.at = LARGE_MIDDLE + (size_t)t.turn * 13 % LINE_BYTES;
		t.call = t.turn % 2 ? CALL_PERSIST : t.turn % CALL_COUNT;
		trial_count(&t, g, counts);
	}
}

static void
flush_run(
	const struct flush_kernel *k, struct trial_ground *g, uint64_t *counts)
{
	struct trial t = {
		.kernel = k->name, .flush = k->flush, .deep_flush = k->flush};

	memset(&policy_state, 0, sizeof(policy_state));
	policy_state.uniform.flush = k;
	policy_state.deep_flush = k;
	for (size_t i = 0; i < (LEN_MAX + 1) * LINE_BYTES; i++) {
		t.len_bytes = i / LINE_BYTES;
		t.at = MIDDLE + i % LINE_BYTES;
		for (int j = 0; j < DOMAIN_COUNT; j++, t.turn++) {
			t.domain = (enum domain)j;
			trial_flush_run(&t, g);
		}
	}
	counts[FLUSHED] += t.turn;
}

/* A row, or a flush kernel. */
static void
job_run(size_t job)
{
	struct trial_ground g = ground;
	uint64_t *counts = job_counts[job];

	trial_ground_make(&g, PAGE_BYTES);
	if (job >= copy_kernel_count) {
		flush_run(&flush_kernels[job - copy_kernel_count], &g, counts);
		return;
	}
	row_small_run(&copy_kernels[job], &g, counts);
	trial_ground_drop(&g);
	trial_ground_make(&g, LARGE_BYTES);
	row_large_run(&copy_kernels[job], &g, counts);
	trial_ground_drop(&g);
}

int
main(int argc, char **argv)
{
	size_t job_count = copy_kernel_count + FLUSH_COUNT;
	uint64_t sum[COUNTS] = {0};

	quick = argc > 1 && !strcmp(argv[1], "--quick");
	job_counts = shares_memory(job_count * sizeof(*job_counts));
	if (!shares_run(job_count, job_run))
		return 1;
	for (size_t i = 0; i < job_count * COUNTS; i++)
		sum[i % COUNTS] += job_counts[i / COUNTS][i % COUNTS];
	printf("counts: %zu rows, %llu cases as promised, %llu cases of "
	       "ineligible rows seen to lose data, %llu flushes\n",
		copy_kernel_count, (unsigned long long)sum[DURABLE],
		(unsigned long long)sum[LOST],
		(unsigned long long)sum[FLUSHED]);
	CHECK(quick || sum[DURABLE] >= 10000000, "fewer than 10 million cases");
	return 0;
}
