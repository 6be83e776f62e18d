/*
 * raced_test.c: what a sweep dropped does not stand for choice; and errors that
 * few rounds have vary as they should
 */
#include "raced.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "slots.h"

static void
fact(struct measurements *all, const char *key, const char *value)
{
	CHECK(provenance_add(&all->provenance, key, value) == 0);
}

/* Two pairs in two starts of four reps each: 16 reps of two variants. */
static struct measurements
plant(const char *starts)
{
	struct measurements all = {0};

	fact(&all, "schema", MEASUREMENT_SCHEMA);
	if (starts)
		fact(&all, "starts", starts);
	fact(&all, "rounds_most", "4");
	for (unsigned i = 0; i < 64; i++) {
		struct measurement m = {
			.op = i & 1 ? OP_MOVE : OP_SET,
			.isa = i & 2 ? ISA_AVX : ISA_SSE2,
			.store = STORE_STREAM,
			.flush = FLUSH_CLWB,
			.threads = 1,
			.mem_node = i / 32,
			.size_bytes = 64,
			.rep = i / 4,
			.time_ns = 1,
		};

		CHECK(measurements_push(&all, &m) == 0);
	}
	return all;
}

static void
test_left(void)
{
	struct measurements all = plant("2"), left;
	char error[PROVENANCE_ERROR_BYTES];

	fact(&all, "start_1_dropped", "none");
	CHECK(raced_leave_out(&left, &all, RACED_DROPPED, error) == 0);
	CHECK(left.count == 64);
	free(left.rows);

	/* Start 3 is the second one of the second pair. */
	fact(&all, "start_3_dropped",
		"move avx/stream/clflush, "
		"set sse2/stream/clwb");
	CHECK(raced_leave_out(&left, &all, RACED_DROPPED, error) == 0);
	CHECK(left.count == 64 - 8);
	for (size_t i = 0; i < left.count; i++)
		CHECK(left.rows[i].mem_node == 0 ||
			left.rows[i].op == OP_MOVE ||
			left.rows[i].isa == ISA_AVX);
	free(left.rows);
	measurements_free(&all);
}

/* The planted rows are of 64 bytes. */
static void
test_lengths(void)
{
	struct measurements all = plant("2"), left;
	char error[PROVENANCE_ERROR_BYTES];

	fact(&all, "start_1_added", "move 1280, set 192");
	fact(&all, "start_1_dropped", "move avx/stream/clwb");
	fact(&all, "start_3_added", "set 96, set 64");
	CHECK(raced_leave_out(&left, &all, RACED_ADDED, error) == 0);
	CHECK(left.count == 64 - 16);
	for (size_t i = 0; i < left.count; i++)
		CHECK(left.rows[i].mem_node == 0 || left.rows[i].op == OP_MOVE);
	free(left.rows);
	measurements_free(&all);
}

static void
test_flawed_lengths(void)
{
	static const char *const flaws[] = {"", "move", "move ", "move x",
		"move 0", "move -1", "move 1280 ", "copy 1280", "move 1280,",
		"move 99999999999999999999"};
	char error[PROVENANCE_ERROR_BYTES];

	for (size_t i = 0; i < sizeof(flaws) / sizeof(*flaws); i++) {
		struct measurements all = plant("2"), left;

		fact(&all, "start_1_added", flaws[i]);
		CHECK(raced_leave_out(&left, &all, RACED_ADDED, error) ==
				-EINVAL,
			"%s", flaws[i]);
		CHECK_TEXT(error, "start_1_added names no length");
		measurements_free(&all);
	}
}

static void
test_flaws(void)
{
	static const char *const flaws[] = {"", "move", "move avx",
		"move avx/stream", "move avx/stream/", "copy avx/stream/clwb",
		"move avx/stream/clwb/", "move avx/stream/clwb,",
		"none, move avx/stream/clwb"};
	struct measurements all, left;
	char error[PROVENANCE_ERROR_BYTES];

	for (size_t i = 0; i < sizeof(flaws) / sizeof(*flaws); i++) {
		all = plant("2");
		fact(&all, "start_1_dropped", flaws[i]);
		CHECK(raced_leave_out(&left, &all, RACED_DROPPED, error) ==
				-EINVAL,
			"%s", flaws[i]);
		CHECK_TEXT(error, "start_1_dropped names no variant");
		measurements_free(&all);
	}
	all = plant(NULL);
	fact(&all, "start_1_dropped", "move avx/stream/clwb");
	CHECK(raced_leave_out(&left, &all, RACED_DROPPED, error) == -EINVAL);
	measurements_free(&all);
}

/* Slots of errors with and without gaps: the mean of resampled ones varies by
 * the sum of squares over n (n - 1), n errors being there. */
static void
test_gaps(void)
{
	static const double whole[8] = {1, -2, 3, -4, 4, -3, 2, -1};
	static const double gaps[8] = {1, -1, 2, -2, NAN, NAN, NAN, NAN};
	size_t order[8] = {3, 1, 4, 0, 5, 7, 2, 6};
	double slots[8], sum = 0;

	slots_spread(slots, 8, whole, 8, order);
	for (int j = 0; j < 8; j++)
		sum += slots[j] * slots[j];
	CHECK(fabs(sum / 64 - 60.0 / (8 * 7)) < 1e-9, "%g", sum);
	slots_spread(slots, 8, gaps, 8, order);
	sum = 0;
	for (int j = 0; j < 8; j++)
		sum += slots[j] * slots[j];
	CHECK(fabs(sum / 64 - 10.0 / (4 * 3)) < 1e-9, "%g", sum);
}

int
main(void)
{
	test_left();
	test_lengths();
	test_flawed_lengths();
	test_flaws();
	test_gaps();
	return 0;
}
