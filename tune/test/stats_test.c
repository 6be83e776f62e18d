/*
 * stats_test.c: the statistics against values worked out by hand
 */
#include "stats.h"

#include <math.h>

#include "../../bench/test/check.h"

static void
test_rng(void)
{
	struct rng a, b;
	size_t seen[5] = {0}, order[100], sum = 0;

	rng_seed(&a, 7);
	rng_seed(&b, 7);
	for (int i = 0; i < 1000; i++)
		CHECK(rng_next(&a) == rng_next(&b));
	rng_seed(&b, 8);
	CHECK(rng_next(&a) != rng_next(&b));

	for (int i = 0; i < 50000; i++)
		seen[rng_below(&a, 5)]++;
	/* 10000 each; a standard deviation is 89. */
	for (int i = 0; i < 5; i++)
		CHECK(seen[i] > 9500 && seen[i] < 10500);

	rng_permutation(&a, order, 100);
	for (size_t i = 0; i < 100; i++) {
		CHECK(order[i] < 100);
		sum += order[i] * order[i];
	}
	CHECK(sum == 328350);
	CHECK(rng_below(&a, 1) == 0);
}

/* Standard deviations of what is summed: 0.0039, 0.0045, 0.0062 and 97. */
static void
test_fractions(void)
{
	double uniform = 0, normal = 0, square = 0;
	struct rng rng;
	int happened = 0;

	rng_seed(&rng, 3);
	for (int i = 0; i < 50000; i++) {
		double u = rng_uniform(&rng, -2, 1), n = rng_normal(&rng);

		CHECK(u >= -2 && u < 1);
		CHECK(fabs(n) <= 6);
		uniform += u / 50000;
		normal += n / 50000;
		square += n * n / 50000;
		happened += rng_chance(&rng, 0.25);
	}
	CHECK(fabs(uniform - -0.5) < 0.02);
	CHECK(fabs(normal) < 0.02);
	CHECK(fabs(square - 1) < 0.03);
	CHECK(happened > 12000 && happened < 13000);
	CHECK(!rng_chance(&rng, 0) && rng_chance(&rng, 1));
}

static void
test_middles(void)
{
	double odd[] = {5, 1, 3}, even[] = {4, 1, 2, 3};
	double wild[] = {1, 2, 3, 4, 5, 6, 7, 1e9}, one[] = {42};

	CHECK(stats_median(odd, 3) == 3);
	CHECK(stats_median(even, 4) == 2.5);
	CHECK(stats_midmean(wild, 8) == 4.5);
	CHECK(stats_midmean(one, 1) == 42);
	CHECK(stats_quantile(odd, 3, 0) == 1);
	CHECK(stats_quantile(odd, 3, 1) == 5);
	CHECK(stats_quantile(odd, 3, 0.25) == 2);
}

/* The interval of values between 0 and 1 holds the true middle about 95 times
 * in 100, and gets narrower with more values. */
static void
test_bootstrap(void)
{
	double values[400], scratch[400 + 200];
	struct rng rng;
	struct interval few, many;
	int held = 0;

	rng_seed(&rng, 1);
	for (int trial = 0; trial < 200; trial++) {
		for (size_t i = 0; i < 400; i++)
			values[i] = rng_uniform(&rng, 0, 1);
		few = stats_bootstrap(values, 25, 200, &rng, scratch);
		CHECK(few.low <= few.middle && few.middle <= few.high);
		held += few.low <= 0.5 && 0.5 <= few.high;
	}
	CHECK(held >= 170);
	many = stats_bootstrap(values, 400, 200, &rng, scratch);
	CHECK(many.high - many.low < few.high - few.low);

	few = stats_bootstrap(values, 1, 200, &rng, scratch);
	CHECK(few.low == values[0] && few.high == values[0]);
}

/* Against a table of Student's t: 95% and 99.9%, both sides. */
static void
test_student(void)
{
	static const struct {
		double z, freedom, t;
	} known[] = {
		{1.96, 7, 2.365},
		{1.96, 15, 2.131},
		{1.96, 30, 2.042},
		{3.2905, 7, 5.408},
		{3.2905, 15, 4.073},
		{3.2905, 30, 3.646},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		double t = stats_student(known[i].z, known[i].freedom);

		CHECK(fabs(t / known[i].t - 1) < 0.01, "%g", t);
	}
	CHECK(stats_student(3.2905, 3) >= 12.92);
	CHECK(stats_student(3.2905, 3) < 1.1 * 12.92);
	CHECK(fabs(stats_student(1.96, 1e9) - 1.96) < 1e-4);
}

int
main(void)
{
	test_rng();
	test_fractions();
	test_middles();
	test_bootstrap();
	test_student();
	return 0;
}
