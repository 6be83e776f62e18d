/*
 * goals.h: what the library is to reach, beside what was measured
 */
#ifndef BENCH_GOALS_H
#define BENCH_GOALS_H

#include <stdbool.h>
#include <stdio.h>

#include "stats.h"

/* A worst cell is judged by the end of its interval that speaks against it. */
enum goal_judge { GOAL_BY_VALUE, GOAL_BY_INTERVAL, GOAL_REACHABLE };

#define GOAL_EVIDENCE_BYTES 800

struct goal {
	const char *about, *unit; /* "x", "%", "ns", "KB" */
	bool at_most; /* else at least */
	double target;
	enum goal_judge judge;
	bool measured; /* else evidence says why not */
	struct interval value; /* low NAN: it has no interval */
	char evidence[GOAL_EVIDENCE_BYTES];
};

/* Whether a value, judged so, meets the goal; it must be measured.
 * GOAL_REACHABLE: by the end of the interval that speaks for it, where the goal
 * is that nothing can be seen. */
bool goal_is_met(const struct goal *goal);

/* Appends to the evidence. */
__attribute__((format(printf, 2, 3))) void goal_tell(
	struct goal *goal, const char *format, ...);

/* The header line of goals.tsv (results/README.md), and a row. Errors are left
 * in the stream. */
void goals_header(FILE *out);
void goal_write(const struct goal *goal, FILE *out);

#endif
