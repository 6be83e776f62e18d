/*
 * registry.h: the platforms of a folder of runs, side by side
 *
 * A registry is results/ or a folder like it: PLATFORM/TIME/, of which the
 * newest TIME that holds decisions.tsv speaks for its platform. Where a run
 * holds measurements too, every platform's decisions are tried on them: what
 * would this machine lose with the rows of that one?
 */
#ifndef TUNE_REGISTRY_H
#define TUNE_REGISTRY_H

#include "regret.h"
#include "report.h"

struct registry_run {
	char *platform, *time; /* names of its folders */
	struct report report; /* of its files alone: no figures, no sentences */
	struct decision_list own; /* of its measurements, by default weights */
};

/* Of the pair of nodes that loses most. */
struct registry_loss {
	enum regret_verdict verdict;
	struct interval pct;
};

struct registry {
	struct registry_run *runs; /* by name of platform */
	size_t count;
	struct registry_loss *losses; /* see registry_loss */
	char *verdict[2]; /* the two sentences that come first */
	struct notice *notices;
	size_t notice_count;
};

/* Reads a folder onto an empty registry. 0, or a negative errno with "what:
 * why: which file" in error. */
int registry_read(
	struct registry *g, const char *dir, char error[REPORT_ERROR_BYTES]);

/* What the platform `on` loses with the rows of `from`; those of from ==
 * g->count are the default ones. */
const struct registry_loss *registry_loss(
	const struct registry *g, size_t from, size_t on, enum domain domain);

/* The comparison that a platform is known by; NULL if nothing was compared. */
const struct comparison *registry_gain(const struct registry_run *run);

void registry_free(struct registry *g);

/* The page, and the same within 80 columns. */
void registry_html(const struct registry *g, FILE *out);
void registry_text(const struct registry *g, FILE *out);

#endif
