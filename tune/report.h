/*
 * report.h: what a run found out, for people
 *
 * A run's folder is read once into a struct report; the page and the terminal
 * text are two views of it, with the same sentences and numbers.
 */
#ifndef TUNE_REPORT_H
#define TUNE_REPORT_H

#include <stdio.h>

#include "counts.h"
#include "figure.h"
#include "program.h"
#include "reached.h"

#define REPORT_ERROR_BYTES 512

/* A remark that a reader must not miss. */
struct notice {
	bool warning; /* false: a fact to know, nothing is wrong */
	char *text;
};

struct report {
	struct provenance platform;
	struct measurements measurements;
	struct decision_list decisions; /* empty: no decisions.tsv */
	struct comparisons comparisons; /* empty: no compare.tsv */
	struct reached_list reached; /* empty: no goals.tsv */
	struct counts counts; /* empty: no counters.tsv */
	struct program_profile program; /* absent: no weights.tsv */
	char *header; /* text of pmem_tuned.h, or NULL */
	struct figures figures;
	char *verdict[2]; /* the two sentences that come first */
	struct notice *notices;
	size_t notice_count;
};

/* Reads a folder onto an empty report: platform.tsv and measurements.tsv must
 * be there, the others of a run may be. 0, or a
 * negative errno with "what: why: which file" in error. */
int report_read(
	struct report *r, const char *dir, char error[REPORT_ERROR_BYTES]);

void report_free(struct report *r);

/* Reads the files of a folder alone, of which `partial` lets any but
 * decisions.tsv be missing. Errors as report_read. */
int report_read_files(struct report *r, const char *dir, bool partial,
	char error[REPORT_ERROR_BYTES]);

/* Adds a notice to a list. 0 or -ENOMEM. */
__attribute__((format(printf, 4, 5))) int notice_add(struct notice **notices,
	size_t *count, bool warning, const char *format, ...);

/* The row of a comparison that says most; NULL if there is none. */
const struct comparison *report_headline(const struct comparisons *all);

/* Says the verdict and the notices, from what was read. 0 or -ENOMEM. */
int report_judge(struct report *r);

/* What the numbers of an emulated target mean, in sentences. */
extern const char report_emulated[];

/* Value of a key of the platform, or of the measurements; NULL. */
const char *report_find(const struct report *r, const char *key);

/* The same, or the text "unknown". */
const char *report_fact(const struct report *r, const char *key);

/* Whether memory stood in for the persistent memory a run aims at. */
bool report_is_emulated(const struct report *r);

/* What a verdict on streaming stores means, in words. */
const char *report_streaming(const char *verdict);

/* Whether a row keeps the default because its operation has no weight; nothing
 * is refused then. */
bool report_is_left_out(const struct decision *d);

/* Name of a comparison's table in words: "equal promises". */
const char *report_table_title(const char *table);

/* The page, without plots drawn yet: svgs[i] is gnuplot's text of figure i. */
void report_html(const struct report *r, char *const *svgs, FILE *out);

/* Platform, verdict, decisions and gains within 80 columns. */
void report_summary(const struct report *r, FILE *out);

/* The program tuned to, a part of the summary. */
void report_program(const struct report *r, FILE *out);

/* Goals, each met or why not; nothing where none was measured. */
void report_goals(const struct report *r, FILE *out);

/* Summary, goals, and sketches of the plots. */
void report_text(const struct report *r, FILE *out);

#endif
