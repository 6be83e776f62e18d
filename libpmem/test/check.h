/*
 * check.h: how a test says what it found
 *
 * A failed check prints one line and ends the program with 1. A test that
 * lacks its hardware or a package ends through test_skip with 77, which CTest
 * shows as skipped.
 */
#ifndef LIBPMEM_TEST_CHECK_H
#define LIBPMEM_TEST_CHECK_H

#include <stdio.h>
#include <stdlib.h>

/* CHECK(condition) or CHECK(condition, format, ...): the text, which must be a
 * literal, says which case it was. */
#define CHECK(condition, ...) \
	do { \
		if (!(condition)) { \
			fflush(stdout); \
			fprintf(stderr, "%s:%d: not true: %s:", __FILE__, \
				__LINE__, #condition); \
			fprintf(stderr, " " __VA_ARGS__); \
			fputc('\n', stderr); \
			exit(1); \
		} \
	} while (0)

static inline _Noreturn void
test_skip(const char *reason)
{
	printf("skipped: %s\n", reason);
	exit(77);
}

#endif
