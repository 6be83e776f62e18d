/*
 * probe_facts.h: results of the probe as facts of platform.tsv
 *
 * bench/README.md lists the keys. Those of a node end in _node<N>; verdicts
 * stand without a node too, for the whole machine.
 */
#ifndef BENCH_PROBE_FACTS_H
#define BENCH_PROBE_FACTS_H

#include "platform.h"
#include "probe_cost.h"
#include "probe_residency.h"
#include "provenance.h"

/* What was found on the CPUs of one node. */
struct probe_node {
	unsigned node;
	/* Why nothing could be measured, or empty. */
	char refusal[PLATFORM_ERROR_BYTES];
	struct residency_result residency;
	struct cost_result cost;
};

/* Words of the verdicts, as in the file. */
const char *probe_movnt_word(enum movnt_verdict verdict);

/* "retains", "evicts", "unknown", or "absent": the CPU has no such
 * instruction. */
const char *probe_flush_word(const struct probe_node *n, enum flush flush);

/* The verdict for all nodes: retained where one retains, unknown where one is,
 * else not promised. */
enum movnt_verdict probe_movnt(const struct probe_node *nodes, size_t count);

/* The word of all nodes, or "mixed". */
const char *probe_flush(
	const struct probe_node *nodes, size_t count, enum flush flush);

/* Appends the facts of all nodes. 0 or -ENOMEM. */
int probe_facts_add(
	struct provenance *facts, const struct probe_node *nodes, size_t count);

#endif
