/*
 * wish.h: what the library makes of a row on a CPU
 *
 * Rows are wishes: an instruction that is absent falls back to the next older
 * one (libpmem/policy.h). What a row is worth on a CPU is what it becomes
 * there.
 */
#ifndef TUNE_WISH_H
#define TUNE_WISH_H

#include <stdint.h>

#include "decision.h"

/* What an untuned library does on a CPU with these features, operation by
 * operation. */
void wish_standard(enum domain domain, uint32_t features,
	struct choice standard[OP_COUNT]);

/* What a library with this row, one flush in it, does there. */
void wish_resolve(
	enum domain domain, uint32_t features, struct choice row[OP_COUNT]);

#endif
