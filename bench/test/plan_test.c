/*
 * plan_test.c: plans expand to what plan.def says, and rounds fit the budget
 */
#include "plan.h"

#include <errno.h>

#include "check.h"
#include "copy.h"
#include "cpu.h"

#define OLD_CPU (CPU_SSE2 | CPU_CLFLUSH)
#define NEW_CPU (OLD_CPU | CPU_AVX | CPU_AVX512F | CPU_CLFLUSHOPT | CPU_CLWB)

static void
test_plans(void)
{
	static const char *const names[] = {"quick", "default", "thorough"};

	for (size_t i = 0; i < 3; i++) {
		const struct plan *plan = plan_find(names[i]);

		CHECK(plan);
		CHECK_TEXT(plan->name, names[i]);
		CHECK(plan->starts >= 2);
		CHECK(plan->rounds_most >= 1);
		for (const size_t *s = plan->aligned; s[1]; s++)
			CHECK(s[0] < s[1]);
	}
	CHECK(plan_find("quick")->budget_s <= 60);
	CHECK(plan_find("default")->budget_s <= 300);
	CHECK(!plan_find("slow"));
}

static struct plan_work
expand(const char *plan, uint32_t features, const char *only)
{
	struct plan_filter filter;
	struct plan_work work;

	CHECK(plan_filter_parse(&filter, only) == 0);
	CHECK(plan_expand(&work, plan_find(plan), features, &filter) == 0);
	return work;
}

static void
test_variants(void)
{
	struct plan_work work = expand("default", OLD_CPU, NULL);

	/* generic and sse2; cached and stream; clflush and none. */
	CHECK(work.variant_count[OP_MOVE] == 8);
	CHECK(work.variant_count[OP_SET] == 8);
	CHECK(work.variant_count[OP_FLUSH] == 2);
	plan_free(&work);

	/* Four isas; two that stream parts of lines, two that look. */
	work = expand("default", NEW_CPU, NULL);
	CHECK(work.variant_count[OP_MOVE] == 32 + 2 + 8);
	CHECK(work.variant_count[OP_FLUSH] == FLUSH_COUNT);
	plan_free(&work);

	/* The two widest; those that only stream beside them. */
	work = expand("quick", NEW_CPU, NULL);
	CHECK(work.variant_count[OP_MOVE] == 16 + 2 + 8);
	for (size_t i = 0; i < work.variant_count[OP_MOVE]; i++)
		CHECK(work.variants[OP_MOVE][i].isa >= ISA_AVX);
	plan_free(&work);
	work = expand("quick", NEW_CPU | CPU_MOVDIR64B, NULL);
	CHECK(work.variant_count[OP_MOVE] == 20 + 2 + 8);
	plan_free(&work);
	work = expand("quick", OLD_CPU, NULL);
	CHECK(work.variant_count[OP_MOVE] == 8);
	plan_free(&work);
}

static bool
cell_equal(const struct cell *a, const struct cell *b)
{
	return a->op == b->op && a->residency == b->residency &&
	       a->drain == b->drain && a->size_bytes == b->size_bytes &&
	       a->dst_offset == b->dst_offset && a->src_offset == b->src_offset;
}

static void
test_cells(void)
{
	struct plan_work work = expand("quick", OLD_CPU, NULL);

	/* 22 aligned and 4 unaligned sizes of move and set, 22 of flush. */
	CHECK(work.cell_count == (size_t)(26 + 26 + 22) * 6);
	CHECK(plan_size_most(&work) == (size_t)16 << 20);
	for (size_t i = 0; i < work.cell_count; i++) {
		const struct cell *c = &work.cells[i];

		CHECK(c->op == OP_MOVE || c->src_offset == 0);
		CHECK(c->op != OP_FLUSH || c->dst_offset == 0);
		for (size_t j = 0; j < i; j++)
			CHECK(!cell_equal(c, &work.cells[j]));
	}
	plan_free(&work);
}

static void
test_filter(void)
{
	struct plan_filter filter;
	struct plan_work work = expand("quick", OLD_CPU, "move,4096,8192,cold");

	/* Aligned 4096 and 8192, unaligned 4096; each and batch. */
	CHECK(work.cell_count == 6);
	for (size_t i = 0; i < work.cell_count; i++) {
		CHECK(work.cells[i].op == OP_MOVE);
		CHECK(work.cells[i].residency == RESIDENCY_COLD);
	}
	plan_free(&work);

	/* Nothing of a plan, and what is no word of it. */
	work = expand("quick", OLD_CPU, "12345");
	CHECK(work.cell_count == 0);
	plan_free(&work);
	CHECK(plan_filter_parse(&filter, "copy") == -EINVAL);
	CHECK(plan_filter_parse(&filter, "") == -EINVAL);
	CHECK(plan_filter_parse(&filter, "move,,set") == -EINVAL);
	CHECK(plan_filter_parse(&filter, "-8") == -EINVAL);
	CHECK(plan_filter_parse(&filter, "0") == -EINVAL);
	CHECK(plan_filter_parse(&filter, "4096x") == -EINVAL);
	CHECK(plan_filter_parse(&filter, "99999999999999999999999") == -EINVAL);
}

/* What rounds cost by plan_in_round, summed one by one. */
static double
rounds_cost(unsigned rounds, double small_s, double large_s)
{
	struct cell large = {.size_bytes = 16 << 20};
	double sum = 0;

	for (unsigned r = 0; r < rounds; r++)
		sum += small_s + (plan_in_round(&large, r) ? large_s : 0);
	return sum;
}

static void
test_budget(void)
{
	static const double costs[] = {0.01, 0.3, 1, 2.5, 7, 20, 100};

	for (size_t i = 0; i < 7; i++) {
		for (size_t j = 0; j < 7; j++) {
			double small = costs[i], large = costs[j];
			unsigned n = plan_rounds(25, small, large, 100);

			CHECK(n >= 1 && n <= 100);
			CHECK(n == 1 ||
				rounds_cost(n, small, large) <= 25 + 1e-9);
			CHECK(n == 100 ||
				rounds_cost(n + 1, small, large) > 25 - 1e-9);
		}
	}
	CHECK(plan_rounds(0, 1, 1, 8) == 1);
	CHECK(plan_rounds(1000, 1, 1, 8) == 8);
}

int
main(void)
{
	test_plans();
	test_variants();
	test_cells();
	test_filter();
	test_budget();
	return 0;
}
