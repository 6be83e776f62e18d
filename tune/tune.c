/*
 * tune.c: pmem-tune, which finds the verb and leaves the rest to it
 */
#include "tune.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct verb {
	const char *name, *summary, *help;
	int (*main)(int argc, char **argv);
} verbs[] = {
	{"decide", "what is best, from measurements", decide_help, decide_main},
	{"emit", "the header for a tuned build, from decisions", emit_help,
		emit_main},
	{"check", "whether a header follows from measurements", check_help,
		check_main},
	{"regret", "what a machine loses with rows made for another",
		regret_help, regret_main},
	{"simulate", "how often the method finds a planted truth",
		simulate_help, simulate_main},
	{"import", "measurements from a published table", import_help,
		import_main},
	{"report", "a run for people: page, plots, text", report_help,
		report_main},
};
#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

static void
help_print(void)
{
	puts("pmem-tune VERB [OPTION]... [FILE]...    decide from "
	     "measurements\n");
	for (size_t i = 0; i < VERB_COUNT; i++)
		printf("  %-8s  %s\n", verbs[i].name, verbs[i].summary);
	puts("\nEach verb has a --help of its own.");
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
	int status = 0;

	if (asks_for_help(argc, argv))
		fputs(verb->help, stdout);
	else
		status = verb->main(argc, argv);
	if (fflush(stdout) || ferror(stdout))
		return tune_fail("cannot write standard output");
	return status;
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		return tune_fail("no verb: see pmem-tune --help");
	for (size_t i = 0; i < VERB_COUNT; i++) {
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verb_run(&verbs[i], argc - 1, argv + 1);
	}
	if (strcmp(argv[1], "--help") == 0) {
		help_print();
		return fflush(stdout) || ferror(stdout) ?
			       tune_fail("cannot write standard output") :
			       0;
	}
	return tune_fail("unknown verb: %s: see pmem-tune --help", argv[1]);
}
