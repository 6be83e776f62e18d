/*
 * kernels.c: pmem-bench without a verb: google-benchmark over every kernel
 *
 * For a quick look at one kernel, with the flags people know. A case repeats
 * one operation and its fence on one buffer, which is what a program that
 * rewrites the same place sees: the state of the cache is whatever the kernel
 * leaves. Decisions are made from the sweep, which prepares that state.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "copy.h"
#include "cpu.h"
#include "facts.h"
#include "flush.h"
#include "gbench.h"
#include "verb.h"

const char kernels_help[] =
	"Without a verb every kernel that this CPU can run is timed with its\n"
	"fence, steadily on one buffer. Cases are named move/ISA/STORE/FLUSH/"
	"BYTES,\n"
	"set/ISA/STORE/FLUSH/BYTES and flush/FLUSH/BYTES (which first stores "
	"a\n"
	"word into each line). Useful flags of google-benchmark:\n"
	"\n"
	"  --benchmark_list_tests\n"
	"  --benchmark_filter=REGEX         move/avx/stream/clwb/4096$\n"
	"  --benchmark_repetitions=N\n"
	"  --benchmark_format=console|json|csv\n"
	"  --benchmark_out=FILE --benchmark_out_format=json\n";

/* A line, the usual threshold of streaming, a page, and the sizes around the
 * usual caches' capacities. */
static const size_t sizes_bytes[] = {
	8, 64, 256, 1 << 10, 4 << 10, 32 << 10, 256 << 10, 2 << 20, 16 << 20};
#define SIZE_COUNT (sizeof(sizes_bytes) / sizeof(sizes_bytes[0]))
#define BUFFER_BYTES ((size_t)16 << 20)

static char *src, *dest;

static void
move_run(const struct gbench_case *self)
{
	const struct copy_kernel *kernel = self->context;

	kernel->move(dest, src, self->bytes);
	flush_fence();
}

static void
set_run(const struct gbench_case *self)
{
	const struct copy_kernel *kernel = self->context;

	kernel->set(dest, 0x5a, self->bytes);
	flush_fence();
}

static void
flush_run(const struct gbench_case *self)
{
	const struct flush_kernel *kernel = self->context;
	static char word;

	word++;
	for (size_t at = 0; at < self->bytes; at += LINE_BYTES)
		*(volatile char *)(dest + at) = word;
	kernel->range(dest, self->bytes);
	flush_fence();
}

static void
case_register(const char *op, const char *name, size_t bytes,
	void (*run)(const struct gbench_case *), const void *kernel)
{
	char full_name[100];
	struct gbench_case c = {
		.name = full_name,
		.bytes = bytes,
		.run = run,
		.context = kernel,
	};

	snprintf(full_name, sizeof(full_name), "%s/%s/%zu", op, name, bytes);
	gbench_register(&c);
}

static void
cases_register(const struct cpu *cpu)
{
	for (size_t i = 0; i < copy_kernel_count; i++) {
		const struct copy_kernel *k = &copy_kernels[i];

		if ((cpu->features & k->needs) != k->needs)
			continue;
		for (size_t s = 0; s < SIZE_COUNT; s++) {
			case_register(
				"move", k->name, sizes_bytes[s], move_run, k);
			case_register(
				"set", k->name, sizes_bytes[s], set_run, k);
		}
	}
	for (size_t i = 0; i < FLUSH_COUNT; i++) {
		const struct flush_kernel *k = &flush_kernels[i];

		if ((cpu->features & k->needs) != k->needs)
			continue;
		for (size_t s = 0; s < SIZE_COUNT; s++)
			case_register(
				"flush", k->name, sizes_bytes[s], flush_run, k);
	}
}

static int
context_add(char error[PLATFORM_ERROR_BYTES], struct cpu *cpu)
{
	struct provenance facts = {0};
	struct platform p;
	int err;

	err = platform_load(&p, NULL, error);
	if (err)
		return err;
	err = facts_collect(&facts, &p);
	for (size_t i = 0; i < facts.count; i++)
		gbench_context(facts.facts[i].key, facts.facts[i].value);
	*cpu = p.cpu;
	provenance_free(&facts);
	platform_free(&p);
	if (err)
		snprintf(error, PLATFORM_ERROR_BYTES, "out of memory");
	return err;
}

int
kernels_main(int argc, char **argv)
{
	char error[PLATFORM_ERROR_BYTES];
	const char *unknown;
	struct cpu cpu;
	int status = 0;

	if (context_add(error, &cpu))
		return verb_fail("%s", error);
	src = aligned_alloc(LINE_BYTES, BUFFER_BYTES);
	dest = aligned_alloc(LINE_BYTES, BUFFER_BYTES);
	if (!src || !dest) {
		status = verb_fail("cannot time kernels: out of memory");
		goto free_buffers;
	}
	memset(src, 1, BUFFER_BYTES);
	memset(dest, 2, BUFFER_BYTES);
	cases_register(&cpu);
	if (gbench_run(argc, argv, &unknown))
		status = verb_fail(
			"unknown option: %s: see pmem-bench --help", unknown);
free_buffers:
	free(src);
	free(dest);
	return status;
}
