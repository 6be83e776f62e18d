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
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "copy.h"
#include "cpu.h"
#include "flush.h"
#include "library.h"
#include "platform.h"
#include "policy.h"
#include "verb.h"

const char list_help[] =
	"pmem-bench list [--topology FILE.xml]\n"
	"pmem-bench list --lib FILE.so\n"
	"\n"
	"Prints every kernel of this build: what it needs of the CPU, whether\n"
	"this CPU has it, and in which persistence domains it is durable; the\n"
	"NUMA nodes; and what the policy compiled into this build chose, and "
	"why.\n"
	"\n"
	"  --topology FILE.xml   the nodes of the machine that file describes\n"
	"                        (lstopo --of xml)\n"
	"  --lib FILE.so         what the policy compiled into that library "
	"chose\n"
	"\n"
	"Environment variables of the library (PMEM_NO_MOVNT and so on) "
	"count.\n";

/* Of columns: beyond the longest kernel's name, and what it needs. */
#define NAME_WIDTH 34
#define NEEDS_WIDTH 28

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
kernels_print(const struct cpu *cpu)
{
	printf("%-*s%-*s%-6s%-9s%-9s%s\n", NAME_WIDTH, "KERNEL", NEEDS_WIDTH,
		"NEEDS", "HERE", "ADR", "ADR_NT", "EADR");
	for (size_t i = 0; i < FLUSH_COUNT; i++) {
		printf("flush/%-*s", NAME_WIDTH - (int)strlen("flush/"),
			flush_kernels[i].name);
		features_print(flush_kernels[i].needs, NEEDS_WIDTH);
		support_print(flush_kernels[i].needs, cpu);
		putchar('\n');
	}
	for (size_t i = 0; i < copy_kernel_count; i++) {
		const struct copy_kernel *k = &copy_kernels[i];

		printf("%-*s", NAME_WIDTH, k->name);
		features_print(k->needs, NEEDS_WIDTH);
		support_print(k->needs, cpu);
		for (int d = 0; d < DOMAIN_COUNT; d++)
			printf("%-9s", policy_eligible(k->isa, k->store,
					       k->flush, (enum domain)d) ?
					       "durable" :
					       "-");
		putchar('\n');
	}
}

static void
nodes_print(const struct platform *p)
{
	printf("\n%-8s%-14s%-6s%s\n", "NODE", "MEMORY", "CPUS", "BYTES");
	for (size_t i = 0; i < p->node_count; i++) {
		const struct platform_node *n = &p->nodes[i];

		printf("%-8u%-14s%-6zu%ju\n", n->node, tier_names[n->tier],
			n->cpu_count, (uintmax_t)n->memory_bytes);
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
		return verb_fail("%s: %s", error, path);
	if (!lib.describe) {
		status = verb_fail("cannot tell its policy: not a build of "
				   "this project: %s",
			path);
	} else {
		printf("library\t%s\n", lib.path);
		if (description_print(lib.describe))
			status = verb_fail("cannot list: out of memory");
	}
	library_close(&lib);
	return status;
}

static int
machine_list(const char *topology)
{
	char error[PLATFORM_ERROR_BYTES];
	struct platform p;

	if (platform_load(&p, topology, error))
		return verb_fail("%s", error);
	kernels_print(&p.cpu);
	nodes_print(&p);
	platform_free(&p);
	putchar('\n');
	if (description_print(policy_describe))
		return verb_fail("cannot list: out of memory");
	return 0;
}

int
list_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"lib", required_argument, NULL, 'l'},
		{"topology", required_argument, NULL, 't'},
		{NULL, 0, NULL, 0},
	};
	const char *library = NULL, *topology = NULL;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c == 'l')
			library = optarg;
		else if (c == 't')
			topology = optarg;
		else
			return verb_bad_option(c, argv);
	}
	if (verb_bad_count(argc, argv, 0))
		return 1;
	return library ? library_list(library) : machine_list(topology);
}
