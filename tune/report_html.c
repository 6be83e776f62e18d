/*
 * report_html.c: report.html, one file that needs nothing else
 */
#include "page.h"

#include <string.h>

#include "embed.h"
#include "format.h"
#include "html.h"

struct labelled_key {
	const char *key, *label;
};

/* What a reader asks of a platform; all facts are under "Where it comes
 * from". */
static const struct labelled_key platform_keys[] = {
	{"platform_id", "Platform"},
	{"cpu_family", "CPU family"},
	{"cpu_model", "CPU model"},
	{"microcode", "Microcode"},
	{"cpu_features", "Instructions"},
	{"nodes", "NUMA nodes"},
	{"cpus", "CPUs"},
	{"l1d_bytes", "L1 data cache"},
	{"l2_bytes", "L2 cache"},
	{"l3_bytes", "L3 cache"},
	{"kernel", "Kernel"},
	{"hypervisor", "Hypervisor"},
	{"governor", "Frequency governor"},
	{"movnt_verdict", "Streaming stores"},
	{"persistence_domain", "Persistence domain"},
	{"domain", "Domain the library serves"},
	{"target", "Target"},
};

void
page_head(const char *title, FILE *out)
{
	fprintf(out,
		"<!doctype html>\n<html lang=\"en\">\n<head>\n"
		"<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
		"content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" "
		"content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
		"<title>");
	html_text(title, out);
	fprintf(out, "</title>\n<style>\n%s%s</style>\n</head>\n<body>\n",
		embed_page_css, embed_plot_css);
}

void
page_verdict(char *const verdict[2], const struct notice *notices, size_t count,
	FILE *out)
{
	fprintf(out, "<div class=\"verdict\" id=\"verdict\">");
	html_element("p", NULL, verdict[0], out);
	html_element("p", NULL, verdict[1], out);
	fprintf(out, "</div>\n");
	for (size_t i = 0; i < count; i++) {
		fprintf(out, "<p class=\"notice%s\"><b>%s</b> ",
			notices[i].warning ? " warning" : "",
			notices[i].warning ? "Warning" : "Note");
		html_text(notices[i].text, out);
		fprintf(out, "</p>\n");
	}
}

static void
verdict(struct page *p)
{
	const struct report *r = p->report;
	const char *started = provenance_find(
		&r->measurements.provenance, "started_utc");

	fprintf(p->out, "<header>\n<p class=\"over\">libpmem tuning report");
	if (started) {
		fprintf(p->out, ", measured ");
		html_text(started, p->out);
	}
	fprintf(p->out, "</p>\n");
	html_element("h1", NULL, report_fact(r, "cpu_name"), p->out);
	putc('\n', p->out);
	page_verdict(r->verdict, r->notices, r->notice_count, p->out);
	fprintf(p->out, "</header>\n");
}

static void
fact_value(struct page *p, const char *key, const char *value)
{
	size_t bytes;

	fprintf(p->out, "<dd>");
	if (strcmp(key, "movnt_verdict") == 0)
		value = report_streaming(value);
	if (strstr(key, "_bytes") && !table_whole(value, &bytes))
		page_number(p, (double)bytes, format_bytes(bytes).text);
	else
		html_text(value, p->out);
	fprintf(p->out, "</dd>");
}

static void
platform(struct page *p)
{
	size_t count = sizeof(platform_keys) / sizeof(platform_keys[0]);

	fprintf(p->out, "<section id=\"platform\">\n<h2>Platform</h2>\n"
			"<dl class=\"facts\">\n");
	for (size_t i = 0; i < count; i++) {
		const struct labelled_key *k = &platform_keys[i];
		const char *value = report_find(p->report, k->key);

		if (!value)
			continue;
		fprintf(p->out, "<div><dt>%s</dt>", k->label);
		fact_value(p, k->key, value);
		fprintf(p->out, "</div>\n");
	}
	fprintf(p->out, "</dl>\n");
}

/* What could be counted or why not, and what was. */
static void
counters(struct page *p)
{
	const struct provenance *facts = &p->report->measurements.provenance;
	const char *papi = report_find(p->report, "papi");

	fprintf(p->out, "<p>");
	html_text(papi ? papi : "The run does not say whether there were any.",
		p->out);
	fprintf(p->out, "</p>\n<dl class=\"facts\">\n");
	for (size_t i = 0; i < facts->count; i++) {
		const struct fact *f = &facts->facts[i];

		if (strncmp(f->key, "counter", strlen("counter")) != 0)
			continue;
		fprintf(p->out, "<div>");
		html_element("dt", NULL, f->key, p->out);
		html_element("dd", NULL, f->value, p->out);
		fprintf(p->out, "</div>\n");
	}
	fprintf(p->out, "</dl>\n");
}

static void
meaning(struct page *p)
{
	fprintf(p->out,
		"<p>Every point is the median of its repetitions, the band its "
		"95&nbsp;%% interval. What is compared was measured "
		"interleaved, in random order, and is shown as the ratio of "
		"two times of one round, never of two separate averages. "
		"<b>Warm</b>: the destination was in the cache. <b>Cold</b>: "
		"it was not. <b>Reread</b>: the program reads the lines again "
		"afterwards. <b>One drain each</b> is latency, <b>one drain "
		"per 64</b> operations is throughput.</p>\n<p>");
	html_text(report_is_emulated(p->report) ?
			  report_emulated :
			  "The target was the memory named above; its media "
			  "are part of every number.",
		p->out);
	fprintf(p->out, "</p>\n");
}

static void
facts_table(struct page *p, const char *file, const struct provenance *facts)
{
	if (facts->count == 0)
		return;
	fprintf(p->out,
		"<details><summary>%s</summary><div class=\"scroll\">"
		"<table class=\"provenance\"><tbody>\n",
		file);
	for (size_t i = 0; i < facts->count; i++) {
		fprintf(p->out, "<tr>");
		html_element("th", NULL, facts->facts[i].key, p->out);
		html_element("td", NULL, facts->facts[i].value, p->out);
		fprintf(p->out, "</tr>\n");
	}
	fprintf(p->out, "</tbody></table></div></details>\n");
}

static void
provenance(struct page *p)
{
	const struct report *r = p->report;

	fprintf(p->out,
		"<p>%zu repetitions lie beside this page in "
		"<a href=\"measurements.tsv\">measurements.tsv</a>, one row "
		"each.</p>\n",
		r->measurements.count);
	facts_table(p, "platform.tsv", &r->platform);
	facts_table(p, "measurements.tsv", &r->measurements.provenance);
	facts_table(p, "decisions.tsv", &r->decisions.provenance);
	facts_table(p, "compare.tsv", &r->comparisons.table.provenance);
	if (!r->header)
		return;
	fprintf(p->out, "<details><summary>pmem_tuned.h</summary><pre>");
	html_text(r->header, p->out);
	fprintf(p->out, "</pre></details>\n");
}

/* Ends a section and begins the next. */
static void
section(struct page *p, const char *id, const char *title, const char *lead)
{
	fprintf(p->out,
		"</section>\n<section id=\"%s\">\n<h2>%s</h2>\n"
		"<p class=\"lead\">%s</p>\n",
		id, title, lead);
}

/* What the probe saw of the lines after each flush instruction. */
static void
flush_verdicts(struct page *p)
{
	fprintf(p->out, "<ul class=\"facts\">\n");
	for (int i = 0; i < FLUSH_COUNT; i++) {
		const char *name = flush_kernels[i].name;
		const char *saw;
		char key[64];

		snprintf(key, sizeof(key), "flush_verdict_%s", name);
		saw = report_find(p->report, key);
		if (!saw)
			continue;
		fprintf(p->out, "<li><code>%s</code> ", name);
		html_text(strcmp(saw, "retains") == 0 ?
				  "leaves lines in the cache" :
			  strcmp(saw, "evicts") == 0 ?
				  "takes lines out of the cache" :
				  saw,
			p->out);
		fprintf(p->out, "</li>\n");
	}
	fprintf(p->out, "</ul>\n");
}

static void
plots(struct page *p)
{
	section(p, "flush", "Flush instructions",
		"Time per cache line flushed, the drain included; the band is "
		"the "
		"95&nbsp;% interval.");
	flush_verdicts(p);
	page_figures(p, FIGURE_FLUSH);
	section(p, "crossover", "Where streaming begins to pay",
		"Time of the cached kernel by time of the streaming kernel: "
		"above 1× streaming is faster. Dashed: the threshold chosen; "
		"shaded: where resampled data put it.");
	page_figures(p, FIGURE_CROSSOVER);
	section(p, "throughput", "Throughput",
		"Bytes per time, one drain per 64 operations. Without a flush "
		"a cached kernel is durable under eadr alone, a streaming one "
		"under adr_nt and eadr.");
	page_figures(p, FIGURE_THROUGHPUT);
}

void
report_html(const struct report *r, char *const *svgs, FILE *out)
{
	struct page p = {.report = r, .svgs = svgs, .out = out};

	page_head(report_fact(r, "platform_id"), out);
	verdict(&p);
	fprintf(out, "<main>\n");
	platform(&p);
	if (r->reached.count > 0) {
		section(&p, "goals", "Goals",
			"What the library is to reach, and for what it does "
			"not reach the measurement that says why.");
		page_goals(&p);
	}
	section(&p, "decisions", "Decisions",
		"The kernels of the tuned library, for each pair of nodes and "
		"each persistence domain.");
	page_decisions(&p);
	if (r->program.present) {
		section(&p, "program", "Tuned to a program",
			"How decisions differ from those of the default "
			"weights, and what that is worth to this program.");
		page_program(&p);
	}
	section(&p, "gain", "Gain beside other builds",
		"Speed of whole public calls, interleaved in one run; above "
		"1× is faster than the baseline. What goes beyond 8× leaves "
		"the plot; the numbers have it.");
	page_gain(&p);
	plots(&p);
	section(&p, "sensitivity", "Other programs, other choices",
		"What would be best for a program of one kind alone, and what "
		"the decision loses there.");
	page_sensitivity(&p);
	section(&p, "counters", "Hardware counters",
		"What PAPI could count on this machine, or its reason for "
		"having none.");
	counters(&p);
	page_counts(&p);
	section(&p, "meaning", "What the numbers mean", "How to read them.");
	meaning(&p);
	section(&p, "provenance", "Where it comes from",
		"Every fact recorded with the data.");
	provenance(&p);
	fprintf(out, "</section>\n</main>\n</body>\n</html>\n");
}
