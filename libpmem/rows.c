/*
 * rows.c: the default header and the one this library is built with
 */
#include "rows.h"

#include <string.h>

#include "tokens.h"

/* Set by CMake to a generated pmem_tuned.h. */
#ifndef PMEM_TUNED_HEADER
#define PMEM_TUNED_HEADER "tuned_default.h"
#endif

#define ANY POLICY_ANY_NODE
#define NEVER POLICY_NEVER
#define MOVNT_not_promised MOVNT_NOT_PROMISED
#define MOVNT_retained MOVNT_RETAINED

/* clang-format off */
#define CPU_WISH(key, vendor, family, model, stepping_min, stepping_max, \
	movnt) \
	{#key, vendor, family, model, stepping_min, stepping_max, \
		MOVNT_##movnt},
#define ROW_WISH(key, cpu_node, mem_node, domain, flush, \
	move_cached, move_stream, move_flush, move_min, \
	set_cached, set_stream, set_flush, set_min) \
	{#key, cpu_node, mem_node, TOKEN_DOMAIN(domain), TOKEN_FLUSH(flush), \
		{TOKEN_ISA(move_cached), TOKEN_ISA(move_stream), \
			TOKEN_FLUSH(move_flush), move_min}, \
		{TOKEN_ISA(set_cached), TOKEN_ISA(set_stream), \
			TOKEN_FLUSH(set_flush), set_min}},
/* A list may be empty; an array may not: a last entry that is not counted. */
#define CPU_END {0}
#define ROW_END {0}
/* clang-format on */

#include "tuned_default.h"
static const struct row_wish default_rows[] = {
	PMEM_TUNED_ROWS(ROW_WISH) ROW_END};
const struct header rows_default = {
	.id = PMEM_TUNED_ID,
	.rows = default_rows,
	.row_count = sizeof(default_rows) / sizeof(*default_rows) - 1,
};
#undef PMEM_TUNED_ID
#undef PMEM_TUNED_CPUS
#undef PMEM_TUNED_ROWS

#include PMEM_TUNED_HEADER
static const struct cpu_wish tuned_cpus[] = {PMEM_TUNED_CPUS(CPU_WISH) CPU_END};
static const struct row_wish tuned_rows[] = {PMEM_TUNED_ROWS(ROW_WISH) ROW_END};
const struct header rows_tuned = {
	.id = PMEM_TUNED_ID,
	.cpus = tuned_cpus,
	.cpu_count = sizeof(tuned_cpus) / sizeof(*tuned_cpus) - 1,
	.rows = tuned_rows,
	.row_count = sizeof(tuned_rows) / sizeof(*tuned_rows) - 1,
};

static bool
is_in(const struct cpu_wish *w, const struct cpu *cpu)
{
	return w->model == cpu->model && w->stepping_min <= cpu->stepping &&
	       cpu->stepping <= w->stepping_max;
}

static bool
is_kin(const struct cpu_wish *w, const struct cpu *cpu)
{
	return strcmp(w->vendor, cpu->vendor) == 0 && w->family == cpu->family;
}

static unsigned
distance(unsigned a, unsigned b)
{
	return a > b ? a - b : b - a;
}

const struct cpu_wish *
rows_find_cpu(const struct header *header, const struct cpu *cpu, bool *exact)
{
	const struct cpu_wish *nearest = NULL;

	*exact = false;
	for (size_t i = 0; i < header->cpu_count; i++) {
		const struct cpu_wish *w = &header->cpus[i];

		if (!is_kin(w, cpu))
			continue;
		if (is_in(w, cpu)) {
			*exact = true;
			return w;
		}
		if (!nearest || distance(w->model, cpu->model) <
					distance(nearest->model, cpu->model))
			nearest = w;
	}
	return nearest;
}

enum movnt_verdict
rows_find_movnt(const struct header *header, const struct cpu *cpu)
{
	bool exact;
	const struct cpu_wish *own = rows_find_cpu(header, cpu, &exact);

	if (exact)
		return own->movnt;
	for (size_t i = 0; i < header->cpu_count; i++) {
		const struct cpu_wish *w = &header->cpus[i];

		if (is_kin(w, cpu) && w->movnt == MOVNT_RETAINED)
			return MOVNT_RETAINED;
	}
	return MOVNT_UNKNOWN;
}
