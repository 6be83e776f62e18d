/*
 * file_fuzz.h: any bytes as a data file
 *
 * file_fuzz.c is the body of a program that fuzzes several parsers, of which
 * the argument --parser=NAME chooses one. A parser takes a file or tells what
 * is wrong with it in one line, and what it took holds what its header
 * promises.
 */
#ifndef BENCH_TEST_FUZZ_FILE_FUZZ_H
#define BENCH_TEST_FUZZ_FILE_FUZZ_H

#include <stdbool.h>
#include <stddef.h>

/* The parsers of a program; the last has no name. */
struct parser {
	const char *name;
	void (*parse)(const char *path, size_t size);
};
extern const struct parser parsers[];

/* Aborts, which libFuzzer reports with the input, unless true. */
void require(bool condition);

/* Whether an error is one line of text. */
bool is_one_line(const char *error);

/* A file of these bytes, valid until the next call. */
const char *bytes_file(const void *bytes, size_t size);

#endif
