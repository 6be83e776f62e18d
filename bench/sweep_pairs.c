/*
 * sweep_pairs.c: which CPUs measure which memory
 */
#include "sweep.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static const struct sweep_pair *
pair_find(const struct sweep_pairs *pairs, unsigned mem_node)
{
	for (size_t i = 0; i < pairs->count; i++) {
		if (pairs->pairs[i].mem_node == mem_node)
			return &pairs->pairs[i];
	}
	return NULL;
}

static void
pairs_add(struct sweep_pairs *pairs, const struct platform *p,
	const char *target, unsigned mem_node)
{
	for (size_t i = 0; i < p->node_count; i++) {
		if (p->nodes[i].cpu_count == 0)
			continue;
		pairs->pairs[pairs->count++] = (struct sweep_pair){
			p->nodes[i].node, mem_node, target};
	}
}

static int
target_facts(
	struct provenance *facts, const char *target, const struct buffer *b)
{
	int err = provenance_add(facts, "target", target);

	if (!err)
		err = provenance_add(facts, "target_medium", b->medium);
	if (!err)
		err = provenance_add(facts, "target_is_pmem",
			b->posed   ? "forced" :
			b->is_pmem ? "yes" :
				     "no");
	if (!err)
		err = provenance_add(
			facts, "target_emulated", b->emulated ? "yes" : "no");
	return err;
}

/* Opens a target and adds its pairs, but for memory that another one has. */
static int
target_add(struct sweep_pairs *pairs, struct provenance *facts,
	const struct platform *p, const char *target, unsigned mem_node,
	size_t dest_bytes, char error[PLATFORM_ERROR_BYTES])
{
	char why[PLATFORM_ERROR_BYTES];
	const struct sweep_pair *other;
	struct buffer b;
	int err;

	err = buffer_open(&b, p, target, mem_node, dest_bytes, why);
	if (err) {
		snprintf(error, PLATFORM_ERROR_BYTES, "%.240s: %.150s", why,
			target);
		return err;
	}
	err = target_facts(facts, target, &b);
	buffer_close(&b);
	if (err)
		return err;
	if (b.mem_node < 0) {
		snprintf(error, PLATFORM_ERROR_BYTES,
			"cannot tell which node the memory is on: %.300s",
			target);
		return -ENODEV;
	}
	other = pair_find(pairs, (unsigned)b.mem_node);
	if (other) {
		snprintf(error, PLATFORM_ERROR_BYTES,
			"one target a node: %.150s is on node %d too: %.150s",
			other->target, b.mem_node, target);
		return -EINVAL;
	}
	pairs_add(pairs, p, target, (unsigned)b.mem_node);
	return 0;
}

int
sweep_pairs_find(struct sweep_pairs *pairs, struct provenance *facts,
	const struct platform *p, const struct sweep_settings *settings,
	size_t dest_bytes, char error[PLATFORM_ERROR_BYTES])
{
	const char *dram = NULL;
	int err = 0;

	*pairs = (struct sweep_pairs){
		.pairs = calloc(
			p->node_count * p->node_count, sizeof(*pairs->pairs)),
	};
	snprintf(error, PLATFORM_ERROR_BYTES, "cannot sweep: out of memory");
	if (!pairs->pairs)
		return -ENOMEM;
	for (size_t i = 0; !err && i < settings->target_count; i++) {
		if (buffer_chooses_node(settings->targets[i]))
			dram = settings->targets[i];
		else
			err = target_add(pairs, facts, p, settings->targets[i],
				0, dest_bytes, error);
	}
	for (size_t i = 0; !err && dram && i < p->node_count; i++) {
		const struct platform_node *n = &p->nodes[i];

		if (n->memory_bytes && !pair_find(pairs, n->node))
			err = target_add(pairs, facts, p, dram, n->node,
				dest_bytes, error);
	}
	if (!err && pairs->count == 0)
		err = platform_refuse(error, -ENODEV, "no node has memory");
	if (err)
		free(pairs->pairs);
	return err;
}
