/*
 * policy.c: from rows of a header to kernels that this machine runs
 *
 * Resolution happens once, in a constructor, into plain data; the fast path
 * only reads it. See policy.h for the order of choices.
 */
#include "policy.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "domain.h"
#include "env.h"
#include "ranges.h"
#include "sysfs.h"
#include "tokens.h"

/* Set by CMake to a generated pmem_tuned.h. */
#ifndef PMEM_TUNED_HEADER
#define PMEM_TUNED_HEADER "tuned_default.h"
#endif

const char *const domain_names[DOMAIN_COUNT] = {
	[DOMAIN_ADR] = "adr",
	[DOMAIN_ADR_NT] = "adr_nt",
	[DOMAIN_EADR] = "eadr",
};

/* A row as the header spells it. */
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

struct header {
	const char *id;
	const struct cpu_wish *cpus;
	size_t cpu_count;
	const struct row_wish *rows;
	size_t row_count;
};

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
static const struct header default_header = {
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
static const struct header tuned_header = {
	.id = PMEM_TUNED_ID,
	.cpus = tuned_cpus,
	.cpu_count = sizeof(tuned_cpus) / sizeof(*tuned_cpus) - 1,
	.rows = tuned_rows,
	.row_count = sizeof(tuned_rows) / sizeof(*tuned_rows) - 1,
};

/* Kernel node numbers and CPU numbers are small; beyond these, the uniform row
 * serves. 64 nodes and 1024 CPUs are what a cpu_set_t of glibc counts to. */
#define MAX_ROWS 64
#define MAX_CPUS 1024

static struct policy node_rows[MAX_ROWS];
static int16_t cpu_nodes[MAX_CPUS];

/* Durable on every x86-64 CPU, for callers that come before the constructor:
 * index 0 of each (store, flush) is the generic isa. Positions are checked by
 * the tests of the table. */
struct policy_state policy_state = {
	.uniform =
		{
			.cpu_node = ANY,
			.mem_node = ANY,
			.domain = DOMAIN_ADR,
			.flush = &flush_kernels[FLUSH_CLFLUSH],
			.move = {&copy_kernels[FLUSH_CLFLUSH],
				&copy_kernels[FLUSH_COUNT + FLUSH_CLFLUSH],
				&copy_kernels[FLUSH_NONE], POLICY_NEVER},
			.set = {&copy_kernels[FLUSH_CLFLUSH],
				&copy_kernels[FLUSH_COUNT + FLUSH_CLFLUSH],
				&copy_kernels[FLUSH_NONE], POLICY_NEVER},
		},
	.deep_flush = &flush_kernels[FLUSH_CLFLUSH],
};

bool
policy_eligible(enum store store, enum flush flush, enum domain domain)
{
	if (flush != FLUSH_NONE || domain == DOMAIN_EADR)
		return true;
	return store == STORE_STREAM && domain == DOMAIN_ADR_NT;
}

/* The newest flush that this CPU has, wish or older; CLFLUSH is part of every
 * x86-64 CPU that has persistent memory behind it. */
static enum flush
flush_narrow(enum flush wish, uint32_t features)
{
	enum flush flush = wish;

	while (flush < FLUSH_CLFLUSH &&
		!(flush_kernels[flush].needs & features))
		flush++;
	return flush;
}

static const struct copy_kernel *
kernel_narrow(
	enum isa wish, enum store store, enum flush flush, uint32_t features)
{
	const struct copy_kernel *k = NULL;

	for (int isa = (int)wish; isa > ISA_GENERIC; isa--) {
		k = copy_kernel_find((enum isa)isa, store, flush);
		if (k && (k->needs & features) == k->needs)
			return k;
	}
	return copy_kernel_find(ISA_GENERIC, store, flush);
}

/* The flush of a wish, made durable: a header that wishes for less than the
 * domain demands is not obeyed. */
static enum flush
flush_eligible(enum store store, enum flush wish, enum domain domain,
	uint32_t features)
{
	if (!policy_eligible(store, wish, domain))
		wish = FLUSH_CLWB;
	return flush_narrow(wish, features);
}

static void
op_resolve(struct op_policy *op, const struct op_wish *wish,
	const struct policy *row, const struct env *env, uint32_t features)
{
	enum flush stream_flush = flush_eligible(
		STORE_STREAM, wish->stream_flush, row->domain, features);

	op->cached = kernel_narrow(
		wish->cached_isa, STORE_CACHED, row->flush->flush, features);
	op->noflush = kernel_narrow(
		wish->cached_isa, STORE_CACHED, FLUSH_NONE, features);
	op->stream = kernel_narrow(
		wish->stream_isa, STORE_STREAM, stream_flush, features);
	op->stream_min_bytes = wish->stream_min_bytes;
	if (env->has_movnt_threshold)
		op->stream_min_bytes = env->movnt_threshold_bytes;
	if (env->no_movnt == ENV_ON) {
		op->stream = op->cached;
		op->stream_min_bytes = POLICY_NEVER;
	}
}

static void
row_resolve(struct policy *row, const struct row_wish *wish,
	const struct env *env, uint32_t features)
{
	row->cpu_node = wish->cpu_node;
	row->mem_node = wish->mem_node;
	row->domain = wish->domain;
	row->flush = &flush_kernels[flush_eligible(
		STORE_CACHED, wish->flush, wish->domain, features)];
	op_resolve(&row->move, &wish->move, row, env, features);
	op_resolve(&row->set, &wish->set, row, env, features);
}

static const struct cpu_wish *
header_cpu(const struct header *header, const struct cpu *cpu)
{
	for (size_t i = 0; i < header->cpu_count; i++) {
		const struct cpu_wish *w = &header->cpus[i];

		if (!strcmp(w->vendor, cpu->vendor) &&
			w->family == cpu->family && w->model == cpu->model &&
			w->stepping_min <= cpu->stepping &&
			cpu->stepping <= w->stepping_max)
			return w;
	}
	return NULL;
}

/* Widens the contested range by what two rows disagree on: the lengths between
 * two thresholds, or every length if the kernels differ. */
static void
op_contest(struct policy_state *s, const struct op_policy *a,
	const struct op_policy *b)
{
	size_t low = a->stream_min_bytes, high = b->stream_min_bytes;

	if (low > high) {
		low = b->stream_min_bytes;
		high = a->stream_min_bytes;
	}
	if (a->cached != b->cached || a->stream != b->stream) {
		low = 0;
		high = SIZE_MAX;
	}
	if (low == high)
		return;
	if (s->contested_max_bytes == 0 || low < s->contested_min_bytes)
		s->contested_min_bytes = low;
	if (high > s->contested_max_bytes)
		s->contested_max_bytes = high;
}

static void
row_contest(struct policy_state *s, const struct policy *row)
{
	op_contest(s, &s->uniform.move, &row->move);
	op_contest(s, &s->uniform.set, &row->set);
	if (row->flush != s->uniform.flush)
		s->flush_contested = true;
}

/* Reads "0-3,8\n" lists of /sys/devices/system/node/nodeN/cpulist. */
static void
cpu_list_assign(const char *list, int16_t node)
{
	int first, last, used;

	while (sscanf(list, "%d%n", &first, &used) == 1) {
		list += used;
		last = first;
		if (sscanf(list, "-%d%n", &last, &used) == 1)
			list += used;
		for (int cpu = first; cpu <= last && cpu < MAX_CPUS; cpu++) {
			if (cpu >= 0)
				cpu_nodes[cpu] = node;
		}
		if (*list++ != ',')
			break;
	}
}

static void
cpu_nodes_load(void)
{
	char path[64], list[4096];

	for (int cpu = 0; cpu < MAX_CPUS; cpu++)
		cpu_nodes[cpu] = POLICY_ANY_NODE;
	for (int16_t node = 0; node < MAX_ROWS; node++) {
		snprintf(path, sizeof(path),
			"/sys/devices/system/node/node%d/cpulist", node);
		if (sysfs_read(path, list, sizeof(list)) > 0)
			cpu_list_assign(list, node);
	}
}

static void
rows_resolve(
	const struct header *header, const char *key, const struct env *env)
{
	struct policy_state *s = &policy_state;
	uint32_t features = s->inputs.cpu.features;

	s->row_count = 0;
	s->rows = node_rows;
	for (size_t i = 0; i < header->row_count; i++) {
		const struct row_wish *wish = &header->rows[i];

		if (strcmp(wish->key, key) != 0 ||
			wish->domain != s->inputs.domain)
			continue;
		if (wish->cpu_node == ANY && wish->mem_node == ANY)
			row_resolve(&s->uniform, wish, env, features);
		else if (s->row_count < MAX_ROWS)
			row_resolve(&node_rows[s->row_count++], wish, env,
				features);
	}
	s->contested_min_bytes = s->contested_max_bytes = 0;
	s->flush_contested = false;
	for (size_t i = 0; i < s->row_count; i++)
		row_contest(s, &node_rows[i]);
	if (s->row_count)
		cpu_nodes_load();
}

static void
features_mask(uint32_t *features, const struct env *env)
{
	if (env->no_clwb == ENV_ON)
		*features &= ~(uint32_t)CPU_CLWB;
	if (env->no_clflushopt == ENV_ON)
		*features &= ~(uint32_t)CPU_CLFLUSHOPT;
	if (env->avx == ENV_OFF)
		*features &= ~(uint32_t)(CPU_AVX | CPU_AVX512F);
	if (env->avx512f == ENV_OFF)
		*features &= ~(uint32_t)CPU_AVX512F;
	if (env->movdir64b == ENV_OFF)
		*features &= ~(uint32_t)CPU_MOVDIR64B;
}

static const char *
rows_reason(const struct cpu_wish *cpu_wish)
{
	if (cpu_wish)
		return "tuned for this CPU";
	if (tuned_header.cpu_count)
		return "tuned header is for other CPUs";
	return "untuned build";
}

void
policy_load(void)
{
	struct policy_inputs *in = &policy_state.inputs;
	const struct header *header = &default_header;
	const struct cpu_wish *cpu_wish;
	const char *key = "any";
	struct env env;

	env_load(&env);
	cpu_detect(&in->cpu);
	features_mask(&in->cpu.features, &env);

	cpu_wish = header_cpu(&tuned_header, &in->cpu);
	if (cpu_wish) {
		header = &tuned_header;
		key = cpu_wish->key;
	}
	in->tuned = cpu_wish != NULL;
	in->rows_id = header->id;
	in->rows_reason = rows_reason(cpu_wish);
	in->domain = domain_choose(&env, &in->cpu,
		cpu_wish ? cpu_wish->movnt : MOVNT_UNKNOWN, &in->domain_reason);
	policy_state.deep_flush =
		&flush_kernels[flush_narrow(FLUSH_CLWB, in->cpu.features)];
	rows_resolve(header, key, &env);
}

/* The more of its nodes a row names, the better it fits; a row that names
 * another node does not. */
static int
row_fit(const struct policy *row, int cpu_node, int mem_node)
{
	int fit = 0;

	if (row->cpu_node != ANY)
		fit += row->cpu_node == cpu_node ? 1 : -4;
	if (row->mem_node != ANY)
		fit += row->mem_node == mem_node ? 2 : -4;
	return fit;
}

const struct policy *
policy_lookup(const void *dest)
{
	const struct policy_state *s = &policy_state;
	const struct policy *best = &s->uniform;
	struct range range;
	bool contended;
	int cpu = sched_getcpu();
	int cpu_node, mem_node = ANY, best_fit = 0;

	cpu_node = cpu >= 0 && cpu < MAX_CPUS ? cpu_nodes[cpu] : ANY;
	if (ranges_find((uintptr_t)dest, &range, &contended) &&
		range.start <= (uintptr_t)dest)
		mem_node = range.mem_node;
	for (size_t i = 0; i < s->row_count; i++) {
		int fit = row_fit(&s->rows[i], cpu_node, mem_node);

		if (fit > best_fit) {
			best_fit = fit;
			best = &s->rows[i];
		}
	}
	return best;
}
