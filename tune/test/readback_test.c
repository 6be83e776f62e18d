/*
 * readback_test.c: a library built with an emitted header does what the header
 * says
 *
 * The header comes from planted measurements of this CPU (planted_file.c): from
 * 1024 bytes on streaming wins at node 0, from 65536 at node 1.
 */
#include <stdlib.h>

#include "check.h"
#include "planted.h"

static void
described(char *text, size_t size_bytes)
{
	policy_load();
	CHECK(policy_describe(text, size_bytes) < size_bytes);
	CHECK(strstr(text, "tuned for this CPU"));
}

/* Rows of the domain, one for any node and those of nodes that differ: the
 * threshold of each node, as a destination there would get it. */
static size_t
threshold_of(int mem_node)
{
	const struct policy_state *s = &policy_state;

	for (size_t i = 0; i < s->row_count; i++) {
		if (s->rows[i].mem_node == mem_node)
			return s->rows[i].move.stream_min_bytes;
	}
	return s->uniform.move.stream_min_bytes;
}

static void
adr_follows_the_plant(void)
{
	char text[4096];

	described(text, sizeof(text));
	CHECK(policy_state.inputs.domain == DOMAIN_ADR);
	CHECK(strstr(text, "probe: streaming stores stay in this CPU's cache"));
	CHECK(threshold_of(0) == 1024);
	CHECK(threshold_of(1) == 65536);
	CHECK(policy_state.row_count >= 1);
	CHECK(policy_state.contested_min_bytes == 1024);
	CHECK(policy_state.contested_span_bytes == 65536 - 1024);
	CHECK(strstr(text, "from 1024 bytes"));
	CHECK(strstr(text, "from 65536 bytes"));
}

static void
adr_nt_streams_without_flush(void)
{
	char text[4096];

	CHECK(setenv("PMEM_MOVNT_DURABLE", "1", 1) == 0);
	described(text, sizeof(text));
	CHECK(policy_state.inputs.domain == DOMAIN_ADR_NT);
	CHECK(threshold_of(0) == 1024);
	CHECK(threshold_of(1) == 65536);
	CHECK(policy_state.uniform.move.stream->flush == FLUSH_NONE);
	CHECK(unsetenv("PMEM_MOVNT_DURABLE") == 0);
}

static void
eadr_flushes_nothing(void)
{
	char text[4096];

	CHECK(setenv("PMEM_NO_FLUSH", "1", 1) == 0);
	described(text, sizeof(text));
	CHECK(policy_state.inputs.domain == DOMAIN_EADR);
	CHECK(policy_state.uniform.flush->flush == FLUSH_NONE);
	CHECK(policy_state.uniform.move.stream_min_bytes == POLICY_NEVER);
	CHECK(unsetenv("PMEM_NO_FLUSH") == 0);
}

int
main(void)
{
	adr_follows_the_plant();
	adr_nt_streams_without_flush();
	eadr_flushes_nothing();
	return 0;
}
