/*
 * page.h: the parts of pages, for report_html.c and page_registry.c
 */
#ifndef TUNE_PAGE_H
#define TUNE_PAGE_H

#include "report.h"

/* What a part writes of, and where. */
struct page {
	const struct report *report;
	char *const *svgs; /* gnuplot's text of each figure */
	FILE *out;
	bool shapes_written; /* marker shapes stand on the page once */
};

/* Opens a page: all up to its body's first element. */
void page_head(const char *title, FILE *out);

/* The two sentences that come first, and the notices. */
void page_verdict(char *const verdict[2], const struct notice *notices,
	size_t count, FILE *out);

/* Tables of decisions, a table a pair of nodes. */
void page_decisions(struct page *p);

/* What other weights, and other kernels, would make of each decision. */
void page_sensitivity(struct page *p);

/* What the library is to reach, and reached. */
void page_goals(struct page *p);

/* What the program does that was tuned to, and what that is worth. */
void page_program(struct page *p);

/* What counters counted, if anything. */
void page_counts(struct page *p);

/* Libraries side by side: means, then plots, for each promise. */
void page_gain(struct page *p);

/* The figures of a kind, in their groups, each with its numbers. */
void page_figures(struct page *p, enum figure_kind kind);

/* The figures of one group of a kind. */
void page_figure_group(
	struct page *p, enum figure_kind kind, const char *group);

/* A number as shown, and as it is for who reads the page by program. */
void page_number(struct page *p, double value, const char *text);

#endif
