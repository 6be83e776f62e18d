/*
 * cpu.c: CPUID and XCR0
 */
#include "cpu.h"

#include <cpuid.h>
#include <string.h>

/* Register state bits of XCR0 that the OS must save (Intel SDM vol. 1, ch. 13):
 * SSE and AVX halves for 256-bit registers; with them opmask and both ZMM parts
 * for 512-bit ones. */
#define XCR0_AVX ((uint64_t)0x06)
#define XCR0_AVX512 ((uint64_t)0xe6)

static uint64_t
xcr0_read(void)
{
	uint32_t low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (uint64_t)high << 32 | low;
}

static void
signature_decode(struct cpu *cpu, uint32_t eax)
{
	unsigned family = eax >> 8 & 0xf;

	cpu->stepping = eax & 0xf;
	cpu->model = (eax >> 4 & 0xf) | (eax >> 12 & 0xf0);
	cpu->family = family == 0xf ? family + (eax >> 20 & 0xff) : family;
}

void
cpu_detect(struct cpu *cpu)
{
	uint32_t a, b, c, d;
	uint64_t xcr0 = 0;

	memset(cpu, 0, sizeof(*cpu));
	if (!__get_cpuid(0, &a, &b, &c, &d))
		return;
	memcpy(cpu->vendor, &b, 4);
	memcpy(cpu->vendor + 4, &d, 4);
	memcpy(cpu->vendor + 8, &c, 4);

	__get_cpuid(1, &a, &b, &c, &d);
	signature_decode(cpu, a);
	if (d & bit_SSE2)
		cpu->features |= CPU_SSE2;
	if (d & (1u << 19))
		cpu->features |= CPU_CLFLUSH;
	if (c & bit_OSXSAVE)
		xcr0 = xcr0_read();
	if ((c & bit_AVX) && (xcr0 & XCR0_AVX) == XCR0_AVX)
		cpu->features |= CPU_AVX;

	if (!__get_cpuid_count(7, 0, &a, &b, &c, &d))
		return;
	if ((b & bit_AVX512F) && (xcr0 & XCR0_AVX512) == XCR0_AVX512)
		cpu->features |= CPU_AVX512F;
	if (b & bit_CLFLUSHOPT)
		cpu->features |= CPU_CLFLUSHOPT;
	if (b & bit_CLWB)
		cpu->features |= CPU_CLWB;
	if (c & bit_MOVDIR64B)
		cpu->features |= CPU_MOVDIR64B;
}

const char *
cpu_feature_name(enum cpu_feature feature)
{
	switch (feature) {
	case CPU_SSE2:
		return "sse2";
	case CPU_AVX:
		return "avx";
	case CPU_AVX512F:
		return "avx512f";
	case CPU_MOVDIR64B:
		return "movdir64b";
	case CPU_CLFLUSH:
		return "clflush";
	case CPU_CLFLUSHOPT:
		return "clflushopt";
	case CPU_CLWB:
		return "clwb";
	}
	return "unknown";
}
