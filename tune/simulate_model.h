/*
 * simulate_model.h: planted truth, and measurements of it on a noisy machine
 *
 * A world is what things cost, exactly: cells of the octave plan, variants of
 * two isas with every flush, on one pair of nodes or two. Measuring it gives
 * times as a shared virtual machine would: jitter, bursts, drift, a clock with
 * two speeds, and luck of placement in each process start.
 */
#ifndef TUNE_SIMULATE_MODEL_H
#define TUNE_SIMULATE_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "cells.h"
#include "measurement.h"
#include "simulate_costs.h"
#include "stats.h"

/* Residencies warm and cold, by drain. */
#define WORLD_STATES 4

enum residency world_residency(unsigned state);
enum drain world_drain(unsigned state);

/* The operations that are measured in a world. */
#define WORLD_OPS 2
extern const enum op world_ops[WORLD_OPS];

#define WORLD_PAIRS_MOST 2

enum crossover {
	CROSSOVER_SOMEWHERE, /* streaming wins from some length on */
	CROSSOVER_NEVER,
	CROSSOVER_ALWAYS,
	CROSSOVER_NONE, /* all variants cost the same: A/A */
};

struct world {
	enum crossover crossover;
	size_t pair_count;
	bool pairs_differ;
	/* Logarithm of ns; op flush uses the variants of cached generic. */
	double cost[WORLD_PAIRS_MOST][OP_COUNT][WORLD_SIZES][WORLD_STATES]
		   [VARIANT_COUNT];
	bool measured[OP_COUNT][VARIANT_COUNT];
};

/* Draws a world. */
void world_draw(struct world *w, struct rng *rng);

/* In which order things are measured. */
enum order {
	ORDER_INTERLEAVED, /* rounds over all cells, shuffled anew each time */
	ORDER_BY_CELL, /* length by length, variant by variant, all
			* repetitions of each in a row; hot, one process */
	ORDER_BY_VARIANT, /* variant by variant: one program is run, then the
			   * next */
};

/* Most rows that world_measure makes. */
#define WORLD_ROWS_MOST 60000

/* Measures in two starts of eight rounds (the largest lengths in every fourth),
 * which is less than any plan of plan.def, and returns the number of rows. */
size_t world_measure(const struct world *w, enum order order, struct rng *rng,
	struct measurement *rows);

/* The truth about a pair: logarithms of times, weighted. */
void world_costs(const struct world *w, size_t pair, struct costs *costs);

#endif
