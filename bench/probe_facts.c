/*
 * probe_facts.c: which result stands under which key
 */
#include "probe_facts.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *
probe_movnt_word(enum movnt_verdict verdict)
{
	switch (verdict) {
	case MOVNT_RETAINED:
		return "retained";
	case MOVNT_NOT_PROMISED:
		return "not_promised";
	case MOVNT_UNKNOWN:
		break;
	}
	return "unknown";
}

static enum movnt_verdict
node_movnt(const struct probe_node *n)
{
	return n->refusal[0] ? MOVNT_UNKNOWN : residency_movnt(&n->residency);
}

const char *
probe_flush_word(const struct probe_node *n, enum flush flush)
{
	const struct separator *s = &n->residency.separator;
	struct share share;

	if (n->refusal[0])
		return "unknown";
	if (!n->cost.flushes[flush].present)
		return "absent";
	if (!separator_usable(s))
		return "unknown";
	share = residency_share(
		&n->residency, line_action_flush(flush), LINE_DIRTY_L1);
	return share_exceeds(&share, s) ? "retains" : "evicts";
}

enum movnt_verdict
probe_movnt(const struct probe_node *nodes, size_t count)
{
	enum movnt_verdict all = MOVNT_NOT_PROMISED;

	for (size_t i = 0; i < count; i++) {
		enum movnt_verdict one = node_movnt(&nodes[i]);

		if (one == MOVNT_RETAINED)
			return one;
		if (one == MOVNT_UNKNOWN)
			all = one;
	}
	return all;
}

const char *
probe_flush(const struct probe_node *nodes, size_t count, enum flush flush)
{
	const char *word = probe_flush_word(&nodes[0], flush);

	for (size_t i = 1; i < count; i++) {
		if (strcmp(probe_flush_word(&nodes[i], flush), word) != 0)
			return "mixed";
	}
	return word;
}

/* Gathers facts; after a failure nothing more is added. */
struct gatherer {
	struct provenance *facts;
	unsigned node;
	int err;
};

/* A fact of the node, its key from three parts (the last may be empty). */
__attribute__((format(printf, 5, 6))) static void
node_fact(struct gatherer *g, const char *prefix, const char *name,
	const char *suffix, const char *format, ...)
{
	char key[128], value[PLATFORM_ERROR_BYTES];
	va_list args;

	if (g->err)
		return;
	snprintf(key, sizeof(key), "%s%s%s_node%u", prefix, name, suffix,
		g->node);
	va_start(args, format);
	vsnprintf(value, sizeof(value), format, args);
	va_end(args);
	g->err = provenance_add(g->facts, key, value);
}

static void
share_fact(struct gatherer *g, const char *prefix, const char *name,
	const char *suffix, struct share s, double median_ns)
{
	node_fact(g, prefix, name, suffix, "%zu %zu %.4f %.4f %.1f", s.hits,
		s.trials, s.low, s.high, median_ns);
}

static const char *
action_prefix(enum line_action_id action)
{
	if (line_action_streams(action))
		return "movnt_retained_";
	return action == ACTION_NONE ? "control_cached_" : "flush_retained_";
}

/* All numbers of lines and settings of an action together. */
static void
pooled_fact(struct gatherer *g, const struct residency_result *r,
	enum line_action_id action, enum line_state state)
{
	struct share s = residency_share(r, action, state);
	char suffix[64];

	if (!s.trials)
		return;
	snprintf(suffix, sizeof(suffix), "_%s", line_state_names[state]);
	node_fact(g, action_prefix(action), line_actions[action].name, suffix,
		"%zu %zu %.4f %.4f", s.hits, s.trials, s.low, s.high);
}

static void
residency_facts(struct gatherer *g, const struct residency_result *r)
{
	const struct separator *s = &r->separator;

	node_fact(g, "residency", "", "_rounds", "%zu", r->rounds);
	node_fact(g, "residency", "", "_hit_ns", "%.1f", r->hit_ns);
	node_fact(g, "residency", "", "_miss_ns", "%.1f", r->miss_ns);
	node_fact(g, "residency", "", "_border_ns", "%.1f", r->border_ns);
	share_fact(
		g, "residency", "", "_miss_as_hit", s->slow_below, r->miss_ns);
	share_fact(
		g, "residency", "", "_hit_as_miss", s->fast_above, r->hit_ns);
	for (int a = ACTION_STREAM_PART; a < ACTION_COUNT; a++)
		for (int state = 0; state < LINE_STATE_COUNT; state++)
			pooled_fact(g, r, a, state);
	for (int a = ACTION_CLFLUSHOPT; a <= ACTION_CLWB; a++)
		pooled_fact(g, r, a, LINE_DIRTY_L1);
	for (size_t i = 0; i < r->count; i++) {
		const struct residency_cell *c = &r->cells[i];
		char suffix[64];

		snprintf(suffix, sizeof(suffix), "_%s_%zu_%s",
			line_state_names[c->state], c->lines,
			residency_setting_names[c->setting]);
		share_fact(g, action_prefix(c->action),
			line_actions[c->action].name, suffix, c->cached,
			c->median_ns);
	}
}

static void
ratio_fact(struct gatherer *g, const char *prefix, const char *name,
	const char *suffix, const char *word, const struct cost_ratio *r)
{
	node_fact(g, prefix, name, suffix, "%s %.4f %.4f %.4f %zu", word,
		r->ratio.middle, r->ratio.low, r->ratio.high, r->pairs);
}

static void
after_facts(struct gatherer *g, const char *state,
	const struct cost_after after[ACTION_COUNT])
{
	for (int a = 0; a < ACTION_COUNT; a++) {
		if (!after[a].present)
			continue;
		for (int c = 0; c < CONTROL_COUNT; c++) {
			char suffix[64];

			snprintf(suffix, sizeof(suffix), "_%s_versus_%s", state,
				cost_control_names[c]);
			ratio_fact(g, "movnt_flush_", line_actions[a].name,
				suffix,
				cost_order_names[cost_order(
					&after[a].versus[c])],
				&after[a].versus[c]);
		}
	}
}

static void
cost_facts(struct gatherer *g, const struct cost_result *r)
{
	node_fact(g, "cost", "", "_rounds", "%zu", r->rounds);
	node_fact(g, "cost", "", "_flush", "%s", flush_kernels[r->flush].name);
	node_fact(g, "cost", "", "_reference", "%s",
		flush_kernels[r->reference].name);
	for (int c = 0; c < CONTROL_COUNT; c++)
		node_fact(g, "control_flush_", cost_control_names[c], "_ns",
			"%.1f", r->control_ns[c]);
	after_facts(g, "clean_l1", r->after_clean);
	after_facts(g, "dirty_l1", r->after_dirty);
	for (int f = 0; f < FLUSH_NONE; f++) {
		const struct cost_flush *flush = &r->flushes[f];
		const char *name = flush_kernels[f].name;

		if (!flush->present)
			continue;
		ratio_fact(g, "flush_reaccess_", name, "",
			cost_order_names[cost_order(&flush->reaccess)],
			&flush->reaccess);
		ratio_fact(g, "flush_many_", name, "",
			cost_order_names[cost_order(&flush->many)],
			&flush->many);
		node_fact(g, "flush_ns_", name, "", "%.1f %.1f %.1f",
			flush->one_ns, flush->many_ns, flush->reaccess_ns);
	}
}

int
probe_facts_add(
	struct provenance *facts, const struct probe_node *nodes, size_t count)
{
	struct gatherer g = {.facts = facts};

	g.err = provenance_add(facts, "movnt_verdict",
		probe_movnt_word(probe_movnt(nodes, count)));
	for (int f = 0; f < FLUSH_NONE && !g.err; f++) {
		char key[64];

		snprintf(key, sizeof(key), "flush_verdict_%s",
			flush_kernels[f].name);
		g.err = provenance_add(
			facts, key, probe_flush(nodes, count, f));
	}
	for (size_t i = 0; i < count; i++) {
		const struct probe_node *n = &nodes[i];

		g.node = n->node;
		node_fact(&g, "movnt_verdict", "", "", "%s",
			probe_movnt_word(node_movnt(n)));
		for (int f = 0; f < FLUSH_NONE; f++)
			node_fact(&g, "flush_verdict_", flush_kernels[f].name,
				"", "%s", probe_flush_word(n, f));
		if (n->refusal[0]) {
			node_fact(&g, "refusal", "", "", "%s", n->refusal);
			continue;
		}
		residency_facts(&g, &n->residency);
		cost_facts(&g, &n->cost);
	}
	return g.err;
}
