/*
 * describe.c: the policy of a build as text, for tools that hold its file
 */
#include "policy.h"

#include <stdarg.h>
#include <stdio.h>

/* The note that policy.h documents. .quad of a difference is position
 * independent: no relocation, no exported symbol. */
__asm__(".pushsection .note.pmem,\"a\",@note\n"
	"	.balign 4\n"
	"	.long 5, 8, 1\n"
	"	.asciz \"pmem\"\n"
	"	.balign 4\n"
	"1:	.quad policy_describe - 1b\n"
	"	.popsection\n");

struct text {
	char *buf;
	size_t size_bytes, used_bytes;
};

__attribute__((format(printf, 2, 3))) static void
text_add(struct text *t, const char *format, ...)
{
	size_t room = t->used_bytes < t->size_bytes ?
			      t->size_bytes - t->used_bytes :
			      0;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(room ? t->buf + t->used_bytes : NULL, room, format, args);
	va_end(args);
	if (n > 0)
		t->used_bytes += (size_t)n;
}

static void
node_add(struct text *t, const char *what, int node)
{
	if (node == POLICY_ANY_NODE)
		text_add(t, "%s any", what);
	else
		text_add(t, "%s %d", what, node);
}

static void
op_add(struct text *t, const char *what, const struct op_policy *op)
{
	text_add(t, "\t%s %s", what, op->cached->name);
	if (op->stream_min_bytes == POLICY_NEVER)
		text_add(t, ", never %s", op->stream->name);
	else
		text_add(t, ", from %zu bytes %s", op->stream_min_bytes,
			op->stream->name);
}

static void
row_add(struct text *t, const struct policy *row)
{
	node_add(t, "row\tcpu node", row->cpu_node);
	node_add(t, ", memory node", row->mem_node);
	text_add(t, "\tflush %s", row->flush->name);
	op_add(t, "move", &row->move);
	op_add(t, "set", &row->set);
	text_add(t, "\n");
}

size_t
policy_describe(char *buf, size_t size_bytes)
{
	const struct policy_state *s = &policy_state;
	const struct cpu *cpu = &s->inputs.cpu;
	struct text t = {.buf = buf, .size_bytes = size_bytes};

	text_add(&t, "rows\t%s\t%s\t%s\n", s->inputs.rows_id,
		s->inputs.rows_reason, s->inputs.rows_key);
	text_add(&t, "cpu\t%s family %u model %u stepping %u\t", cpu->vendor,
		cpu->family, cpu->model, cpu->stepping);
	for (uint32_t bit = CPU_SSE2; bit <= CPU_CLWB; bit <<= 1) {
		if (cpu->features & bit)
			text_add(&t, " %s",
				cpu_feature_name((enum cpu_feature)bit));
	}
	text_add(&t, "\ndomain\t%s\t%s\n", domain_names[s->inputs.domain],
		s->inputs.domain_reason);
	row_add(&t, &s->uniform);
	for (size_t i = 0; i < s->row_count; i++)
		row_add(&t, &s->rows[i]);
	return t.used_bytes;
}
