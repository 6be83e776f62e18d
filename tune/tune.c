/*
 * tune.c: pmem-tune, which finds the verb and leaves the rest to it
 */
#include "tune.h"

#include <stdio.h>
#include <string.h>

#include "verb.h"

const char verb_program[] = "pmem-tune";

/* A verb is a line here, its declarations in tune.h and its file in
 * CMakeLists.txt. */
static const struct verb verbs[] = {
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
	verb_list(verbs, VERB_COUNT);
	puts("\nEach verb has a --help of its own.");
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		return verb_fail("no verb: see pmem-tune --help");
	if (strcmp(argv[1], "--help") != 0)
		return verb_main(verbs, VERB_COUNT, argc, argv);
	help_print();
	return verb_end(0);
}
