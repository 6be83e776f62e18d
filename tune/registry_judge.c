/*
 * registry_judge.c: what a reader of a registry must know first
 */
#include "registry_draft.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"

/* A loss and what it is of. */
struct worst {
	const struct registry_loss *loss;
	size_t from, on;
	enum domain domain;
};

/* The most that any platform loses with rows of `first` to `last`. */
static struct worst
worst_find(const struct registry *g, size_t first, size_t last)
{
	struct worst worst = {0};

	for (size_t from = first; from <= last; from++)
		for (size_t on = 0; on < g->count; on++)
			for (int d = 0; d < DOMAIN_COUNT; d++) {
				const struct registry_loss *l = registry_loss(
					g, from, on, (enum domain)d);

				if (from == on ||
					l->verdict == REGRET_UNMEASURED)
					continue;
				if (!worst.loss ||
					l->pct.middle > worst.loss->pct.middle)
					worst = (struct worst){
						l, from, on, (enum domain)d};
			}
	return worst;
}

/* "+3.2 % (95 % interval +1.0 % to +5.4 %)" */
static char *
loss_words(const struct registry_loss *l)
{
	char *text;

	return asprintf(&text, "%s (95 %% interval %s to %s)",
		       format_percent(l->pct.middle).text,
		       format_percent(l->pct.low).text,
		       format_percent(l->pct.high).text) < 0 ?
		       NULL :
		       text;
}

static int
say_foreign(struct registry *g)
{
	struct worst w = worst_find(g, 0, g->count - 1);
	char *loss;
	int n;

	if (g->count == 1) {
		g->verdict[0] = strdup("One platform, and no other to try its "
				       "header on.");
		return g->verdict[0] ? 0 : -ENOMEM;
	}
	if (!w.loss) {
		n = asprintf(&g->verdict[0],
			"%zu platforms, of which no two can be tried on each "
			"other's measurements.",
			g->count);
		return n < 0 ? -ENOMEM : 0;
	}
	loss = loss_words(w.loss);
	if (!loss)
		return -ENOMEM;
	if (w.loss->verdict == REGRET_WORSE)
		n = asprintf(&g->verdict[0],
			"Headers differ: with the rows of %s, %s takes %s in "
			"time in domain %s, the most of all pairs of %zu "
			"platforms.",
			g->runs[w.from].platform, g->runs[w.on].platform, loss,
			domain_names[w.domain], g->count);
	else
		n = asprintf(&g->verdict[0],
			"One header %s serve all %zu platforms: the most "
			"that one loses with another's rows is %s in time.",
			w.loss->verdict == REGRET_UNCLEAR ? "may" : "would",
			g->count, loss);
	free(loss);
	return n < 0 ? -ENOMEM : 0;
}

static int
say_untuned(struct registry *g)
{
	struct worst w = worst_find(g, g->count, g->count);
	char *loss;
	int n;

	if (!w.loss) {
		g->verdict[1] = strdup("No run holds measurements that tell "
				       "what tuning is worth.");
		return g->verdict[1] ? 0 : -ENOMEM;
	}
	loss = loss_words(w.loss);
	if (!loss)
		return -ENOMEM;
	n = asprintf(&g->verdict[1],
		"Untuned, the platform that loses most is %s: %s in time in "
		"domain %s.",
		g->runs[w.on].platform, loss, domain_names[w.domain]);
	free(loss);
	return n < 0 ? -ENOMEM : 0;
}

/* Refused rows of a platform, in one notice a reason. */
static int
notice_refused(struct registry *g, const struct registry_run *run)
{
	const struct decision_list *all = &run->report.decisions;
	const char *reason = NULL;
	size_t refused = 0;

	for (size_t i = 0; i < all->count; i++) {
		if (all->rows[i].own.verdict != VERDICT_REFUSED ||
			report_is_left_out(&all->rows[i]))
			continue;
		refused++;
		reason = all->rows[i].own.reason;
	}
	if (!refused)
		return 0;
	return notice_add(&g->notices, &g->notice_count, true,
		"%s: %zu of %zu decisions are refused: %s. The defaults stand "
		"there.",
		run->platform, refused, all->count, reason);
}

/* The folder of a platform should hold its runs alone. */
static int
notice_misplaced(struct registry *g, const struct registry_run *run)
{
	const char *id = registry_fact(run, "platform_id");

	if (!id || strcmp(id, run->platform) == 0)
		return 0;
	return notice_add(&g->notices, &g->notice_count, true,
		"%s: the folder holds a run of %s.", run->platform, id);
}

static bool
is_unmeasured(const struct registry_run *run)
{
	return run->report.measurements.count == 0;
}

static bool
is_emulated(const struct registry_run *run)
{
	return report_is_emulated(&run->report);
}

/* One notice that names all platforms something holds for. */
static int
notice_all(struct registry *g, bool (*holds)(const struct registry_run *run),
	bool warning, const char *what)
{
	char *names = NULL;
	size_t len = 0;
	FILE *list = open_memstream(&names, &len);
	int err = 0;

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < g->count; i++) {
		if (holds(&g->runs[i]))
			fprintf(list, "%s%s", ftell(list) > 0 ? ", " : "",
				g->runs[i].platform);
	}
	if (fclose(list))
		err = -ENOMEM;
	else if (len > 0)
		err = notice_add(&g->notices, &g->notice_count, warning,
			"%s: %s", what, names);
	free(names);
	return err;
}

const char *
registry_fact(const struct registry_run *run, const char *key)
{
	const char *value = report_find(&run->report, key);

	return value ? value :
		       provenance_find(&run->report.decisions.provenance, key);
}

int
registry_judge(struct registry *g)
{
	int err = say_foreign(g);

	if (!err)
		err = say_untuned(g);
	for (size_t i = 0; !err && i < g->count; i++)
		err = notice_refused(g, &g->runs[i]);
	for (size_t i = 0; !err && i < g->count; i++)
		err = notice_misplaced(g, &g->runs[i]);
	if (!err)
		err = notice_all(g, is_unmeasured, true,
			"Without measurements, so that no other header is "
			"tried on it");
	if (!err)
		err = notice_all(g, is_emulated, false,
			"Memory stood in for persistent memory on");
	return err;
}
