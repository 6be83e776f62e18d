/*
 * decided.c: see decided.h
 */
#include "decided.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char header[] =
	"op\tcpu_node\tmem_node\tdomain\tflush\tcached_isa\tstream_isa\t"
	"stream_flush\tstream_min_bytes\tregret_pct\tgain_pct\tgain_lo_pct\t"
	"gain_hi_pct\tverdict";

enum column {
	OP,
	CPU_NODE,
	MEM_NODE,
	DOMAIN_NAME,
	FLUSH,
	CACHED_ISA,
	STREAM_ISA,
	STREAM_FLUSH,
	STREAM_MIN_BYTES,
	REGRET_PCT,
	GAIN_PCT,
	GAIN_LO_PCT,
	GAIN_HI_PCT,
	VERDICT,
};

static int
domain_find(const char *word)
{
	for (int i = 0; i < DOMAIN_COUNT; i++) {
		if (strcmp(domain_names[i], word) == 0)
			return i;
	}
	return -1;
}

/* NULL, or what is wrong. */
static const char *
words_parse(struct decided *d, const struct table *t, size_t row)
{
	int op = op_find(table_cell(t, row, OP));
	int domain = domain_find(table_cell(t, row, DOMAIN_NAME));
	int flush = flush_find(table_cell(t, row, FLUSH));
	int cached_isa = isa_find(table_cell(t, row, CACHED_ISA));
	int stream_isa = isa_find(table_cell(t, row, STREAM_ISA));
	int stream_flush = flush_find(table_cell(t, row, STREAM_FLUSH));

	if (op < 0 || domain < 0 || flush < 0 || cached_isa < 0 ||
		stream_isa < 0 || stream_flush < 0)
		return "unknown op, domain, flush or isa";
	d->op = (enum op)op;
	d->domain = (enum domain)domain;
	d->flush = (enum flush)flush;
	d->cached_isa = (enum isa)cached_isa;
	d->stream_isa = (enum isa)stream_isa;
	d->stream_flush = (enum flush)stream_flush;
	d->verdict = table_cell(t, row, VERDICT);
	if (strcmp(d->verdict, "tuned") != 0 &&
		strcmp(d->verdict, "kept") != 0 &&
		strncmp(d->verdict, "refused: ", 9) != 0)
		return "verdict is not tuned, kept or refused: REASON";
	return NULL;
}

static const char *
numbers_parse(struct decided *d, const struct table *t, size_t row)
{
	const char *min = table_cell(t, row, STREAM_MIN_BYTES);
	size_t cpu_node, mem_node;

	if (table_whole(table_cell(t, row, CPU_NODE), &cpu_node) ||
		table_whole(table_cell(t, row, MEM_NODE), &mem_node))
		return "a node is no whole number";
	d->cpu_node = (unsigned)cpu_node;
	d->mem_node = (unsigned)mem_node;
	if (strcmp(min, "never") == 0)
		d->stream_min_bytes = POLICY_NEVER;
	else if (table_whole(min, &d->stream_min_bytes))
		return "stream_min_bytes is neither whole nor never";
	if (table_number(table_cell(t, row, REGRET_PCT), &d->regret_pct) ||
		table_number(table_cell(t, row, GAIN_PCT), &d->gain_pct) ||
		table_number(
			table_cell(t, row, GAIN_LO_PCT), &d->gain_lo_pct) ||
		table_number(table_cell(t, row, GAIN_HI_PCT), &d->gain_hi_pct))
		return "a percentage is not a number";
	return NULL;
}

int
decisions_read(struct decisions *all, const char *path,
	char error[PROVENANCE_ERROR_BYTES])
{
	int err = table_read(&all->table, path, header, error);

	if (err)
		return err;
	all->rows = calloc(all->table.row_count + 1, sizeof(*all->rows));
	if (!all->rows) {
		snprintf(error, PROVENANCE_ERROR_BYTES, "out of memory");
		decisions_free(all);
		return -ENOMEM;
	}
	for (size_t i = 0; i < all->table.row_count; i++) {
		struct decided *d = &all->rows[all->count];
		const char *what = words_parse(d, &all->table, i);

		if (!what)
			what = numbers_parse(d, &all->table, i);
		if (what) {
			snprintf(error, PROVENANCE_ERROR_BYTES, "row %zu: %s",
				i + 1, what);
			decisions_free(all);
			return -EINVAL;
		}
		all->count++;
	}
	return 0;
}

void
decisions_free(struct decisions *all)
{
	free(all->rows);
	table_free(&all->table);
	*all = (struct decisions){0};
}

enum verdict
decided_verdict(const struct decided *d)
{
	if (strcmp(d->verdict, "tuned") == 0)
		return VERDICT_TUNED;
	return strcmp(d->verdict, "kept") == 0 ? VERDICT_KEPT : VERDICT_REFUSED;
}
