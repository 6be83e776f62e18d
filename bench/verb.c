/*
 * verb.c: see verb.h
 */
#include "verb.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int
verb_run(const struct verb *verb, int argc, char **argv)
{
	int status = 0;

	if (verb_asks_for_help(argc, argv))
		fputs(verb->help, stdout);
	else
		status = verb->main(argc, argv);
	return verb_end(status);
}

int
verb_main(const struct verb *verbs, size_t verb_count, int argc, char **argv)
{
	for (size_t i = 0; i < verb_count; i++) {
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verb_run(&verbs[i], argc - 1, argv + 1);
	}
	return verb_fail(
		"unknown verb: %s: see %s --help", argv[1], verb_program);
}

void
verb_list(const struct verb *verbs, size_t verb_count)
{
	for (size_t i = 0; i < verb_count; i++) {
		if (verbs[i].summary)
			printf("  %-8s  %s\n", verbs[i].name, verbs[i].summary);
	}
}

bool
verb_asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0)
			return false;
		if (strcmp(argv[i], "--help") == 0)
			return true;
	}
	return false;
}

int
verb_end(int status)
{
	if (fflush(stdout) || ferror(stdout))
		return verb_fail("cannot write standard output");
	return status;
}

int
verb_fail(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s: ", verb_program);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return 1;
}

int
verb_refuse(const char *reason)
{
	verb_fail("refused: %s", reason);
	return 2;
}

int
verb_bad_option(int c, char **argv)
{
	return verb_fail("%s: %s: see %s %s --help",
		c == ':' ? "option without its value" : "unknown option",
		argv[optind - 1], verb_program, argv[0]);
}

int
verb_bad_count(int argc, char **argv, int wanted)
{
	if (argc - optind == wanted)
		return 0;
	if (argc - optind < wanted)
		return verb_fail("argument missing: see %s %s --help",
			verb_program, argv[0]);
	return verb_fail("unexpected argument: %s: see %s %s --help",
		argv[optind + wanted], verb_program, argv[0]);
}
