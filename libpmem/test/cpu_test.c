/*
 * cpu_test.c: features and signatures of CPUs that are not here
 *
 * Runs cpu_detect one instruction at a time and answers its CPUID and XGETBV
 * from a table: what it makes of them is its own machine code.
 */
#include <Zydis/Zydis.h>
#include <string.h>

#include "check.h"
#include "cpu.h"
#include "tracer.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Bits of CPUID (Intel SDM vol. 2, CPUID) */
#define EDX_CLFSH (1U << 19)
#define EDX_SSE2 (1U << 26)
#define ECX_OSXSAVE (1U << 27)
#define ECX_AVX (1U << 28)
#define EBX7_AVX512F (1U << 16)
#define EBX7_CLFLUSHOPT (1U << 23)
#define EBX7_CLWB (1U << 24)
#define ECX7_MOVDIR64B (1U << 28)

#define ALL_AVX (CPU_AVX | CPU_AVX512F)
#define NO_STATE (CPU_MOVDIR64B | CPU_CLFLUSHOPT | CPU_CLWB)
#define ALL (CPU_SSE2 | CPU_CLFLUSH | NO_STATE | ALL_AVX)

/* One CPU, and what must be found. */
struct machine {
	const char *name;
	uint32_t max_leaf, eax1, ecx1, edx1, ebx7, ecx7;
	uint64_t xcr0;
	uint32_t features;
};

#define EVERY_BIT \
	.ecx1 = ECX_OSXSAVE | ECX_AVX, .edx1 = EDX_CLFSH | EDX_SSE2, \
	.ebx7 = EBX7_AVX512F | EBX7_CLFLUSHOPT | EBX7_CLWB, \
	.ecx7 = ECX7_MOVDIR64B

static const struct machine machines[] = {
	{"all", 7, EVERY_BIT, .xcr0 = 0xe7, .features = ALL},
	{"xcr0 without opmask", 7, EVERY_BIT, .xcr0 = 0xc7,
		.features = ALL & ~CPU_AVX512F},
	{"xcr0 without upper zmm halves", 7, EVERY_BIT, .xcr0 = 0xa7,
		.features = ALL & ~CPU_AVX512F},
	{"xcr0 without high zmm", 7, EVERY_BIT, .xcr0 = 0x67,
		.features = ALL & ~CPU_AVX512F},
	{"xcr0 without avx", 7, EVERY_BIT, .xcr0 = 0xe3,
		.features = ALL & ~ALL_AVX},
	{"xcr0 without sse", 7, EVERY_BIT, .xcr0 = 0xe5,
		.features = ALL & ~ALL_AVX},
	{"no xsave", 7, .ecx1 = ECX_AVX, .ebx7 = EBX7_AVX512F, .xcr0 = 0xe7},
	{"leaf 7 not there", 1, EVERY_BIT, .xcr0 = 0xe7,
		.features = CPU_SSE2 | CPU_CLFLUSH | CPU_AVX},
	{"nothing", 7, .features = 0},
	{"sse2", 7, .edx1 = EDX_SSE2, .features = CPU_SSE2},
	{"clflush", 7, .edx1 = EDX_CLFSH, .features = CPU_CLFLUSH},
	{"avx", 7, .ecx1 = ECX_OSXSAVE | ECX_AVX, .xcr0 = 7,
		.features = CPU_AVX},
	{"avx512f", 7, .ecx1 = ECX_OSXSAVE, .ebx7 = EBX7_AVX512F, .xcr0 = 0xe7,
		.features = CPU_AVX512F},
	{"clflushopt", 7, .ebx7 = EBX7_CLFLUSHOPT, .features = CPU_CLFLUSHOPT},
	{"clwb", 7, .ebx7 = EBX7_CLWB, .features = CPU_CLWB},
	{"movdir64b", 7, .ecx7 = ECX7_MOVDIR64B, .features = CPU_MOVDIR64B},
	{"all but these", 7, .ecx1 = ~(ECX_OSXSAVE | ECX_AVX),
		.edx1 = ~(EDX_CLFSH | EDX_SSE2),
		.ebx7 = ~(EBX7_AVX512F | EBX7_CLFLUSHOPT | EBX7_CLWB),
		.ecx7 = ~ECX7_MOVDIR64B, .features = 0},
};

static const struct {
	uint32_t eax;
	unsigned family, model, stepping;
} signatures[] = {
	{0x00a00f11, 25, 1, 1}, /* AMD Zen 3 */
	{0x00b00f21, 26, 2, 1}, /* AMD Zen 5 */
	{0x000806f8, 6, 0x8f, 8}, /* Intel Sapphire Rapids */
	{0x0fff0fff, 0x10e, 0xff, 15},
	{0x0ff00613, 6, 1, 3}, /* extended family counts with family 15 only */
};

static const struct machine *machine;

static bool
answer(const struct instruction *insn, ucontext_t *uc)
{
	greg_t *r = uc->uc_mcontext.gregs;
	const struct machine *m = machine;
	uint32_t leaf = (uint32_t)r[REG_RAX];

	if (insn->mnemonic == ZYDIS_MNEMONIC_XGETBV) {
		CHECK(m->ecx1 & ECX_OSXSAVE && (uint32_t)r[REG_RCX] == 0,
			"%s: XGETBV would trap", m->name);
		r[REG_RAX] = (greg_t)(uint32_t)m->xcr0;
		r[REG_RDX] = (greg_t)(m->xcr0 >> 32);
	} else if (insn->mnemonic != ZYDIS_MNEMONIC_CPUID) {
		return false;
	} else if (leaf == 0) {
		uint32_t text[3];

		memcpy(text, "GenuineTest!", sizeof(text));
		r[REG_RAX] = m->max_leaf;
		r[REG_RBX] = text[0];
		r[REG_RDX] = text[1];
		r[REG_RCX] = text[2];
	} else if (leaf == 1) {
		r[REG_RAX] = m->eax1;
		r[REG_RBX] = 0;
		r[REG_RCX] = m->ecx1;
		r[REG_RDX] = m->edx1;
	} else {
		CHECK(leaf == 7 && m->max_leaf >= 7 &&
				(uint32_t)r[REG_RCX] == 0,
			"%s: CPUID leaf %#x, %#x", m->name, leaf,
			(uint32_t)r[REG_RCX]);
		r[REG_RAX] = r[REG_RDX] = 0;
		r[REG_RBX] = m->ebx7;
		r[REG_RCX] = m->ecx7;
	}
	r[REG_RIP] += (greg_t)insn->length;
	return true;
}

static struct cpu
detect(const struct machine *m)
{
	struct cpu cpu;

	machine = m;
	tracer_begin();
	cpu_detect(&cpu);
	tracer_end();
	CHECK(!strcmp(cpu.vendor, "GenuineTest!"), "vendor %s", cpu.vendor);
	return cpu;
}

static void
names_check(void)
{
	static const char *const names[] = {"sse2", "avx", "avx512f",
		"movdir64b", "clflush", "clflushopt", "clwb"};

	for (size_t i = 0; i < COUNT(names); i++)
		CHECK(!strcmp(cpu_feature_name((enum cpu_feature)(1 << i)),
			      names[i]),
			"%s", names[i]);
	CHECK(!strcmp(cpu_feature_name((enum cpu_feature)0), "unknown"),
		"none");
}

int
main(void)
{
	tracer_init();
	tracer.perform = answer;
	machine_emulated(); /* asks the real CPU, before the answers differ */
	for (size_t i = 0; i < COUNT(machines); i++) {
		uint32_t features = detect(&machines[i]).features;

		CHECK(features == machines[i].features,
			"%s: features %#x, not %#x", machines[i].name, features,
			machines[i].features);
	}
	for (size_t i = 0; i < COUNT(signatures); i++) {
		struct machine m = {.name = "signature",
			.max_leaf = 7,
			.eax1 = signatures[i].eax};
		struct cpu cpu = detect(&m);

		CHECK(cpu.family == signatures[i].family &&
				cpu.model == signatures[i].model &&
				cpu.stepping == signatures[i].stepping,
			"%#x is family %u model %u stepping %u",
			signatures[i].eax, cpu.family, cpu.model, cpu.stepping);
	}
	names_check();
	printf("counts: %zu CPUs, %zu signatures\n", COUNT(machines),
		COUNT(signatures));
	return 0;
}
