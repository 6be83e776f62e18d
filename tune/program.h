/*
 * program.h: the program that a run was tuned to, if it was to one
 *
 * weights.tsv in a run's folder says what the program does. What deciding by it
 * is worth is what the default weights' decision, of the same measurements,
 * would lose there.
 */
#ifndef TUNE_PROGRAM_H
#define TUNE_PROGRAM_H

#include <stdbool.h>

#include "regret.h"

/* An empty one is all zero bytes. */
struct program_profile {
	bool present;
	struct provenance facts; /* comments of weights.tsv */
	struct weights weights;
	/* Its own decision beside that of the default weights. */
	struct regrets regrets;
};

/* Reads weights and judges them by measurements, onto an empty profile. 0, or
 * a negative errno with "line N: what" or the description of errno in error. */
int program_read(struct program_profile *p, const char *path,
	const struct measurements *all, char error[PROVENANCE_ERROR_BYTES]);

/* Share of all weight that an operation has at the lengths of an octave. */
double program_share(
	const struct program_profile *p, enum op op, unsigned octave);

/* What it is called: a fact of its weights, else "weights.tsv". */
const char *program_name(const struct program_profile *p);

void program_free(struct program_profile *p);

#endif
