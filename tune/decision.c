/*
 * decision.c: the record of decision.h and how it is written
 */
#include "decision.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char decision_header[] =
	"op\tcpu_node\tmem_node\tdomain\tflush\tcached_isa\tstream_isa\t"
	"stream_flush\tstream_min_bytes\tregret_pct\tgain_pct\tgain_lo_pct\t"
	"gain_hi_pct\tverdict";

const char *const verdict_names[VERDICT_COUNT] = {
	[VERDICT_TUNED] = "tuned",
	[VERDICT_KEPT] = "kept",
	[VERDICT_REFUSED] = "refused",
};

const char *const program_names[PROGRAM_COUNT] = {
	[PROGRAM_LATENCY] = "latency",
	[PROGRAM_THROUGHPUT] = "throughput",
	[PROGRAM_REREADING] = "rereading",
};

const char *
decision_bytes(size_t bytes, char text[DECISION_BYTES_TEXT])
{
	if (bytes == POLICY_NEVER)
		snprintf(text, DECISION_BYTES_TEXT, "never");
	else
		snprintf(text, DECISION_BYTES_TEXT, "%zu", bytes);
	return text;
}

double
decision_round(double x)
{
	return round(x * 100) / 100 + 0.0; /* + 0.0: no "-0.00" */
}

int
domain_find(const char *word)
{
	for (int i = 0; i < DOMAIN_COUNT; i++) {
		if (strcmp(domain_names[i], word) == 0)
			return i;
	}
	return -1;
}

bool
choice_equal(const struct choice *a, const struct choice *b)
{
	return a->flush == b->flush && a->cached_isa == b->cached_isa &&
	       a->stream_isa == b->stream_isa &&
	       a->stream_flush == b->stream_flush &&
	       a->stream_min_bytes == b->stream_min_bytes;
}

int
decision_in_force(const struct decision_list *list, unsigned cpu_node,
	unsigned mem_node, enum domain domain, struct choice row[OP_COUNT])
{
	unsigned found = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct decision *d = &list->rows[i];
		bool own = !d->has_uniform ||
			   (d->differs && d->cpu_node == cpu_node &&
				   d->mem_node == mem_node);

		if (d->domain != domain)
			continue;
		if (own || !(found & 1U << d->op))
			row[d->op] = own ? d->own.choice : d->uniform.choice;
		found |= 1U << d->op;
	}
	return found == (1U << OP_COUNT) - 1 ? 0 : -ENOENT;
}

int
decision_push(struct decision_list *list, const struct decision *d)
{
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? 2 * list->capacity : 16;
		struct decision *rows = realloc(
			list->rows, capacity * sizeof(*rows));

		if (!rows)
			return -ENOMEM;
		list->rows = rows;
		list->capacity = capacity;
	}
	list->rows[list->count++] = *d;
	return 0;
}

/* Columns of a choice, and of its worth, with what stands between them. */
static void
choice_write(const struct choice *c, char between, FILE *f)
{
	char text[DECISION_BYTES_TEXT];

	fprintf(f, "%s%c%s%c%s%c%s%c%s", flush_kernels[c->flush].name, between,
		isa_names[c->cached_isa], between, isa_names[c->stream_isa],
		between, flush_kernels[c->stream_flush].name, between,
		decision_bytes(c->stream_min_bytes, text));
}

static void
judgement_write(const struct judgement *j, char between, FILE *f)
{
	choice_write(&j->choice, between, f);
	fprintf(f, "%c%.2f%c%.2f%c%.2f%c%.2f%c%s%s%s\n", between, j->regret_pct,
		between, j->gain_pct, between, j->gain_lo_pct, between,
		j->gain_hi_pct, between, verdict_names[j->verdict],
		j->verdict == VERDICT_REFUSED ? ": " : "", j->reason);
}

static void
rival_write(const struct rival *r, const char *key, FILE *f)
{
	if (!r->present)
		return;
	fprintf(f, "# %s\t", key);
	choice_write(&r->choice, ' ', f);
	fprintf(f, " %.2f\n", r->pct);
}

static void
remarks_write(const struct decision *d, FILE *f)
{
	char lo[DECISION_BYTES_TEXT], hi[DECISION_BYTES_TEXT];

	if (d->has_threshold)
		fprintf(f, "# threshold\t%s %s\n",
			decision_bytes(d->threshold_lo_bytes, lo),
			decision_bytes(d->threshold_hi_bytes, hi));
	if (d->own.verdict != VERDICT_REFUSED)
		fprintf(f, "# noise_pct\t%.2f\n", d->noise_pct);
	rival_write(&d->challenger, "challenger", f);
	rival_write(&d->runner_up, "runner_up", f);
	for (int i = 0; i < PROGRAM_COUNT; i++)
		rival_write(&d->programs[i], program_names[i], f);
	if (!d->has_uniform)
		return;
	fputs("# uniform\t", f);
	judgement_write(&d->uniform, ' ', f);
	fprintf(f, "# own_gain_pct\t%.2f %.2f %.2f %s\n", d->own_gain_pct,
		d->own_gain_lo_pct, d->own_gain_hi_pct,
		d->differs ? "yes" : "no");
}

void
decision_list_write(const struct decision_list *list, FILE *stream)
{
	provenance_write(&list->provenance, "# ", stream);
	fprintf(stream, "%s\n", decision_header);
	for (size_t i = 0; i < list->count; i++) {
		const struct decision *d = &list->rows[i];

		remarks_write(d, stream);
		fprintf(stream, "%s\t%u\t%u\t%s\t", op_names[d->op],
			d->cpu_node, d->mem_node, domain_names[d->domain]);
		judgement_write(&d->own, '\t', stream);
	}
}

void
decision_list_free(struct decision_list *list)
{
	provenance_free(&list->provenance);
	free(list->rows);
	*list = (struct decision_list){0};
}
