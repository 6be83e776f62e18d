/*
 * registry.c: see registry.h
 */
#include "registry_draft.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "decide.h"
#include "format.h"

static bool
has_decisions(const char *dir, const char *platform, const char *time)
{
	char *path;
	bool has;

	if (asprintf(&path, "%s/%s/%s/decisions.tsv", dir, platform, time) < 0)
		return false;
	has = access(path, F_OK) == 0;
	free(path);
	return has;
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void
names_free(struct dirent **names, int count)
{
	while (count > 0)
		free(names[--count]);
	free(names);
}

/* The name of the newest run of a platform, or NULL. */
static char *
newest_run(const char *dir, const char *platform)
{
	struct dirent **names;
	char *path, *newest = NULL;
	int count;

	if (asprintf(&path, "%s/%s", dir, platform) < 0)
		return NULL;
	count = scandir(path, &names, is_visible, alphasort);
	free(path);
	if (count < 0)
		return NULL;
	for (int i = count; !newest && i-- > 0;) {
		if (has_decisions(dir, platform, names[i]->d_name))
			newest = strdup(names[i]->d_name);
	}
	names_free(names, count);
	return newest;
}

/* What its measurements lead to by default weights, which all losses are
 * measured by. */
static int
own_decide(struct registry_run *run, char error[REPORT_ERROR_BYTES])
{
	char why[PROVENANCE_ERROR_BYTES];
	struct weights weights;
	int err;

	if (run->report.measurements.count == 0)
		return 0;
	weights_default(&weights);
	err = decide(&run->own, &run->report.measurements, &weights, why);
	if (err)
		snprintf(error, REPORT_ERROR_BYTES,
			"report: %.200s: measurements of %.200s", why,
			run->platform);
	return err;
}

static int
run_read(struct registry_run *run, const char *dir,
	char error[REPORT_ERROR_BYTES])
{
	char *path;
	int err;

	if (asprintf(&path, "%s/%s/%s", dir, run->platform, run->time) < 0)
		return -ENOMEM;
	err = report_read_files(&run->report, path, true, error);
	free(path);
	return err ? err : own_decide(run, error);
}

static int
runs_read(struct registry *g, const char *dir, struct dirent **names, int count,
	char error[REPORT_ERROR_BYTES])
{
	int err = 0;

	g->runs = calloc((size_t)count + 1, sizeof(*g->runs));
	if (!g->runs)
		return -ENOMEM;
	for (int i = 0; !err && i < count; i++) {
		struct registry_run *run = &g->runs[g->count];

		run->time = newest_run(dir, names[i]->d_name);
		if (!run->time)
			continue;
		g->count++;
		run->platform = strdup(names[i]->d_name);
		err = run->platform ? run_read(run, dir, error) : -ENOMEM;
	}
	return err;
}

static struct registry_loss *
loss_at(const struct registry *g, size_t from, size_t on, enum domain domain)
{
	return &g->losses[(from * g->count + on) * DOMAIN_COUNT + domain];
}

const struct registry_loss *
registry_loss(
	const struct registry *g, size_t from, size_t on, enum domain domain)
{
	return loss_at(g, from, on, domain);
}

/* What a platform loses with other rows. Measurements that were refused, or
 * decisions that do not tell of every domain, leave it unmeasured. */
static int
losses_find(struct registry *g, size_t from, size_t on)
{
	struct registry_run *run = &g->runs[on];
	const struct decision_list *other =
		from < g->count ? &g->runs[from].report.decisions : NULL;
	char why[PROVENANCE_ERROR_BYTES];
	struct regrets regrets = {0};
	struct weights weights;
	int err = 0;

	for (int d = 0; d < DOMAIN_COUNT; d++)
		loss_at(g, from, on, (enum domain)d)
			->verdict = REGRET_UNMEASURED;
	if (run->own.count == 0)
		return 0;
	weights_default(&weights);
	err = regrets_find(&regrets, &run->report.measurements, &weights,
		&run->own, other, why);
	for (int d = 0; !err && d < DOMAIN_COUNT; d++) {
		const struct regret *worst = regrets_worst(
			&regrets, (enum domain)d);

		if (worst)
			*loss_at(g, from, on,
				(enum domain)d) = (struct registry_loss){
				worst->all.verdict, worst->all.pct};
	}
	regrets_free(&regrets);
	return err == -EINVAL ? 0 : err;
}

static int
all_losses_find(struct registry *g)
{
	int err = 0;

	g->losses = calloc(
		(g->count + 1) * g->count * DOMAIN_COUNT, sizeof(*g->losses));
	if (!g->losses)
		return -ENOMEM;
	for (size_t from = 0; from <= g->count; from++)
		for (size_t on = 0; !err && on < g->count; on++)
			err = losses_find(g, from, on);
	return err;
}

const struct comparison *
registry_gain(const struct registry_run *run)
{
	return report_headline(&run->report.comparisons);
}

void
registry_free(struct registry *g)
{
	for (size_t i = 0; i < g->count; i++) {
		free(g->runs[i].platform);
		free(g->runs[i].time);
		report_free(&g->runs[i].report);
		decision_list_free(&g->runs[i].own);
	}
	for (size_t i = 0; i < g->notice_count; i++)
		free(g->notices[i].text);
	free(g->notices);
	free(g->verdict[0]);
	free(g->verdict[1]);
	free(g->losses);
	free(g->runs);
	*g = (struct registry){0};
}

int
registry_read(
	struct registry *g, const char *dir, char error[REPORT_ERROR_BYTES])
{
	struct dirent **names;
	int count = scandir(dir, &names, is_visible, alphasort), err;

	snprintf(error, REPORT_ERROR_BYTES, "report: out of memory");
	if (count < 0) {
		err = -errno;
		snprintf(error, REPORT_ERROR_BYTES, "report: %s: %.300s",
			strerror(errno), dir);
		return err;
	}
	err = runs_read(g, dir, names, count, error);
	names_free(names, count);
	if (!err && g->count == 0) {
		err = -ENOENT;
		snprintf(error, REPORT_ERROR_BYTES,
			"report: no run: neither platform.tsv nor "
			"PLATFORM/TIME/decisions.tsv: %.300s",
			dir);
	}
	if (!err)
		err = all_losses_find(g);
	if (!err)
		err = registry_judge(g);
	if (err)
		registry_free(g);
	return err;
}
