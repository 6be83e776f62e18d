/*
 * list.c: which kernels there are, which this CPU can run, where each is
 * durable, and what a build of the library chose from them
 *
 * What was chosen is asked of the build itself through its ELF note, so the
 * answer for a file is what programs linked with that file will get.
 */
#include "bench.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "copy.h"
#include "cpu.h"
#include "flush.h"
#include "library.h"
#include "policy.h"

const char list_help[] =
	"pmem-bench list [--lib FILE.so]\n"
	"\n"
	"Prints every kernel of this build: what it needs of the CPU, whether\n"
	"this CPU has it, and in which persistence domains it is durable; "
	"then\n"
	"what the policy compiled into this build chose, and why.\n"
	"\n"
	"  --lib FILE.so   what the policy compiled into that library chose\n"
	"\n"
	"Environment variables of the library (PMEM_NO_MOVNT and so on) "
	"count.\n";

/* "avx clwb", of the feature bits. */
static void
features_print(uint32_t features, int width)
{
	int used = 0;

	for (uint32_t bit = CPU_SSE2; bit <= CPU_CLWB; bit <<= 1) {
		if (features & bit)
			used += printf("%s%s", used ? " " : "",
				cpu_feature_name((enum cpu_feature)bit));
	}
	if (!used)
		used = printf("-");
	printf("%*s", used < width ? width - used : 1, "");
}

static void
support_print(uint32_t needs, const struct cpu *cpu)
{
	uint32_t lacks = needs & ~cpu->features;

	printf("%-6s", lacks ? "no" : "yes");
}

static void
kernels_print(void)
{
	struct cpu cpu;

	cpu_detect(&cpu);
	printf("%-28s%-24s%-6s%-9s%-9s%s\n", "KERNEL", "NEEDS", "HERE", "ADR",
		"ADR_NT", "EADR");
	for (size_t i = 0; i < FLUSH_COUNT; i++) {
		printf("flush/%-22s", flush_kernels[i].name);
		features_print(flush_kernels[i].needs, 24);
		support_print(flush_kernels[i].needs, &cpu);
		putchar('\n');
	}
	for (size_t i = 0; i < copy_kernel_count; i++) {
		const struct copy_kernel *k = &copy_kernels[i];

		printf("%-28s", k->name);
		features_print(k->needs, 24);
		support_print(k->needs, &cpu);
		for (int d = 0; d < DOMAIN_COUNT; d++)
			printf("%-9s", policy_eligible(k->store, k->flush,
					       (enum domain)d) ?
					       "durable" :
					       "-");
		putchar('\n');
	}
}

/* Prints what a build says of its policy. 0 or -ENOMEM. */
static int
description_print(size_t (*describe)(char *buf, size_t size_bytes))
{
	size_t size_bytes = describe(NULL, 0) + 1;
	char *text = malloc(size_bytes);

	if (!text)
		return -ENOMEM;
	describe(text, size_bytes);
	fputs(text, stdout);
	free(text);
	return 0;
}

static int
library_list(const char *path)
{
	char error[LIBRARY_ERROR_BYTES];
	struct library lib;
	int status = 0;

	if (library_open(&lib, path, error))
		return bench_fail("%s: %s", error, path);
	if (!lib.describe) {
		status = bench_fail("cannot tell its policy: not a build of "
				    "this project: %s",
			path);
	} else {
		printf("library\t%s\n", lib.path);
		if (description_print(lib.describe))
			status = bench_fail("cannot list: out of memory");
	}
	library_close(&lib);
	return status;
}

int
list_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"lib", required_argument, NULL, 'l'},
		{NULL, 0, NULL, 0},
	};
	const char *library = NULL;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c != 'l')
			return bench_bad_option(c, argv);
		library = optarg;
	}
	if (optind < argc)
		return bench_bad_option(-1, argv);
	if (library)
		return library_list(library);
	kernels_print();
	putchar('\n');
	if (description_print(policy_describe))
		return bench_fail("cannot list: out of memory");
	return 0;
}
