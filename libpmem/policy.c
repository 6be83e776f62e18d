/*
 * policy.c: from rows of a header to kernels that this machine runs
 *
 * Resolution happens once, in a constructor, into plain data; the fast path
 * only reads it. See policy.h for the order of choices.
 */
#include "policy.h"

#include <stdlib.h>
#include <string.h>

#include "domain.h"
#include "env.h"
#include "nodes.h"
#include "rows.h"
#include "trace.h"

const char *const domain_names[DOMAIN_COUNT] = {
	[DOMAIN_ADR] = "adr",
	[DOMAIN_ADR_NT] = "adr_nt",
	[DOMAIN_EADR] = "eadr",
};

/* Rows of one domain that name nodes; beyond these the uniform row serves. 64
 * is every pair of 8 nodes, the most that any x86 platform has today. */
#define MAX_ROWS 64

static struct policy node_rows[MAX_ROWS];

/* The row for each pair of nodes, each + 1. */
static const struct policy *rows_by_nodes[NODES_MAX + 1][NODES_MAX + 1];

const struct policy *const *policy_rows_by_cpu[NODES_CPUS];

/* How copies are carried out until policy_load has run. */
#define FIRST_OP \
	{ \
		.cached = &copy_kernels[FLUSH_CLFLUSH], \
		.stream = &copy_kernels[FLUSH_COUNT + FLUSH_CLFLUSH], \
		.hinted = &copy_kernels[FLUSH_COUNT + FLUSH_CLFLUSH], \
		.noflush = &copy_kernels[FLUSH_NONE], \
		.stream_min_bytes = POLICY_NEVER, \
	}

/* Durable on every x86-64 CPU, for callers that come before the constructor:
 * index 0 of each (store, flush) is the generic isa. Positions are checked by
 * the tests of the table. */
struct policy_state policy_state = {
	.uniform =
		{
			.cpu_node = POLICY_ANY_NODE,
			.mem_node = POLICY_ANY_NODE,
			.domain = DOMAIN_ADR,
			.flush = &flush_kernels[FLUSH_CLFLUSH],
			.move = FIRST_OP,
			.set = FIRST_OP,
		},
	.deep_flush = &flush_kernels[FLUSH_CLFLUSH],
};

bool
policy_eligible(
	enum isa isa, enum store store, enum flush flush, enum domain domain)
{
	if (flush != FLUSH_NONE || domain == DOMAIN_EADR)
		return true;
	return store == STORE_STREAM && isa == isa_streaming(isa) &&
	       domain == DOMAIN_ADR_NT;
}

static const struct copy_kernel *
kernel_narrow(
	enum isa wish, enum store store, enum flush flush, uint32_t features)
{
	const struct copy_kernel *k = NULL;

	for (enum isa isa = wish; isa != ISA_GENERIC; isa = isa_narrower[isa]) {
		k = copy_kernel_find(isa, store, flush);
		if (k && (k->needs & features) == k->needs)
			return k;
	}
	return copy_kernel_find(ISA_GENERIC, store, flush);
}

/* The flush of a wish, made durable: a header that wishes for less than the
 * domain demands is not obeyed. Nor is one that flushes where the user forbids
 * every flush (the domain is then eadr). */
static enum flush
flush_resolve(enum isa isa, enum store store, enum flush wish,
	enum domain domain, const struct env *env, uint32_t features)
{
	if (env->no_flush == ENV_ON)
		return FLUSH_NONE;
	if (!policy_eligible(isa, store, wish, domain))
		wish = FLUSH_CLWB;
	return flush_narrow(wish, features);
}

static void
op_resolve(struct op_policy *op, const struct op_wish *wish,
	const struct policy *row, const struct env *env, uint32_t features)
{
	enum flush stream_flush = flush_resolve(wish->stream_isa, STORE_STREAM,
		wish->stream_flush, row->domain, env, features);

	op->cached = kernel_narrow(
		wish->cached_isa, STORE_CACHED, row->flush->flush, features);
	op->noflush = kernel_narrow(
		wish->cached_isa, STORE_CACHED, FLUSH_NONE, features);
	op->stream = kernel_narrow(
		wish->stream_isa, STORE_STREAM, stream_flush, features);
	op->hinted = kernel_narrow(isa_streaming(op->stream->isa), STORE_STREAM,
		stream_flush, features);
	op->stream_min_bytes = wish->stream_min_bytes;
	if (env->has_movnt_threshold) {
		op->stream = op->hinted;
		op->stream_min_bytes = env->movnt_threshold_bytes;
	}
	if (env->no_movnt == ENV_ON) {
		op->stream = op->hinted = op->cached;
		op->stream_min_bytes = POLICY_NEVER;
	}
}

void
policy_resolve(struct policy *row, const struct row_wish *wish,
	const struct env *env, uint32_t features)
{
	row->cpu_node = wish->cpu_node;
	row->mem_node = wish->mem_node;
	row->domain = wish->domain;
	row->flush = &flush_kernels[flush_resolve(ISA_GENERIC, STORE_CACHED,
		wish->flush, wish->domain, env, features)];
	op_resolve(&row->move, &wish->move, row, env, features);
	op_resolve(&row->set, &wish->set, row, env, features);
}

/* Widens the contested range by what two rows disagree on: the lengths between
 * two thresholds, or every length if the kernels differ. */
static void
op_contest(struct policy_state *s, const struct op_policy *a,
	const struct op_policy *b)
{
	size_t low = a->stream_min_bytes, high = b->stream_min_bytes;
	size_t end = s->contested_min_bytes + s->contested_span_bytes;

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
	if (end > s->contested_min_bytes && low > s->contested_min_bytes)
		low = s->contested_min_bytes;
	if (high < end)
		high = end;
	s->contested_min_bytes = low;
	s->contested_span_bytes = high - low;
}

static void
row_contest(struct policy_state *s, const struct policy *row)
{
	op_contest(s, &s->uniform.move, &row->move);
	op_contest(s, &s->uniform.set, &row->set);
	if (row->flush != s->uniform.flush)
		s->flush_contested = true;
}

/* The more of its nodes a row names, the better it fits; a row that names
 * another node does not. */
static int
row_fit(const struct policy *row, int cpu_node, int mem_node)
{
	int fit = 0;

	if (row->cpu_node != POLICY_ANY_NODE)
		fit += row->cpu_node == cpu_node ? 1 : -4;
	if (row->mem_node != POLICY_ANY_NODE)
		fit += row->mem_node == mem_node ? 2 : -4;
	return fit;
}

static const struct policy *
row_fitting(const struct policy_state *s, int cpu_node, int mem_node)
{
	const struct policy *best = &s->uniform;
	int best_fit = 0;

	for (size_t i = 0; i < s->row_count; i++) {
		int fit = row_fit(&s->rows[i], cpu_node, mem_node);

		if (fit > best_fit) {
			best_fit = fit;
			best = &s->rows[i];
		}
	}
	return best;
}

void
policy_index(void)
{
	const struct policy_state *s = &policy_state;

	for (int cpu_node = -1; cpu_node < NODES_MAX; cpu_node++) {
		for (int mem_node = -1; mem_node < NODES_MAX; mem_node++)
			rows_by_nodes[cpu_node + 1][mem_node + 1] = row_fitting(
				s, cpu_node, mem_node);
	}
	nodes_load();
	for (int cpu = 0; cpu < NODES_CPUS; cpu++)
		policy_rows_by_cpu[cpu] = rows_by_nodes[nodes_by_cpu[cpu] + 1];
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
		if (wish->cpu_node == POLICY_ANY_NODE &&
			wish->mem_node == POLICY_ANY_NODE)
			policy_resolve(&s->uniform, wish, env, features);
		else if (s->row_count < MAX_ROWS)
			policy_resolve(&node_rows[s->row_count++], wish, env,
				features);
	}
	if (s->row_count)
		policy_index();
	s->contested_min_bytes = s->contested_span_bytes = 0;
	s->flush_contested = false;
	for (size_t i = 0; i < s->row_count; i++)
		row_contest(s, &node_rows[i]);
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

static bool
row_adapts(const struct policy *row)
{
	return row->move.stream != row->move.hinted ||
	       row->set.stream != row->set.hinted;
}

static bool
rows_adapt(const struct policy_state *s)
{
	bool adapt = row_adapts(&s->uniform);

	for (size_t i = 0; i < s->row_count; i++)
		adapt |= row_adapts(&s->rows[i]);
	return adapt;
}

static const char *
rows_reason(const struct cpu_wish *cpu_wish, bool exact)
{
	if (cpu_wish)
		return exact ? "tuned for this CPU" :
			       "tuned for a CPU of this family";
	if (rows_tuned.cpu_count)
		return "tuned header is for other CPUs";
	return "untuned build";
}

void
policy_load(void)
{
	struct policy_inputs *in = &policy_state.inputs;
	const struct header *header = &rows_default;
	const struct cpu_wish *cpu_wish;
	const char *key = "any";
	bool exact;

	env_load(&in->env);
	cpu_detect(&in->cpu);
	features_mask(&in->cpu.features, &in->env);

	cpu_wish = rows_find_cpu(&rows_tuned, &in->cpu, &exact);
	if (cpu_wish) {
		header = &rows_tuned;
		key = cpu_wish->key;
	}
	in->tuned = cpu_wish != NULL;
	in->rows_id = header->id;
	in->rows_key = key;
	in->rows_reason = rows_reason(cpu_wish, exact);
	in->domain = domain_choose(&in->env, &in->cpu,
		rows_find_movnt(&rows_tuned, &in->cpu), &in->domain_reason);
	policy_state.deep_flush =
		&flush_kernels[flush_narrow(FLUSH_CLWB, in->cpu.features)];
	copy_edge_flush = in->domain == DOMAIN_EADR ?
				  FLUSH_NONE :
				  policy_state.deep_flush->flush;
	rows_resolve(header, key, &in->env);
	if (rows_adapt(&policy_state))
		copy_calibrate();
}

const struct policy *
policy_search(const void *dest)
{
	return rows_by_nodes[nodes_current() + 1][nodes_of(dest) + 1];
}

static void
policy_trace(void)
{
	char *text, *rest, *line;
	size_t size_bytes;

	if (TRACE_LEVEL < 1)
		return;
	size_bytes = policy_describe(NULL, 0) + 1;
	rest = text = malloc(size_bytes);
	if (!text)
		return;
	policy_describe(text, size_bytes);
	while ((line = strsep(&rest, "\n")) && *line)
		TRACE(1, "%s", line);
	free(text);
}

/* Here and not beside the public functions, because every one of them needs
 * the policy: so a program that links the static library gets it too. */
__attribute__((constructor)) static void
library_load(void)
{
	policy_load();
	policy_trace();
}
