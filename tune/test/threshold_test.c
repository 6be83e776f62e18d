/*
 * threshold_test.c: among ways that are as good as each other, the rules choose
 *
 * Each case plants ways of which the one that the rules pass over is the better
 * by a hair: it is taken where the tie is narrower than that, and the other
 * where it is wider.
 */
#include "threshold.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define SIZES 6
#define HAIR 1e-3

struct kernel {
	enum isa isa;
	enum flush flush;
};

/* clang-format off */
/* Two kernels by isa, or by flush. */
#define ISAS(a, b) {{ISA_##a, FLUSH_CLWB}, {ISA_##b, FLUSH_CLWB}}
#define FLUSHES(a, b) {{ISA_AVX, FLUSH_##a}, {ISA_AVX, FLUSH_##b}}
/* Lengths of which the longest alone is to be streamed. */
#define LENGTHS {64, 128, 256, 512, 1024, 2048}
#define KERNELS SIZES - 1, 1, LENGTHS

/* The second of two kernels is better by
 * a hair; nothing is cached at the longest length. */
static const struct plan {
	const char *rank; /* that chooses */
	struct kernel cached[2], stream[2];
	struct choice standard, wanted;
	size_t best_at; /* of the best threshold among the lengths */
	double apart; /* the lengths beside it lose so much */
	size_t sizes_bytes[SIZES];
} plans[] = {
	{"the default's cached kernel", ISAS(AVX, SSE2),
		ISAS(AVX, AVX),
		{FLUSH_CLWB, ISA_AVX, ISA_AVX, FLUSH_CLWB, 2048},
		{FLUSH_CLWB, ISA_AVX, ISA_AVX, FLUSH_CLWB, 2048},
		KERNELS},
	{"the narrower cached kernel", ISAS(SSE2, AVX),
		ISAS(AVX, AVX),
		{FLUSH_CLWB, ISA_AVX512F, ISA_AVX, FLUSH_CLWB, 2048},
		{FLUSH_CLWB, ISA_SSE2, ISA_AVX, FLUSH_CLWB, 2048},
		KERNELS},
	{"the default's stream flush", ISAS(AVX, AVX),
		FLUSHES(CLFLUSHOPT, CLWB),
		{FLUSH_CLWB, ISA_AVX, ISA_AVX, FLUSH_CLFLUSHOPT, 2048},
		{FLUSH_CLWB, ISA_AVX, ISA_AVX, FLUSH_CLFLUSHOPT, 2048},
		KERNELS},
	{"the newest stream flush", ISAS(AVX, AVX),
		FLUSHES(CLFLUSHOPT, CLFLUSH),
		{FLUSH_CLWB, ISA_AVX, ISA_AVX, FLUSH_CLWB, 2048},
		{FLUSH_CLWB, ISA_AVX, ISA_AVX, FLUSH_CLFLUSHOPT, 2048},
		KERNELS},
	{"the default's stream kernel", ISAS(AVX, AVX),
		ISAS(AVX, SSE2),
		{FLUSH_CLWB, ISA_AVX, ISA_AVX, FLUSH_CLWB, 2048},
		{FLUSH_CLWB, ISA_AVX, ISA_AVX, FLUSH_CLWB, 2048},
		KERNELS},
	{"the narrower stream kernel", ISAS(AVX, AVX),
		ISAS(SSE2, AVX),
		{FLUSH_CLWB, ISA_AVX, ISA_AVX512F, FLUSH_CLWB, 2048},
		{FLUSH_CLWB, ISA_AVX, ISA_SSE2, FLUSH_CLWB, 2048},
		KERNELS},
	{"the default's threshold", ISAS(AVX, AVX),
		ISAS(AVX, AVX),
		{FLUSH_CLWB, ISA_AVX, ISA_AVX, FLUSH_CLWB, 128},
		{FLUSH_CLWB, ISA_AVX, ISA_AVX, FLUSH_CLWB, 128},
		2, HAIR, LENGTHS},
	{"the roundest threshold", ISAS(AVX, AVX),
		ISAS(AVX, AVX),
		{FLUSH_CLWB, ISA_AVX, ISA_AVX, FLUSH_CLWB, POLICY_NEVER},
		{FLUSH_CLWB, ISA_AVX, ISA_AVX, FLUSH_CLWB, 256},
		3, HAIR, LENGTHS},
	{"the lesser threshold", ISAS(AVX, AVX),
		ISAS(AVX, AVX),
		{FLUSH_CLWB, ISA_AVX, ISA_AVX, FLUSH_CLWB, POLICY_NEVER},
		{FLUSH_CLWB, ISA_AVX, ISA_AVX, FLUSH_CLWB, 128},
		3, HAIR, {96, 128, 192, 512, 1536, 2048}},
};
/* clang-format on */

static double *
row_of(const struct losses *l, const struct kernel *k, enum store store)
{
	return l->mean + l->size_count * variant_index(k->isa, store, k->flush);
}

/* All ways cost nothing but for hairs. */
static void
losses_plant(struct losses *l, const struct plan *p)
{
	size_t last = l->size_count - 1;

	for (size_t i = 0; i < VARIANT_COUNT * l->size_count; i++)
		l->mean[i] = INFINITY;
	for (int k = 0; k < 2; k++) {
		double *cached = row_of(l, &p->cached[k], STORE_CACHED);
		double *stream = row_of(l, &p->stream[k], STORE_STREAM);

		for (size_t s = 0; s <= last; s++)
			cached[s] = stream[s] = 0;
		cached[p->best_at] = stream[p->best_at - 1] = p->apart;
		cached[last] = INFINITY;
		cached[0] -= k * HAIR;
		stream[last] -= k * HAIR;
		l->measured[(size_t)(cached - l->mean) / SIZES] = true;
		l->measured[(size_t)(stream - l->mean) / SIZES] = true;
	}
}

static void
rule_check(const struct plan *p)
{
	size_t sizes_bytes[SIZES];
	struct losses l = {.op = OP_MOVE,
		.sizes_bytes = sizes_bytes,
		.size_count = SIZES,
		.total = 1,
		.mean = calloc((size_t)VARIANT_COUNT * SIZES, sizeof(double))};
	struct ways w = {.losses = &l,
		.domain = DOMAIN_ADR,
		.flush = FLUSH_CLWB,
		.standard = &p->standard,
		.sums = calloc(
			(size_t)VARIANT_COUNT * (SIZES + 1), sizeof(double))};
	struct choice wide, narrow, best;

	CHECK(l.mean && w.sums);
	memcpy(sizes_bytes, p->sizes_bytes, sizeof(sizes_bytes));
	losses_plant(&l, p);
	threshold_settle(&w, 4 * HAIR, &wide);
	threshold_settle(&w, HAIR / 2, &narrow);
	threshold_best(&w, l.mean, &best);
	CHECK(choice_equal(&wide, &p->wanted), "%s: from %zu", p->rank,
		wide.stream_min_bytes);
	CHECK(choice_equal(&narrow, &best), "%s", p->rank);
	CHECK(!choice_equal(&narrow, &wide), "%s: no hair", p->rank);
	free(l.mean);
	free(w.sums);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(plans) / sizeof(*plans); i++)
		rule_check(&plans[i]);
	return 0;
}
