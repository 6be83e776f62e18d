/*
 * measurement.c: the record of measurement.h, its words and what it may hold
 */
#include "measurement.h"

#include <math.h>
#include <string.h>

const char measurement_header[] =
	"op\tisa\tstore\tflush\tresidency\tdrain\tthreads\tcpu_node\tmem_node\t"
	"size_bytes\tdst_offset\tsrc_offset\trep\ttime_ns";

const char *const op_names[OP_COUNT] = {
	[OP_MOVE] = "move",
	[OP_SET] = "set",
	[OP_FLUSH] = "flush",
};

const char *const residency_names[RESIDENCY_COUNT] = {
	[RESIDENCY_WARM] = "warm",
	[RESIDENCY_COLD] = "cold",
	[RESIDENCY_REREAD] = "reread",
};

const char *const drain_names[DRAIN_COUNT] = {
	[DRAIN_EACH] = "each",
	[DRAIN_BATCH] = "batch",
};

static int
word_find(const char *const *names, int count, const char *word)
{
	for (int i = 0; i < count; i++) {
		if (strcmp(names[i], word) == 0)
			return i;
	}
	return -1;
}

int
op_find(const char *word)
{
	return word_find(op_names, OP_COUNT, word);
}

int
residency_find(const char *word)
{
	return word_find(residency_names, RESIDENCY_COUNT, word);
}

int
drain_find(const char *word)
{
	return word_find(drain_names, DRAIN_COUNT, word);
}

int
isa_find(const char *word)
{
	return word_find(isa_names, ISA_COUNT, word);
}

int
store_find(const char *word)
{
	return word_find(store_names, STORE_COUNT, word);
}

int
flush_find(const char *word)
{
	for (int i = 0; i < FLUSH_COUNT; i++) {
		if (strcmp(flush_kernels[i].name, word) == 0)
			return i;
	}
	return -1;
}

const char *
measurement_check(const struct measurement *m)
{
	if (!isfinite(m->time_ns) || m->time_ns <= 0)
		return "time_ns is not a finite number above 0";
	if (m->threads < 1)
		return "threads is 0";
	if (m->size_bytes < 1)
		return "size_bytes is 0";
	if (m->dst_offset >= LINE_BYTES || m->src_offset >= LINE_BYTES)
		return "an offset does not lie within a line";
	if (m->op != OP_MOVE && m->src_offset != 0)
		return "src_offset without a source";
	if (m->op == OP_FLUSH &&
		(m->isa != ISA_GENERIC || m->store != STORE_CACHED))
		return "op flush with isa or store other than generic, cached";
	return NULL;
}
