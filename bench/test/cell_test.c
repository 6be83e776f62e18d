/*
 * cell_test.c: what a section does with memory: the operations asked for, each
 * on a place of its own, drained as asked, and nothing beside them
 *
 * No time is asserted, only that a clock runs.
 */
#include "cell.h"

#include <stdint.h>

#include "check.h"
#include "copy.h"

#define SIZE_MOST ((size_t)64 << 10)

static size_t operations, drains, bytes;
static char *seen[CELL_BATCH];

static char *
move_count(char *dest, const char *src, size_t len_bytes)
{
	for (size_t i = 0; i < operations && i < CELL_BATCH; i++) {
		CHECK(dest >= seen[i] + len_bytes ||
			dest + len_bytes <= seen[i]);
	}
	if (operations < CELL_BATCH)
		seen[operations] = dest;
	operations++;
	bytes += len_bytes;
	return memcpy(dest, src, len_bytes);
}

static void
drain_count(void)
{
	drains++;
}

static const struct variant counting = {
	CALL_MOVE, {.move = move_count}, drain_count};

static void
section_check(const struct cell_bench *bench, const struct cell *cell,
	struct rng *rng)
{
	const char *end = bench->dest + bench->dest_bytes;
	struct cell_place place;

	cell_place(&place, bench, cell, rng);
	CHECK(place.count >= 1 && place.count <= CELL_BATCH);
	CHECK((uintptr_t)place.src % LINE_BYTES == cell->src_offset);
	CHECK(place.src >= bench->src);
	CHECK(place.src + cell->size_bytes <= bench->src + bench->src_bytes);
	for (size_t i = 0; i < place.count; i++) {
		CHECK((uintptr_t)place.dest[i] % LINE_BYTES ==
			cell->dst_offset);
		CHECK(place.dest[i] >= bench->dest);
		CHECK(place.dest[i] + cell->size_bytes <= end);
	}
	operations = drains = bytes = 0;
	cell_prepare(bench, cell, &place);
	cell_section(bench, cell, &place, &counting);
	CHECK(operations == place.count);
	CHECK(bytes == place.count * cell->size_bytes);
	CHECK(drains == (cell->drain == DRAIN_EACH ? place.count : 1));
	CHECK(memcmp(place.dest[0], place.src, cell->size_bytes) == 0);
	CHECK(cell_sample_operations(bench, cell) % place.count == 0);
}

static void
test_sections(const struct cell_bench *bench, struct rng *rng)
{
	static const size_t sizes[] = {1, 8, 63, 64, 100, 4096, SIZE_MOST};

	for (int r = 0; r < RESIDENCY_COUNT; r++) {
		for (int d = 0; d < DRAIN_COUNT; d++) {
			for (size_t s = 0; s < 7; s++) {
				struct cell cell = {OP_MOVE, (enum residency)r,
					(enum drain)d, sizes[s], 8, 24};

				section_check(bench, &cell, rng);
			}
		}
	}
}

/* A call form writes its range and no byte around it. */
static void
form_check(const struct cell_bench *bench, const struct variant *v, enum op op,
	struct rng *rng)
{
	struct cell cell = {op, RESIDENCY_WARM, DRAIN_BATCH, 100, 8, 0};
	struct cell_place place;

	memset(bench->dest, 1, bench->dest_bytes);
	cell_place(&place, bench, &cell, rng);
	cell_section(bench, &cell, &place, v);
	for (size_t i = 0; i < place.count; i++) {
		const char *before = place.dest[i] - 1;

		CHECK(before[0] == 1);
		CHECK(before[1] != 1);
		CHECK(before[100] != 1);
		CHECK(before[101] == 1);
	}
	CHECK(cell_sample(bench, &cell, &place, v) > 0);
}

static void
test_forms(const struct cell_bench *bench, struct rng *rng)
{
	const struct copy_kernel *k = copy_kernel_find(
		ISA_SSE2, STORE_CACHED, FLUSH_CLFLUSH);
	struct variant move = {CALL_MOVE, {.move = k->move}, flush_fence};
	struct variant set = {CALL_SET, {.set = k->set}, flush_fence};
	struct variant api_move = {CALL_MEMCPY, {.memcpy = memcpy}, NULL};
	struct variant api_set = {CALL_MEMSET, {.memset = memset}, NULL};
	struct variant flush = {CALL_FLUSH,
		{.flush = flush_kernels[FLUSH_CLFLUSH].range}, flush_fence};
	struct cell cell = {OP_FLUSH, RESIDENCY_WARM, DRAIN_EACH, 100, 0, 0};
	struct cell_place place;

	form_check(bench, &move, OP_MOVE, rng);
	form_check(bench, &set, OP_SET, rng);
	form_check(bench, &api_move, OP_MOVE, rng);
	form_check(bench, &api_set, OP_SET, rng);
	cell_place(&place, bench, &cell, rng);
	CHECK(cell_sample(bench, &cell, &place, &flush) > 0);
}

static void
test_look(const struct cell_bench *bench, struct rng *rng)
{
	struct cell cell = {OP_MOVE, RESIDENCY_COLD, DRAIN_EACH, 4096, 0, 0};
	struct cell_tally tally = {0};
	struct cell_place place;

	cell_place(&place, bench, &cell, rng);
	cell_look(&tally, bench, &cell, &place, 3, rng);
	CHECK(tally.lines == 3);
	CHECK(tally.cached <= 3);
}

int
main(void)
{
	char error[TIMING_ERROR_BYTES];
	struct timing timing;
	struct cell_bench bench = {.timing = &timing};
	struct rng rng;

	/* The machine may be busy, now or always. */
	for (int left = 2; timing_open(&timing, error); left--) {
		if (!left)
			test_skip(error);
	}
	CHECK(timing.ns_per_tick > 0);
	CHECK(timing_section_ns(&timing, 0) > 0);

	rng_seed(&rng, 1);
	bench.dest_bytes = cell_dest_bytes(SIZE_MOST);
	bench.src_bytes = cell_src_bytes(SIZE_MOST);
	bench.dest = aligned_alloc(4096, (bench.dest_bytes + 4095) & ~4095UL);
	bench.src = aligned_alloc(4096, (bench.src_bytes + 4095) & ~4095UL);
	CHECK(bench.dest && bench.src);
	memset(bench.src, 7, bench.src_bytes);
	memset(bench.dest, 1, bench.dest_bytes);
	test_sections(&bench, &rng);
	test_forms(&bench, &rng);
	test_look(&bench, &rng);
	free(bench.dest);
	free(bench.src);
	return 0;
}
