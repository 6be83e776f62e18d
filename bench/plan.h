/*
 * plan.h: the plans of tune/plan.def, expanded for one CPU
 *
 * A plan becomes a list of cells, and for each op the variants that every cell
 * of it is measured with. Their order is shuffled before they are measured; it
 * depends on nothing but plan, CPU and filter.
 */
#ifndef BENCH_PLAN_H
#define BENCH_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cell.h"
#include "plan.def"

/* Variants of an op: each (isa, store, flush) at most once. */
#define PLAN_VARIANTS_MOST ((size_t)ISA_COUNT * STORE_COUNT * FLUSH_COUNT)

struct plan {
	const char *name;
	unsigned budget_s, patience_s, starts, rounds_most, isas_most;
	const size_t *aligned, *unaligned; /* sizes, ended by 0 */
	unsigned compare_s, compare_rounds_most;
};

/* The plan of that name, or NULL. */
const struct plan *plan_find(const char *name);

/* What a person wants of a plan only: words of the file's columns op,
 * residency and drain, and sizes in bytes, separated by commas. A column of
 * which no word is given is not restricted. */
struct plan_filter {
	bool ops[OP_COUNT], residencies[RESIDENCY_COUNT], drains[DRAIN_COUNT];
	size_t sizes_bytes[16]; /* ended by 0 */
};

/* Reads a filter; a NULL text restricts nothing. 0, -EINVAL or -ENOMEM. */
int plan_filter_parse(struct plan_filter *filter, const char *text);

/* A variant, and what names it in the columns of its rows. */
struct plan_variant {
	enum isa isa;
	enum store store;
	enum flush flush;
	struct variant variant;
};

struct plan_work {
	struct cell *cells;
	size_t cell_count;
	struct plan_variant *variants[OP_COUNT];
	size_t variant_count[OP_COUNT];
};

/* Expands a plan for a CPU with these features (enum cpu_feature). 0 or
 * -ENOMEM. */
int plan_expand(struct plan_work *work, const struct plan *plan,
	uint32_t features, const struct plan_filter *filter);

/* Expands what libraries are compared in: cells alone, no variants. Copies of
 * 8 B to 16 MiB, one an octave, aligned, and unaligned as far as that tells
 * anything, warm and cold. 0 or -ENOMEM. */
int plan_expand_compare(
	struct plan_work *work, const struct plan_filter *filter);

/* Adds the aligned cells of a length that the plan has not, in every state that
 * the filter allows. 0 or -ENOMEM. */
int plan_add_size(struct plan_work *work, const struct plan_filter *filter,
	enum op op, size_t size_bytes);

/* Whether a row is of a cell; whether it is of a variant. */
bool plan_cell_has(const struct cell *cell, const struct measurement *m);
bool plan_variant_has(
	const struct plan_variant *v, const struct measurement *m);

void plan_free(struct plan_work *work);

/* The largest size of all cells; 0 if there is none. */
size_t plan_size_most(const struct plan_work *work);

/* Whether a cell is measured every PLAN_LARGE_EVERY-th round only. */
bool plan_is_large(const struct cell *cell);

/* Whether a round of a start, counted from 0, measures a cell. */
bool plan_in_round(const struct cell *cell, unsigned round);

/* What rounds take when those cells that every round measures take small_s
 * together and the large ones large_s. */
double plan_seconds(unsigned rounds, double small_s, double large_s);

/* How many rounds a start may last: as many as fit into seconds, between 1 and
 * most. */
unsigned plan_rounds(
	double seconds, double small_s, double large_s, unsigned most);

#endif
