/*
 * cpu.h: which instructions this machine can run, and who made it
 *
 * A feature counts only if the CPU has the instruction AND the operating
 * system saves the registers it uses (XCR0): a kernel started with noxsave
 * leaves the AVX bits of CPUID set although the first AVX instruction traps.
 * A vendor string never decides whether an instruction exists.
 */
#ifndef LIBPMEM_CPU_H
#define LIBPMEM_CPU_H

#include <stdint.h>

enum cpu_feature {
	CPU_SSE2 = 1 << 0,
	CPU_AVX = 1 << 1,
	CPU_AVX512F = 1 << 2,
	CPU_MOVDIR64B = 1 << 3,
	CPU_CLFLUSH = 1 << 4,
	CPU_CLFLUSHOPT = 1 << 5,
	CPU_CLWB = 1 << 6,
};

struct cpu {
	uint32_t features; /* OR of enum cpu_feature */
	char vendor[13]; /* CPUID leaf 0, e.g. "GenuineIntel" */
	unsigned family; /* display family: base plus extended */
	unsigned model; /* display model: extended * 16 + base */
	unsigned stepping;
};

/* Fills *cpu. Cannot fail: what is not found is absent. About 1 us bare metal,
 * up to 100 us in a guest, where each CPUID traps: call it once. */
void cpu_detect(struct cpu *cpu);

/* Name of one feature bit, as CPUID manuals and /proc/cpuinfo write it. */
const char *cpu_feature_name(enum cpu_feature feature);

#endif
