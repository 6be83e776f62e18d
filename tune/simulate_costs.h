/*
 * simulate_costs.h: costs by variant and length, and the best choices by them
 *
 * Plain loops over all choices there are, on purpose: what the deciding code
 * finds is judged by this, and nothing is shared with it but the weights.
 */
#ifndef TUNE_SIMULATE_COSTS_H
#define TUNE_SIMULATE_COSTS_H

#include "cells.h"
#include "decision.h"
#include "weights.h"

/* Octaves from 8 bytes to 16 MiB. */
#define WORLD_SIZES 22
#define WORLD_SIZE(i) ((size_t)8 << (i))

/* Sums over cells of weight times cost, whatever cost is. */
struct costs {
	double of[OP_COUNT][VARIANT_COUNT][WORLD_SIZES];
	double total; /* weight */
};

/* Adds a cell, given the cost of each variant in it. */
void costs_add(struct costs *c, const struct weights *w, enum op op,
	enum residency residency, enum drain drain, int size,
	const double cost[VARIANT_COUNT]);

/* What choices cost, per weight; operations move and flush. */
double costs_loss(const struct costs *c, const struct choice choices[OP_COUNT]);

/* The least that any choices cost which are durable in a domain; those
 * choices. */
double costs_best(const struct costs *c, enum domain domain,
	struct choice best[OP_COUNT]);

#endif
