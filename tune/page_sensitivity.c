/*
 * page_sensitivity.c: how decisions would change for other programs
 */
#include "page.h"

#include "format.h"
#include "html.h"

static void
kernel_name(struct page *p, enum isa isa, enum store store, enum flush flush)
{
	fprintf(p->out, " <code>%s/%s/%s</code>", isa_names[isa],
		store_names[store], flush_kernels[flush].name);
}

/* A choice in words: the threshold, and the kernels it has for itself. */
static void
choice_words(struct page *p, enum op op, const struct choice *c,
	const struct choice *usual)
{
	if (op == OP_FLUSH) {
		fprintf(p->out, "<code>%s</code>",
			flush_kernels[c->flush].name);
		return;
	}
	fprintf(p->out, "%s", format_threshold(c->stream_min_bytes).text);
	if (c->cached_isa != usual->cached_isa || c->flush != usual->flush)
		kernel_name(p, c->cached_isa, STORE_CACHED, c->flush);
	if (c->stream_isa != usual->stream_isa ||
		c->stream_flush != usual->stream_flush)
		kernel_name(p, c->stream_isa, STORE_STREAM, c->stream_flush);
}

static bool
is_same(const struct choice *a, const struct choice *b)
{
	return a->flush == b->flush && a->cached_isa == b->cached_isa &&
	       a->stream_isa == b->stream_isa &&
	       a->stream_flush == b->stream_flush &&
	       a->stream_min_bytes == b->stream_min_bytes;
}

/* What would be better for someone, and what the decision loses there; or,
 * for the runner-up, what would be lost by it. */
static void
rival_cell(struct page *p, const char *label, const struct decision *d,
	const struct rival *r)
{
	fprintf(p->out, "<td data-label=\"%s\"><span>", label);
	if (r->present && is_same(&r->choice, &d->own.choice)) {
		fprintf(p->out, "the same");
	} else if (r->present) {
		choice_words(p, d->op, &r->choice, &d->own.choice);
		fprintf(p->out, " <small>loss ");
		page_number(p, r->pct, format_loss(r->pct).text);
		fprintf(p->out, "</small>");
	} else {
		fprintf(p->out, "–");
	}
	fprintf(p->out, "</span></td>");
}

static void
decision_row(struct page *p, const struct decision *d)
{
	static const char *const labels[PROGRAM_COUNT] = {
		[PROGRAM_LATENCY] = "Latency alone",
		[PROGRAM_THROUGHPUT] = "Throughput alone",
		[PROGRAM_REREADING] = "Rereading alone",
	};

	fprintf(p->out, "<tr><th scope=\"row\">%s, %s", op_names[d->op],
		domain_names[d->domain]);
	fprintf(p->out, " <small>node %u to %u</small></th>", d->cpu_node,
		d->mem_node);
	fprintf(p->out, "<td data-label=\"Decision\"><span>");
	choice_words(p, d->op, &d->own.choice, &d->own.choice);
	fprintf(p->out, "</span></td>");
	for (int i = 0; i < PROGRAM_COUNT; i++)
		rival_cell(p, labels[i], d, &d->programs[i]);
	rival_cell(p, "Runner-up", d, &d->runner_up);
	fprintf(p->out, "</tr>\n");
}

void
page_sensitivity(struct page *p)
{
	const struct decision_list *all = &p->report->decisions;
	const char *weights = provenance_find(&all->provenance, "weights");

	if (all->count == 0) {
		fprintf(p->out, "<p class=\"none\">Nothing was decided.</p>\n");
		return;
	}
	if (weights) {
		fprintf(p->out, "<p>The decisions were made with these "
				"weights: ");
		html_text(weights, p->out);
		fprintf(p->out, ".</p>\n");
	}
	fprintf(p->out,
		"<table class=\"stack sensitivity\"><thead><tr><th></th>"
		"<th>Decision</th><th>Latency alone</th>"
		"<th>Throughput alone</th><th>Rereading alone</th>"
		"<th>Runner-up</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < all->count; i++) {
		if (all->rows[i].own.verdict != VERDICT_REFUSED)
			decision_row(p, &all->rows[i]);
	}
	fprintf(p->out,
		"</tbody></table>\n<p class=\"key\">Each cell names the length "
		"to stream from that would be best there, and kernels where "
		"they differ from the decision's. <b>Loss</b>: what the "
		"decision costs such a program; for the <b>runner-up</b>, the "
		"best with other kernels, what that costs against the "
		"decision.</p>\n");
}
