/*
 * page_decisions.c: what was decided, how sure it is and what it is worth
 */
#include "page.h"

#include <string.h>

#include "format.h"
#include "html.h"

static void
labelled(struct page *p, const char *label, const char *text)
{
	fprintf(p->out, "<td data-label=\"%s\">", label);
	html_text(text, p->out);
	fprintf(p->out, "</td>");
}

static void
kernel(struct page *p, const char *label, enum isa isa, enum store store,
	enum flush flush)
{
	fprintf(p->out, "<td data-label=\"%s\"><code>%s/%s/%s</code></td>",
		label, isa_names[isa], store_names[store],
		flush_kernels[flush].name);
}

/* The verdict as a word that stands out, its reason after it. */
static void
verdict(struct page *p, const struct decision *d)
{
	enum verdict v = report_is_left_out(d) ? VERDICT_KEPT : d->own.verdict;

	fprintf(p->out,
		"<td data-label=\"Verdict\"><span class=\"badge %s\">%s</span>",
		verdict_names[v], verdict_names[v]);
	if (d->own.verdict == VERDICT_REFUSED) {
		putc(' ', p->out);
		html_element("small", NULL, d->own.reason, p->out);
	}
	fprintf(p->out, "</td>");
}

/* The threshold, and where resampled data put it. */
static void
threshold(struct page *p, const struct decision *d)
{
	fprintf(p->out, "<td data-label=\"Stream from\"><span>%s",
		format_threshold(d->own.choice.stream_min_bytes).text);
	if (d->has_threshold) {
		fprintf(p->out, " <small>%s",
			format_threshold(d->threshold_lo_bytes).text);
		fprintf(p->out, " to %s</small>",
			format_threshold(d->threshold_hi_bytes).text);
	}
	fprintf(p->out, "</span></td>");
}

static void
kernels(struct page *p, const struct decision *d)
{
	const struct choice *c = &d->own.choice;

	if (d->op == OP_FLUSH) {
		labelled(p, "Stream from", "–");
		labelled(p, "Below", "–");
		labelled(p, "From there", "–");
		return;
	}
	threshold(p, d);
	kernel(p, "Below", c->cached_isa, STORE_CACHED, c->flush);
	kernel(p, "From there", c->stream_isa, STORE_STREAM, c->stream_flush);
}

static void
loss(struct page *p, const char *label, double value)
{
	fprintf(p->out, "<td class=\"num\" data-label=\"%s\">", label);
	page_number(p, value, format_loss(value).text);
	fprintf(p->out, "</td>");
}

static void
row(struct page *p, const struct decision *d)
{
	const struct judgement *own = &d->own;

	fprintf(p->out, "<tr>");
	labelled(p, "Domain", domain_names[d->domain]);
	labelled(p, "Operation", op_names[d->op]);
	verdict(p, d);
	labelled(p, "Flush", flush_kernels[own->choice.flush].name);
	kernels(p, d);
	fprintf(p->out, "<td class=\"num\" data-label=\"Gain\"><span>");
	page_number(p, own->gain_pct, format_percent(own->gain_pct).text);
	fprintf(p->out, " <small>%s", format_percent(own->gain_lo_pct).text);
	fprintf(p->out, " to %s</small></span></td>",
		format_percent(own->gain_hi_pct).text);
	loss(p, "Noise", d->noise_pct);
	loss(p, "Regret", own->regret_pct);
	fprintf(p->out, "</tr>\n");
}

/* Whether a pair of nodes gets rows of its own in the header. */
static void
nodes_note(struct page *p, const struct decision *d)
{
	const char *domain = domain_names[d->domain];

	if (!d->has_uniform)
		return;
	if (!d->differs) {
		fprintf(p->out,
			"<p><b>%s</b>: this pair does not differ beyond "
			"noise, the rows for any node serve it.</p>\n",
			domain);
		return;
	}
	fprintf(p->out,
		"<p><b>%s</b>: this pair has rows of its own, worth %s "
		"over those for any node",
		domain, format_percent(d->own_gain_pct).text);
	fprintf(p->out, " (%s", format_percent(d->own_gain_lo_pct).text);
	fprintf(p->out, " to %s).</p>\n",
		format_percent(d->own_gain_hi_pct).text);
}

static bool
is_of_nodes(const struct decision *a, const struct decision *b)
{
	return a->cpu_node == b->cpu_node && a->mem_node == b->mem_node;
}

/* Whether decision i is the first of its pair of nodes. */
static bool
is_first_of_nodes(const struct decision_list *all, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (is_of_nodes(&all->rows[j], &all->rows[i]))
			return false;
	}
	return true;
}

/* One note a domain: what it says is of all operations together. */
static void
nodes_notes(struct page *p, const struct decision *of)
{
	const struct decision_list *all = &p->report->decisions;

	for (int domain = 0; domain < DOMAIN_COUNT; domain++) {
		size_t i = 0;

		while (i < all->count &&
			((int)all->rows[i].domain != domain ||
				!is_of_nodes(&all->rows[i], of)))
			i++;
		if (i < all->count)
			nodes_note(p, &all->rows[i]);
	}
}

static void
nodes_table(struct page *p, const struct decision *of)
{
	const struct decision_list *all = &p->report->decisions;

	fprintf(p->out, "<h3>CPU node %u, memory node %u</h3>\n", of->cpu_node,
		of->mem_node);
	nodes_notes(p, of);
	fprintf(p->out,
		"<table class=\"stack decisions\"><thead><tr><th>Domain</th>"
		"<th>Operation</th><th>Verdict</th><th>Flush</th>"
		"<th>Stream from</th><th>Below</th><th>From there</th>"
		"<th class=\"num\">Gain, 95&nbsp;%% interval</th>"
		"<th class=\"num\">Noise</th><th class=\"num\">Regret</th></tr>"
		"</thead>\n<tbody>\n");
	for (int domain = 0; domain < DOMAIN_COUNT; domain++) {
		for (size_t i = 0; i < all->count; i++) {
			const struct decision *d = &all->rows[i];

			if ((int)d->domain == domain && is_of_nodes(d, of))
				row(p, d);
		}
	}
	fprintf(p->out, "</tbody></table>\n");
}

void
page_decisions(struct page *p)
{
	const struct decision_list *all = &p->report->decisions;

	if (all->count == 0) {
		fprintf(p->out, "<p class=\"none\">Nothing was decided: the "
				"folder has no decisions.tsv.</p>\n");
		return;
	}
	for (size_t i = 0; i < all->count; i++) {
		if (is_first_of_nodes(all, i))
			nodes_table(p, &all->rows[i]);
	}
	fprintf(p->out,
		"<p class=\"key\"><b>adr</b>: the memory controller is "
		"persistent, streaming stores may stay in the cache. "
		"<b>adr_nt</b>: the same, where streaming stores are known to "
		"leave it. <b>eadr</b>: caches are persistent. <b>Gain</b>: "
		"what the decision is worth against the default rows. "
		"<b>kept</b>: the default stands; its gain is that of the best "
		"found, which is not proven. <b>Noise</b>: how far the gain "
		"moves between halves of the data. <b>Regret</b>: what is lost "
		"against the best kernel at every single size. A kernel with "
		"<b>_adapt</b> looks first whether its destination is in the "
		"cache, and streams if not; one with <b>_movnti</b> streams "
		"parts of lines, too.</p>\n");
}
