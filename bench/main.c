/*
 * main.c: pmem-bench, which finds the verb and leaves the rest to it
 */
#include "bench.h"

#include <stdio.h>

#include "copy.h"
#include "cpu.h"
#include "sweep.h"
#include "verb.h"

const char verb_program[] = "pmem-bench";

/* A verb is a line here, its declarations in bench.h and its file in
 * CMakeLists.txt. */
static const struct verb verbs[] = {
	{"probe", "where lines are after streaming and flushing", probe_help,
		probe_main},
	{"list", "kernels, and what a build of the library chose", list_help,
		list_main},
	{"profile", "what a recorded program did, as weights", profile_help,
		profile_main},
	{"sweep", "time every kernel in every state of the caches", sweep_help,
		sweep_main},
	{"compare", "several libpmem.so side by side", compare_help,
		compare_main},
	{"threads", "bytes a second against threads", threads_help,
		threads_main},
	{"sweep-start", NULL, sweep_help, sweep_start_main},
};
#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

static void
help_print(void)
{
	puts("pmem-bench VERB [OPTION]...    measure this machine\n"
	     "pmem-bench [--benchmark_...]   google-benchmark over every "
	     "kernel\n");
	verb_list(verbs, VERB_COUNT);
	puts("\nEach verb has a --help of its own.\n");
	fputs(kernels_help, stdout);
}

/* Kernels are called without the library's policy, which would set these: the
 * flush in domain adr_nt, and the other where a row has such a kernel. */
static void
kernels_prepare(void)
{
	struct cpu cpu;

	cpu_detect(&cpu);
	copy_edge_flush = flush_narrow(FLUSH_CLWB, cpu.features);
	copy_calibrate();
}

int
main(int argc, char **argv)
{
	kernels_prepare();
	if (argc > 1 && argv[1][0] != '-')
		return verb_main(verbs, VERB_COUNT, argc, argv);
	if (!verb_asks_for_help(argc, argv))
		return kernels_main(argc, argv);
	help_print();
	return verb_end(0);
}
