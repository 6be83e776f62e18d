/*
 * rows.h: the rows of a header, as data
 *
 * The header's macros (tuned_default.h describes them) name kernels and nodes;
 * here they are tables that policy.c resolves.
 */
#ifndef LIBPMEM_ROWS_H
#define LIBPMEM_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "copy.h"
#include "cpu.h"
#include "domain.h"
#include "flush.h"
#include "policy.h"

/* How a row wishes one operation to be carried out. */
struct op_wish {
	enum isa cached_isa, stream_isa;
	enum flush stream_flush;
	size_t stream_min_bytes;
};

struct row_wish {
	const char *key;
	int cpu_node, mem_node;
	enum domain domain;
	enum flush flush;
	struct op_wish move, set;
};

struct cpu_wish {
	const char *key, *vendor;
	unsigned family, model, stepping_min, stepping_max;
	enum movnt_verdict movnt;
};

/* One header: the rows of every CPU and domain it knows. */
struct header {
	const char *id;
	const struct cpu_wish *cpus;
	size_t cpu_count;
	const struct row_wish *rows;
	size_t row_count;
};

/* The conservative rows: no CPUs, rows of key "any" in every domain. */
extern const struct header rows_default;

/* The rows this library was built with; the default ones if untuned. */
extern const struct header rows_tuned;

/* The entry of a CPU in a header: its own (*exact is true), else that of the
 * nearest model of its vendor and family, else NULL. Rows say what is fast, so
 * a neighbour's are safe. */
const struct cpu_wish *rows_find_cpu(
	const struct header *header, const struct cpu *cpu, bool *exact);

/* What is known of a CPU's streaming stores: by its own entry, else retained if
 * any CPU of its vendor and family was seen to retain them. What was not seen
 * on a neighbour says nothing. */
enum movnt_verdict rows_find_movnt(
	const struct header *header, const struct cpu *cpu);

#endif
