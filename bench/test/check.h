/*
 * check.h: what the tests of the harness add to those of the library
 */
#ifndef BENCH_TEST_CHECK_H
#define BENCH_TEST_CHECK_H

#include <string.h>

#include "../../libpmem/test/check.h"

#define CHECK_TEXT(text, wanted) \
	check_text(__FILE__, __LINE__, (text), (wanted))

static inline void
check_text(const char *file, int line, const char *text, const char *wanted)
{
	if (text && strcmp(text, wanted) == 0)
		return;
	fprintf(stderr, "%s:%d: is     \"%s\"\n", file, line,
		text ? text : "(null)");
	fprintf(stderr, "%s:%d: wanted \"%s\"\n", file, line, wanted);
	exit(1);
}

#endif
