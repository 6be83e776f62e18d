/*
 * probe_summary.c: what was found, in sentences and one table
 */
#include "probe_summary.h"

static const char *
movnt_sentence(enum movnt_verdict verdict)
{
	switch (verdict) {
	case MOVNT_RETAINED:
		return "stay in the cache on a hit: not durable without a "
		       "flush where caches are not";
	case MOVNT_NOT_PROMISED:
		return "none stays in the cache beyond error, which is no "
		       "promise";
	case MOVNT_UNKNOWN:
		break;
	}
	return "unknown: hits and misses cannot be told apart";
}

static void
retained_print(FILE *f, const struct residency_result *r)
{
	fprintf(f, "  lines found in cache after a streaming store, %%:\n"
		   "    bytes  ");
	for (int s = 0; s < LINE_STATE_COUNT; s++)
		fprintf(f, "%10s", line_state_names[s]);
	for (int a = ACTION_STREAM_PART; a < ACTION_COUNT; a++) {
		if (!residency_share(r, a, LINE_CLEAN_L1).trials)
			continue;
		fprintf(f, "\n    %-7s", line_actions[a].name);
		for (int s = 0; s < LINE_STATE_COUNT; s++) {
			struct share share = residency_share(r, a, s);

			fprintf(f, "%10.2f",
				100.0 * (double)share.hits /
					(double)share.trials);
		}
	}
	fputc('\n', f);
}

static void
after_print(FILE *f, const struct cost_result *r)
{
	fprintf(f,
		"  %s of %d lines: absent %.0f, clean %.0f, dirty %.0f ns; "
		"after streaming to dirty ones:\n   ",
		flush_kernels[r->flush].name, COST_LINES,
		r->control_ns[CONTROL_ABSENT], r->control_ns[CONTROL_CLEAN],
		r->control_ns[CONTROL_DIRTY]);
	for (int a = 0; a < ACTION_COUNT; a++) {
		const struct cost_after *after = &r->after_dirty[a];

		if (after->present)
			fprintf(f, "  %s %.0f ns (%s)", line_actions[a].name,
				after->median_ns,
				after->like < CONTROL_COUNT ?
					cost_control_names[after->like] :
					"like none");
	}
	fputc('\n', f);
}

static void
flushes_print(FILE *f, const struct probe_node *n)
{
	for (int i = 0; i < FLUSH_NONE; i++) {
		const struct cost_flush *c = &n->cost.flushes[i];
		const struct cost_ratio *r = &c->reaccess;

		if (!c->present)
			continue;
		fprintf(f,
			"  %-11s%-8s 1 line %.0f, %d lines %.0f ns; store, "
			"flush, twice: %.0f ns",
			flush_kernels[i].name, probe_flush_word(n, i),
			c->one_ns, COST_LINES, c->many_ns, c->reaccess_ns);
		if ((enum flush)i == n->cost.reference)
			fputs(" (reference)\n", f);
		else
			fprintf(f, ", %.2f (%.2f to %.2f) times as fast: %s\n",
				r->ratio.middle, r->ratio.low, r->ratio.high,
				cost_order_names[cost_order(r)]);
	}
}

static void
node_print(FILE *f, const struct probe_node *n)
{
	const struct residency_result *r = &n->residency;

	if (n->refusal[0]) {
		fprintf(f, "node %u: not measured: %s\n", n->node, n->refusal);
		return;
	}
	fprintf(f,
		"node %u: a hit takes %.0f ns, a miss %.0f, timer included; "
		"mistaken for the other: %.2f%%, %.2f%%\n",
		n->node, r->hit_ns, r->miss_ns,
		100.0 * (double)r->separator.fast_above.hits /
			(double)r->separator.fast_above.trials,
		100.0 * (double)r->separator.slow_below.hits /
			(double)r->separator.slow_below.trials);
	retained_print(f, r);
	after_print(f, &n->cost);
	flushes_print(f, n);
}

void
probe_summary(FILE *stream, const struct platform *p,
	const struct probe_node *nodes, size_t count)
{
	fprintf(stream, "%s family %u model %u stepping %u\n", p->cpu.vendor,
		p->cpu.family, p->cpu.model, p->cpu.stepping);
	for (size_t i = 0; i < count; i++)
		node_print(stream, &nodes[i]);
	fprintf(stream, "streaming stores: %s: %s\n",
		probe_movnt_word(probe_movnt(nodes, count)),
		movnt_sentence(probe_movnt(nodes, count)));
}
