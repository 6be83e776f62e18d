/*
 * any_cpu.c: a CPU that has every feature, for a library that tests load
 *
 * Takes the place of cpu.c. TEST_CPU=ISA.FLUSH, two numbers, is the signature,
 * for which any_rows.h has a row. Instructions that the real CPU lacks are
 * emulated by who loads the library.
 */
#include "cpu.h"

#include <stdio.h>
#include <stdlib.h>

void
cpu_detect(struct cpu *cpu)
{
	const char *text = secure_getenv("TEST_CPU");

	*cpu = (struct cpu){.vendor = "TestTestTest",
		.features = CPU_SSE2 | CPU_AVX | CPU_AVX512F | CPU_MOVDIR64B |
			    CPU_CLFLUSH | CPU_CLFLUSHOPT | CPU_CLWB};
	if (!text || sscanf(text, "%u.%u", &cpu->family, &cpu->model) != 2)
		cpu->family = UINT32_MAX;
}

const char *
cpu_feature_name(enum cpu_feature feature)
{
	(void)feature;
	return "any";
}
