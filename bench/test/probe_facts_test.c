/*
 * probe_facts_test.c: planted results of two nodes under the right keys
 */
#include "check.h"
#include "probe_facts.h"

static struct separator
separator_planted(void)
{
	return (struct separator){100, share_of(0, 1000), share_of(0, 1000)};
}

/* A node where streaming stores and CLWB keep so many lines of 1000. */
static struct probe_node
node_planted(unsigned number, struct residency_cell cells[2],
	size_t streamed_hits, size_t clwb_hits)
{
	struct probe_node n = {.node = number};

	cells[0] = (struct residency_cell){.action = ACTION_STREAM_8,
		.state = LINE_CLEAN_L1,
		.lines = 4,
		.cached = share_of(streamed_hits, 1000),
		.median_ns = 12.5};
	cells[1] = (struct residency_cell){.action = ACTION_CLWB,
		.state = LINE_DIRTY_L1,
		.lines = 4,
		.cached = share_of(clwb_hits, 1000)};
	n.residency.cells = cells;
	n.residency.count = 2;
	n.residency.separator = separator_planted();
	n.cost.flushes[FLUSH_CLWB].present = true;
	n.cost.flushes[FLUSH_CLWB].reaccess = (struct cost_ratio){
		{1.5, 1.4, 1.6}, 9};
	n.cost.flushes[FLUSH_CLFLUSH].present = true;
	n.cost.reference = FLUSH_CLFLUSH;
	return n;
}

static void
facts_check(const struct probe_node *nodes, size_t count, const char *movnt,
	const char *clwb)
{
	struct provenance facts = {0};

	CHECK(probe_facts_add(&facts, nodes, count) == 0);
	CHECK_TEXT(provenance_find(&facts, "movnt_verdict"), movnt);
	CHECK_TEXT(provenance_find(&facts, "flush_verdict_clwb"), clwb);
	CHECK_TEXT(
		provenance_find(&facts, "flush_verdict_clflushopt"), "absent");
	CHECK_TEXT(provenance_find(&facts, "flush_verdict_clflush"), "evicts");
	provenance_free(&facts);
}

static void
test_nodes(void)
{
	struct residency_cell a[2], b[2];
	struct probe_node keeps = node_planted(0, a, 990, 990);
	struct probe_node evicts = node_planted(3, b, 1, 2);
	struct probe_node both[2] = {evicts, keeps};

	facts_check(&keeps, 1, "retained", "retains");
	facts_check(&evicts, 1, "not_promised", "evicts");
	facts_check(both, 2, "retained", "mixed");
}

static void
test_details(void)
{
	struct residency_cell cells[2];
	struct probe_node n = node_planted(3, cells, 990, 2);
	struct provenance facts = {0};

	CHECK(probe_facts_add(&facts, &n, 1) == 0);
	CHECK_TEXT(provenance_find(
			   &facts, "movnt_retained_8_clean_l1_4_base_node3"),
		"990 1000 0.9685 0.9969 12.5");
	CHECK_TEXT(provenance_find(&facts, "movnt_retained_8_clean_l1_node3"),
		"990 1000 0.9685 0.9969");
	CHECK_TEXT(provenance_find(&facts, "flush_reaccess_clwb_node3"),
		"faster 1.5000 1.4000 1.6000 9");
	provenance_free(&facts);
}

/* A node that was refused, or whose controls err, has no verdict. */
static void
test_unknown(void)
{
	struct residency_cell cells[2];
	struct probe_node n = node_planted(0, cells, 990, 990);
	struct provenance facts = {0};

	n.residency.separator.slow_below = share_of(300, 1000);
	CHECK_TEXT(probe_movnt_word(probe_movnt(&n, 1)), "unknown");
	CHECK_TEXT(probe_flush(&n, 1, FLUSH_CLWB), "unknown");
	n.residency.separator = separator_planted();
	strcpy(n.refusal, "clock: too coarse");
	CHECK(probe_facts_add(&facts, &n, 1) == 0);
	CHECK_TEXT(provenance_find(&facts, "movnt_verdict"), "unknown");
	CHECK_TEXT(
		provenance_find(&facts, "refusal_node0"), "clock: too coarse");
	CHECK(!provenance_find(&facts, "residency_rounds_node0"));
	provenance_free(&facts);
}

int
main(void)
{
	test_nodes();
	test_details();
	test_unknown();
	return 0;
}
