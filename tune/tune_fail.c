/*
 * tune_fail.c: how the verbs of pmem-tune complain
 */
#include "tune.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>

int
tune_fail(const char *format, ...)
{
	va_list args;

	fputs("pmem-tune: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return 1;
}

int
tune_bad_option(int c, char **argv)
{
	if (c == ':')
		return tune_fail("option without its value: %s: see "
				 "pmem-tune %s --help",
			argv[optind - 1], argv[0]);
	return tune_fail("unknown option: %s: see pmem-tune %s --help",
		argv[optind - 1], argv[0]);
}

int
tune_bad_count(int argc, char **argv, int wanted)
{
	if (argc - optind == wanted)
		return 0;
	if (argc - optind < wanted)
		return tune_fail(
			"argument missing: see pmem-tune %s --help", argv[0]);
	return tune_fail("unexpected argument: %s: see pmem-tune %s --help",
		argv[optind + wanted], argv[0]);
}
