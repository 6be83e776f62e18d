/*
 * emit_row.h: one row of pmem_tuned.h, under what it rests on
 */
#ifndef TUNE_EMIT_ROW_H
#define TUNE_EMIT_ROW_H

#include <stdbool.h>
#include <stdio.h>

#include "decision.h"

struct emit_row {
	const char *key; /* C token of the CPU */
	enum domain domain;
	bool any; /* for any pair of nodes */
	/* OP_COUNT of them, by op: its judgements, and the remarks that belong
	 * to it. */
	const struct decision *decisions;
};

/* Errors are left in the stream. */
void emit_row(const struct emit_row *row, FILE *f);

/* Writes text within a comment: nothing in it may end the comment, seem to open
 * another, or be a trigraph. */
void emit_comment(const char *text, FILE *f);

#endif
