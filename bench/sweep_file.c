/*
 * sweep_file.c: the beginning, the resuming and the end of measurements.tsv
 */
#include "sweep.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "facts.h"
#include "verb.h"

/* A resumed sweep may find the process of a killed one still ending. */
#define LOCK_TRIES 20
#define LOCK_WAIT_US 100000

static int
time_add(struct provenance *facts, const char *key)
{
	time_t now = time(NULL);
	struct tm utc;
	char text[32];

	gmtime_r(&now, &utc);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
	return provenance_add(facts, key, text);
}

static int
settings_add(struct provenance *facts, const struct sweep_settings *settings)
{
	const struct plan *plan = settings->plan;
	int err = provenance_add(facts, "plan", plan->name);

	if (!err)
		err = provenance_add(
			facts, "only", settings->only ? settings->only : "all");
	if (!err)
		err = provenance_addf(facts, "budget_s", "%u",
			settings->seconds ? settings->seconds : plan->budget_s);
	/* Whoever resumes is as patient, unless told. */
	if (!err && settings->has_patience)
		err = provenance_addf(
			facts, "patience_s", "%u", settings->patience_s);
	if (!err)
		err = provenance_addf(facts, "starts", "%u", plan->starts);
	if (!err)
		err = provenance_addf(
			facts, "rounds_most", "%u", plan->rounds_most);
	if (!err)
		err = provenance_addf(
			facts, "seed", "%" PRIu64, settings->seed);
	return err;
}

/* Whether facts are of this machine and build; tells if not. */
static int
origin_check(const struct provenance *facts, const struct provenance *here,
	const char *path)
{
	static const char *const keys[] = {"platform_id", "git_revision"};

	for (size_t i = 0; i < 2; i++) {
		const char *there = provenance_find(facts, keys[i]);
		const char *now = provenance_find(here, keys[i]);

		if (there && now && strcmp(there, now) == 0)
			continue;
		return verb_fail("%s is %s here: it is %s in: %s", keys[i],
			now ? now : "unknown", there ? there : "not stated",
			path);
	}
	return 0;
}

static int
cannot_collect(void)
{
	return verb_fail("cannot collect facts: out of memory");
}

/* The facts of platform.tsv, if they are of this machine; or those that can be
 * had without the probe. */
static int
platform_facts(struct provenance *facts, const struct sweep_settings *settings,
	const struct platform *p)
{
	char error[PROVENANCE_ERROR_BYTES];
	struct provenance here = {0};
	int status = 0;

	if (facts_collect(&here, p)) {
		status = cannot_collect();
	} else if (settings->platform) {
		if (provenance_read(facts, settings->platform,
			    MEASUREMENT_SCHEMA, error))
			status = verb_fail("cannot read platform: %s: %s",
				error, settings->platform);
		else
			status = origin_check(facts, &here, settings->platform);
	} else {
		status = provenance_add(facts, "schema", MEASUREMENT_SCHEMA) ||
					 provenance_append(facts, &here) ?
				 cannot_collect() :
				 0;
	}
	provenance_free(&here);
	return status;
}

int
sweep_file_begin(struct measurement_writer *w,
	const struct sweep_settings *settings, const struct platform *p,
	const struct provenance *facts)
{
	struct provenance all = {0};
	int status, err;

	status = platform_facts(&all, settings, p);
	if (status)
		goto free_facts;
	err = settings_add(&all, settings);
	if (!err)
		err = time_add(&all, "started_utc");
	if (!err)
		err = provenance_append(&all, facts);
	if (!err)
		err = measurement_create(w, settings->out, &all);
	if (err == -EEXIST)
		status = verb_fail("the file exists: go on with it by "
				   "--resume, or name another: %s",
			settings->out);
	else if (err)
		status = verb_fail("cannot begin the file: %s: %s",
			strerror(-err), settings->out);
free_facts:
	provenance_free(&all);
	return status;
}

/* Takes a setting over from the file or, if it is given, compares it. */
static int
setting_check(const char *name, const char *there, const char *given,
	const char *path)
{
	if (!there)
		return verb_fail(
			"cannot resume: it does not state %s: %s", name, path);
	if (given && strcmp(given, there) != 0)
		return verb_fail("cannot resume: %s is %s there, %s here: %s",
			name, there, given, path);
	return 0;
}

static int
targets_take(struct sweep_settings *settings, const struct provenance *facts)
{
	const char *targets[SWEEP_TARGETS_MOST];
	size_t count = 0;

	/* dram stands once for every node that it has. */
	for (size_t i = 0; i < facts->count; i++) {
		const struct fact *f = &facts->facts[i];
		size_t known = 0;

		if (strcmp(f->key, "target") != 0)
			continue;
		while (known < count && strcmp(targets[known], f->value) != 0)
			known++;
		if (known == count && count < SWEEP_TARGETS_MOST)
			targets[count++] = f->value;
	}
	for (size_t i = 0; i < settings->target_count; i++) {
		size_t known = 0;

		while (known < count &&
			strcmp(targets[known], settings->targets[i]) != 0)
			known++;
		if (known == count)
			return verb_fail(
				"cannot resume: begun without target %s: %s",
				settings->targets[i], settings->out);
	}
	memcpy(settings->targets, targets, sizeof(targets));
	settings->target_count = count;
	return count ? 0 :
		       verb_fail("cannot resume: it does not state target: %s",
			       settings->out);
}

static int
settings_take(struct sweep_settings *settings, const struct provenance *facts)
{
	const char *plan = provenance_find(facts, "plan");
	const char *only = provenance_find(facts, "only");
	const char *seed = provenance_find(facts, "seed");
	const char *seconds = provenance_find(facts, "budget_s");
	const char *patience = provenance_find(facts, "patience_s");
	const char *refused = provenance_find(facts, "refused");
	char given[32];

	if (refused)
		return verb_fail("cannot resume: it was refused: %s: %s",
			refused, settings->out);
	snprintf(given, sizeof(given), "%" PRIu64, settings->seed);
	if (setting_check("plan", plan,
		    settings->plan ? settings->plan->name : NULL,
		    settings->out) ||
		setting_check("only", only, settings->only, settings->out) ||
		setting_check("seed", seed, settings->has_seed ? given : NULL,
			settings->out) ||
		setting_check("budget_s", seconds, NULL, settings->out))
		return 1;
	settings->plan = plan_find(plan);
	if (!settings->plan)
		return verb_fail("cannot resume: no such plan: %s: %s", plan,
			settings->out);
	settings->only = strcmp(only, "all") == 0 ? NULL : only;
	settings->seed = strtoull(seed, NULL, 10);
	settings->seconds = (unsigned)strtoul(seconds, NULL, 10);
	if (patience && !settings->has_patience) {
		settings->patience_s = (unsigned)strtoul(patience, NULL, 10);
		settings->has_patience = true;
	}
	return targets_take(settings, facts);
}

static int
continue_patiently(struct measurement_writer *w, const char *path, off_t bytes)
{
	int err = measurement_continue(w, path, bytes);

	for (int i = 1; err == -EWOULDBLOCK && i < LOCK_TRIES; i++) {
		usleep(LOCK_WAIT_US);
		err = measurement_continue(w, path, bytes);
	}
	return err;
}

int
sweep_file_resume(struct measurement_writer *w, struct sweep_settings *settings,
	const struct platform *p, struct provenance *facts)
{
	char error[PROVENANCE_ERROR_BYTES];
	struct measurements measured = {0};
	struct provenance here = {0};
	int status, err;

	if (measurements_read(
		    &measured, settings->out, MEASUREMENT_RESUME, error))
		return verb_fail("cannot resume: %s: %s", error, settings->out);
	*facts = measured.provenance;
	measured.provenance = (struct provenance){0};
	err = facts_collect(&here, p);
	status = err ? cannot_collect() :
		       origin_check(facts, &here, settings->out);
	if (!status)
		status = settings_take(settings, facts);
	if (!status) {
		err = continue_patiently(
			w, settings->out, measured.valid_bytes);
		if (err)
			status = verb_fail("cannot resume: %s: %s",
				err == -EWOULDBLOCK ?
					"another sweep writes it" :
					strerror(-err),
				settings->out);
	}
	provenance_free(&here);
	measurements_free(&measured);
	return status;
}

int
sweep_file_end(struct measurement_writer *w, const char *path, size_t *rows)
{
	char error[PROVENANCE_ERROR_BYTES];
	struct measurements measured = {0};
	struct provenance facts = {0};
	int err;

	if (measurements_read(&measured, path, MEASUREMENT_STRICT, error))
		return verb_fail("cannot read back: %s: %s", error, path);
	*rows = measured.count;
	measurements_free(&measured);
	err = provenance_addf(&facts, "rows", "%zu", *rows);
	if (!err)
		err = time_add(&facts, "finished_utc");
	if (!err)
		err = measurement_comment(w, &facts);
	provenance_free(&facts);
	return err ? verb_fail("cannot write: %s: %s", strerror(-err), path) :
		     0;
}
