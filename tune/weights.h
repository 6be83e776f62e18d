/*
 * weights.h: how much each kind of operation counts in a decision
 *
 * A decision serves a program that does many kinds of things; what it loses in
 * one it may win in another. Weights say how much each counts. Lengths are
 * gathered in octaves, [2^k, 2^(k+1)) bytes, and an octave's weight is shared
 * by the lengths measured in it: measuring more of them moves no weight.
 *
 * A weights file has one header line and then one line a rule, separated by
 * tabs:
 *
 *   op residency drain size_bucket weight
 *
 * size_bucket is the least length of an octave, a power of two in bytes. A *
 * stands for every value. Rules are obeyed in order, so a later one replaces
 * what an earlier one said; what no rule names weighs 0. Only proportions
 * count. Lines that open with # are comments.
 */
#ifndef TUNE_WEIGHTS_H
#define TUNE_WEIGHTS_H

#include <stddef.h>

#include "decision.h"
#include "measurement.h"

/* Octaves of a length of 64 bits. */
#define WEIGHT_OCTAVES 64

struct weights {
	double of[OP_COUNT][RESIDENCY_COUNT][DRAIN_COUNT][WEIGHT_OCTAVES];
};

/* The octave of a length: its binary logarithm, rounded down. */
unsigned weights_octave(size_t size_bytes);

/* The default weights; weights.c says why they are what they are. */
void weights_default(struct weights *w);

/* Reads a file. 0, or -errno with "line N: what" or the description of errno
 * in error. */
int weights_read(struct weights *w, const char *path,
	char error[PROVENANCE_ERROR_BYTES]);

/* Whether an operation has any weight. */
bool weights_concern(const struct weights *w, enum op op);

/* Leaves weight only to what concerns one kind of program. */
void weights_restrict(struct weights *w, enum program program);

#endif
