/*
 * emit.h: from decisions to pmem_tuned.h
 *
 * A pure function: equal decisions give an equal header, byte for byte. Its
 * shape is that of libpmem/tuned_default.h; what it rests on stands in
 * comments. Each domain has one row for any node, and rows for a pair of nodes
 * only where that pair was proven to differ.
 */
#ifndef TUNE_EMIT_H
#define TUNE_EMIT_H

#include <stdio.h>

#include "decision.h"

/* Writes the header of one or more platforms. 0, or -EINVAL with one line in
 * error and *culprit the list it is about: facts about the CPU are missing or
 * malformed, or two lists are about the same CPU. Errors of the stream are left
 * in it. */
int emit(const struct decision_list *lists, size_t count, FILE *f,
	char error[PROVENANCE_ERROR_BYTES], size_t *culprit);

#endif
