/*
 * lines.h: a text file, line by line
 *
 * Every data file of the harness is lines, and what is wrong with one is told
 * with its number. A reader goes on until a line has a flaw or none is left:
 *
 *	lines_open(&lines, path, error);
 *	while (lines_next(&lines))
 *		lines_judge(&lines, line_parse(to, &lines));
 *	return lines_close(&lines);
 *
 * Nothing need be checked on the way: after a file that cannot be opened, a
 * read that failed or a flaw there is no next line, and the first trouble is
 * the one that is told.
 */
#ifndef BENCH_LINES_H
#define BENCH_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "provenance.h"

/* What readers that take no torn line say of one. */
#define LINES_TORN "truncated: no newline at its end"

struct lines {
	/* The current line without its newline; the reader may write to it. */
	char *text;
	size_t len; /* of text, which may hold NULs before the one behind it */
	size_t number; /* of the current line, from 1 */
	bool torn; /* the file ends without the line's newline */

	FILE *file;
	size_t room; /* of text */
	int err; /* what lines_close returns */
	char *error;
};

/* Opens a file; error is written to until the file is closed. */
void lines_open(
	struct lines *l, const char *path, char error[PROVENANCE_ERROR_BYTES]);

/* Goes to the next line, of any length. What a failed read has left of a line
 * is none. */
bool lines_next(struct lines *l);

/* The first byte of the line that is a control character and no tab, or -1. */
int lines_control(const struct lines *l);

/* Tells "line N: " and the text, whatever was told before. Returns -EINVAL. */
__attribute__((format(printf, 2, 3))) int lines_fail(
	struct lines *l, const char *format, ...);

/* Tells what is wrong with the current line; NULL is nothing. */
void lines_judge(struct lines *l, const char *what);

/* The same of the line that would come next. */
void lines_judge_end(struct lines *l, const char *what);

/* 0; -EINVAL with "line N: what" in error; or another negative errno with its
 * description. The file is closed in any case. */
int lines_close(struct lines *l);

#endif
