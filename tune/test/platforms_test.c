/*
 * platforms_test.c: one header of three platforms serves each CPU its rows
 *
 * The header is what pmem-tune emit makes of registry/, as for any fleet; the
 * library's rows are compiled with it, and which CPU this is the test says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy.h"

#define ALL \
	(CPU_SSE2 | CPU_AVX | CPU_AVX512F | CPU_MOVDIR64B | CPU_CLFLUSH | \
		CPU_CLFLUSHOPT | CPU_CLWB)
#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define OWN "tuned for this CPU"
#define FAMILY "tuned for a CPU of this family"
#define OTHER "tuned header is for other CPUs"

static struct cpu test_cpu;

void
cpu_detect(struct cpu *cpu)
{
	*cpu = test_cpu;
}

const char *
cpu_feature_name(enum cpu_feature feature)
{
	return feature == CPU_SSE2 ? "sse2" : "other";
}

/* What each CPU must get in the domain that the environment asks for. */
static const struct {
	const char *vendor;
	unsigned family, model, stepping;
	bool movnt_durable;
	const char *move_cached, *move_stream;
	size_t move_min_bytes, set_min_bytes;
	const char *reason;
} cases[] = {
	{"AuthenticAMD", 25, 1, 1, false, "avx/cached/clwb", "avx/stream/clwb",
		POLICY_NEVER, 2048, OWN},
	{"AuthenticAMD", 25, 1, 1, true, "avx/cached/clwb", "avx/stream/none",
		320, 448, OWN},
	{"GenuineIntel", 6, 143, 8, true, "avx512f/cached/clwb",
		"movdir64b/stream/none", 512, 256, OWN},
	{"GenuineIntel", 6, 85, 7, false, "avx/cached/clflushopt",
		"avx512f/stream/clflushopt", 768, 1536, OWN},
	/* another stepping, and other models: the nearest of the family */
	{"GenuineIntel", 6, 85, 4, false, "avx/cached/clflushopt",
		"avx512f/stream/clflushopt", 768, 1536, FAMILY},
	{"GenuineIntel", 6, 106, 6, false, "avx/cached/clflushopt",
		"avx512f/stream/clflushopt", 768, 1536, FAMILY},
	{"GenuineIntel", 6, 207, 2, true, "avx512f/cached/clwb",
		"movdir64b/stream/none", 512, 256, FAMILY},
	{"AuthenticAMD", 25, 17, 1, false, "avx/cached/clwb", "avx/stream/clwb",
		POLICY_NEVER, 2048, FAMILY},
	/* another family or vendor: the defaults */
	{"AuthenticAMD", 26, 2, 1, false, "avx512f/cached/clwb",
		"avx512f/stream/clwb", POLICY_NEVER, POLICY_NEVER, OTHER},
	{"AuthenticAMD", 6, 143, 8, true, "avx512f/cached/clwb",
		"avx512f/stream/none", 256, 256, OTHER},
	{"HygonGenuine", 25, 1, 1, false, "avx512f/cached/clwb",
		"avx512f/stream/clwb", POLICY_NEVER, POLICY_NEVER, OTHER},
};

static int failures;

static void
text_check(size_t i, const char *got, const char *wanted)
{
	if (strcmp(got, wanted) == 0)
		return;
	fprintf(stderr, "case %zu: %s, not %s\n", i, got, wanted);
	failures++;
}

static void
bytes_check(size_t i, size_t got, size_t wanted)
{
	if (got == wanted)
		return;
	fprintf(stderr, "case %zu: %zu, not %zu\n", i, got, wanted);
	failures++;
}

int
main(void)
{
	const struct policy *row = &policy_state.uniform;

	for (size_t i = 0; i < COUNT(cases); i++) {
		test_cpu = (struct cpu){ALL, "", cases[i].family,
			cases[i].model, cases[i].stepping};
		snprintf(test_cpu.vendor, sizeof(test_cpu.vendor), "%s",
			cases[i].vendor);
		setenv("PMEM_MOVNT_DURABLE", cases[i].movnt_durable ? "1" : "0",
			1);
		policy_load();
		text_check(i, row->move.cached->name, cases[i].move_cached);
		text_check(i, row->move.stream->name, cases[i].move_stream);
		bytes_check(
			i, row->move.stream_min_bytes, cases[i].move_min_bytes);
		bytes_check(
			i, row->set.stream_min_bytes, cases[i].set_min_bytes);
		text_check(i, policy_state.inputs.rows_reason, cases[i].reason);
	}
	return failures ? 1 : 0;
}
