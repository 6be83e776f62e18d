/*
 * decided.h: what decisions.tsv says, row by row, for those who show it
 */
#ifndef TUNE_DECIDED_H
#define TUNE_DECIDED_H

#include <stdbool.h>

#include "measurement.h"
#include "policy.h"
#include "table.h"

/* One (op, cpu_node, mem_node, domain). Texts belong to the decisions. */
struct decided {
	enum op op;
	unsigned cpu_node, mem_node;
	enum domain domain;
	enum flush flush; /* of cached kernels, and of pmem_flush */
	enum isa cached_isa, stream_isa;
	enum flush stream_flush;
	size_t stream_min_bytes; /* POLICY_NEVER: nothing is streamed */
	double regret_pct, gain_pct, gain_lo_pct, gain_hi_pct;
	const char *verdict; /* tuned, kept, refused: REASON */
};

/* A whole file. An empty one is all zero bytes. */
struct decisions {
	struct table table;
	struct decided *rows;
	size_t count;
};

/* Reads a file onto empty decisions. Errors as table_read. */
int decisions_read(struct decisions *all, const char *path,
	char error[PROVENANCE_ERROR_BYTES]);

void decisions_free(struct decisions *all);

enum verdict { VERDICT_TUNED, VERDICT_KEPT, VERDICT_REFUSED };
#define VERDICT_COUNT 3

enum verdict decided_verdict(const struct decided *d);

#endif
