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
verdict(struct page *p, const struct decided *d)
{
	static const char *const words[VERDICT_COUNT] = {
		[VERDICT_TUNED] = "tuned",
		[VERDICT_KEPT] = "kept",
		[VERDICT_REFUSED] = "refused",
	};
	enum verdict v = decided_verdict(d);

	fprintf(p->out,
		"<td data-label=\"Verdict\"><span class=\"badge %s\">%s</span>",
		words[v], words[v]);
	if (v == VERDICT_REFUSED) {
		putc(' ', p->out);
		html_element("small", NULL, d->verdict + strlen("refused: "),
			p->out);
	}
	fprintf(p->out, "</td>");
}

static void
kernels(struct page *p, const struct decided *d)
{
	if (d->op == OP_FLUSH) {
		labelled(p, "Stream from", "–");
		labelled(p, "Below", "–");
		labelled(p, "From there", "–");
		return;
	}
	labelled(p, "Stream from", format_threshold(d->stream_min_bytes).text);
	kernel(p, "Below", d->cached_isa, STORE_CACHED, d->flush);
	kernel(p, "From there", d->stream_isa, STORE_STREAM, d->stream_flush);
}

static void
row(struct page *p, const struct decided *d)
{
	fprintf(p->out, "<tr>");
	labelled(p, "Domain", domain_names[d->domain]);
	labelled(p, "Operation", op_names[d->op]);
	verdict(p, d);
	labelled(p, "Flush", flush_kernels[d->flush].name);
	kernels(p, d);
	fprintf(p->out, "<td class=\"num\" data-label=\"Gain\"><span>");
	page_number(p, d->gain_pct, format_percent(d->gain_pct).text);
	fprintf(p->out, " <small>%s to %s</small></span></td>",
		format_percent(d->gain_lo_pct).text,
		format_percent(d->gain_hi_pct).text);
	fprintf(p->out, "<td class=\"num\" data-label=\"Regret\">");
	page_number(p, d->regret_pct, format_percent(d->regret_pct).text);
	fprintf(p->out, "</td></tr>\n");
}

/* Whether decision i is the first of its pair of nodes. */
static bool
is_first_of_nodes(const struct decisions *all, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (all->rows[j].cpu_node == all->rows[i].cpu_node &&
			all->rows[j].mem_node == all->rows[i].mem_node)
			return false;
	}
	return true;
}

static void
nodes_table(struct page *p, const struct decided *of)
{
	const struct decisions *all = &p->report->decisions;

	fprintf(p->out,
		"<h3>CPU node %u, memory node %u</h3>\n"
		"<table class=\"stack decisions\"><thead><tr><th>Domain</th>"
		"<th>Operation</th><th>Verdict</th><th>Flush</th>"
		"<th>Stream from</th><th>Below</th><th>From there</th>"
		"<th class=\"num\">Gain, 95&nbsp;%% interval</th>"
		"<th class=\"num\">Regret</th></tr></thead>\n<tbody>\n",
		of->cpu_node, of->mem_node);
	for (int domain = 0; domain < DOMAIN_COUNT; domain++) {
		for (size_t i = 0; i < all->count; i++) {
			const struct decided *d = &all->rows[i];

			if ((int)d->domain == domain &&
				d->cpu_node == of->cpu_node &&
				d->mem_node == of->mem_node)
				row(p, d);
		}
	}
	fprintf(p->out, "</tbody></table>\n");
}

void
page_decisions(struct page *p)
{
	const struct decisions *all = &p->report->decisions;

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
		"<b>Regret</b>: what is lost against the best kernel at every "
		"single size. <b>kept</b>: the default stands, a gain is not "
		"proven.</p>\n");
}
