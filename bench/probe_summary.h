/*
 * probe_summary.h: the results of the probe for people
 */
#ifndef BENCH_PROBE_SUMMARY_H
#define BENCH_PROBE_SUMMARY_H

#include <stdio.h>

#include "probe_facts.h"

/* Prints what was found on each node, some 20 lines a node. Errors are left in
 * the stream. */
void probe_summary(FILE *stream, const struct platform *p,
	const struct probe_node *nodes, size_t count);

#endif
