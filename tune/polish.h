/*
 * polish.h: the repetitions of one cell, variants by rounds
 *
 * A time is taken as the product of what its variant costs, of what its round
 * does to all variants alike, and of an error. Median polish (Tukey,
 * Exploratory Data Analysis, ch. 11) tells the three apart in logarithms, and
 * few wild values do not move it.
 */
#ifndef TUNE_POLISH_H
#define TUNE_POLISH_H

#include <stddef.h>

#include "cells.h"
#include "measurement.h"

/* One cell being worked on. One matrix serves many cells, one after the other;
 * an empty one is all zero bytes. */
struct matrix {
	unsigned *reps; /* distinct, ascending */
	size_t rep_count, variant_count;
	unsigned index[VARIANT_COUNT]; /* variant_index, ascending */
	double mean[VARIANT_COUNT]; /* logarithm of ns */
	double *x; /* [variant][rep]; NAN where nothing was measured */
	double *round; /* [rep] */
	double *scratch;
	size_t capacity; /* of repetitions */
};

/* Fills it with the logarithms of one cell's times; rows are sorted by variant.
 * 0 or -ENOMEM. */
int matrix_fill(
	struct matrix *m, const struct measurement **rows, size_t count);

/* Finds means and rounds, and leaves errors in x. Returns their scale: a robust
 * standard deviation. */
double matrix_polish(struct matrix *m);

/* Pulls errors beyond limit in to it, and means to where errors have the mean
 * 0 then. Returns how many it pulled in. */
size_t matrix_pull_in(struct matrix *m, double limit);

void matrix_free(struct matrix *m);

#endif
