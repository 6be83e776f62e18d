/*
 * main.c: pmem-bench, which finds the verb and leaves the rest to it
 */
#include "bench.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "copy.h"
#include "cpu.h"
#include "sweep.h"

/* A verb is a line here, its declarations in bench.h and its file in
 * CMakeLists.txt. One without summary is not for people. */
static const struct verb {
	const char *name, *summary, *help;
	int (*main)(int argc, char **argv);
} verbs[] = {
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

int
bench_fail(const char *format, ...)
{
	va_list args;

	fputs("pmem-bench: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return 1;
}

int
bench_bad_option(int c, char **argv)
{
	if (c == ':')
		return bench_fail("option without its value: %s: see "
				  "pmem-bench %s --help",
			argv[optind - 1], argv[0]);
	return bench_fail("%s: %s: see pmem-bench %s --help",
		c == '?' ? "unknown option" : "unexpected argument",
		c == '?' ? argv[optind - 1] : argv[optind], argv[0]);
}

static void
help_print(void)
{
	puts("pmem-bench VERB [OPTION]...    measure this machine\n"
	     "pmem-bench [--benchmark_...]   google-benchmark over every "
	     "kernel\n");
	for (size_t i = 0; i < VERB_COUNT; i++) {
		if (verbs[i].summary)
			printf("  %-8s  %s\n", verbs[i].name, verbs[i].summary);
	}
	puts("\nEach verb has a --help of its own.\n");
	fputs(kernels_help, stdout);
}

static bool
asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0)
			return false;
		if (strcmp(argv[i], "--help") == 0)
			return true;
	}
	return false;
}

static int
verb_run(const struct verb *verb, int argc, char **argv)
{
	int status;

	if (asks_for_help(argc, argv)) {
		fputs(verb->help, stdout);
		status = 0;
	} else {
		status = verb->main(argc, argv);
	}
	if (fflush(stdout) || ferror(stdout))
		return bench_fail("cannot write standard output");
	return status;
}

/* Kernels are called without the library's policy: in domain adr_nt it would
 * set this. */
static void
edge_flush_set(void)
{
	struct cpu cpu;

	cpu_detect(&cpu);
	copy_edge_flush = flush_narrow(FLUSH_CLWB, cpu.features);
}

int
main(int argc, char **argv)
{
	edge_flush_set();
	if (argc < 2 || argv[1][0] == '-') {
		if (!asks_for_help(argc, argv))
			return kernels_main(argc, argv);
		help_print();
		return 0;
	}
	for (size_t i = 0; i < VERB_COUNT; i++) {
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verb_run(&verbs[i], argc - 1, argv + 1);
	}
	return bench_fail("unknown verb: %s: see pmem-bench --help", argv[1]);
}
