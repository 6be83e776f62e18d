/*
 * simulate_rivals.h: two ways to decide that are in use, to compare with
 *
 * Written from their descriptions. Neither knows intervals or a default, nor
 * weights.
 */
#ifndef TUNE_SIMULATE_RIVALS_H
#define TUNE_SIMULATE_RIVALS_H

#include <stddef.h>

#include "decision.h"
#include "simulate_model.h"

struct rival_rule {
	const char *name;
	enum order order; /* in which it measures */
	/* Choices for the pair of a mem_node, in a domain, from the rows that
	 * world_measure made in that order. 0 or -ENOMEM. */
	int (*decide)(const struct measurement *rows, size_t count,
		unsigned mem_node, enum domain domain,
		struct choice choices[OP_COUNT]);
};

#define RIVAL_COUNT 2
extern const struct rival_rule rival_rules[RIVAL_COUNT];

#endif
