/*
 * check.h: what the tests of the harness share
 *
 * A failed check says where and what, and ends the program with 1. A test that
 * lacks its hardware calls skip, which CTest shows as skipped.
 */
#ifndef BENCH_TEST_CHECK_H
#define BENCH_TEST_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, \
				__LINE__, #condition); \
			exit(1); \
		} \
	} while (0)

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

__attribute__((noreturn)) static inline void
skip(const char *why)
{
	printf("skipped: %s\n", why);
	exit(77);
}

#endif
