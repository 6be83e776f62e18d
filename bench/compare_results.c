/*
 * compare_results.c: what a comparison's files say, and when there are any
 *
 * A run that the machine disturbed leaves no file: numbers that look fine and
 * are not would be believed.
 */
#include "compare_session.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "compare_goals.h"
#include "facts.h"
#include "verb.h"

#define COMPARE_SCHEMA "1"

static int
cannot_write(const char *path, int err)
{
	return verb_fail("cannot write: %s: %s", strerror(-err), path);
}

int
compare_results_facts(struct compare_session *s)
{
	char error[PROVENANCE_ERROR_BYTES];
	const char *path = s->settings->platform;

	if (path) {
		if (provenance_read(&s->facts, path, COMPARE_SCHEMA, error))
			return verb_fail(
				"cannot read platform: %s: %s", error, path);
		return 0;
	}
	if (provenance_add(&s->facts, "schema", COMPARE_SCHEMA) ||
		facts_collect(&s->facts, &s->platform))
		return compare_out_of_memory();
	return 0;
}

static int
libs_facts(struct compare_session *s)
{
	const struct compare_libs *libs = &s->settings->libs;
	int err = 0;

	for (size_t i = 0; !err && i < compare_kernels_from(libs); i++) {
		const struct compare_instance *instance = &libs->instances[i];
		char text[1000];
		size_t used;

		used = (size_t)snprintf(text, sizeof(text),
			"%s of table %s: %.300s", instance->lib->label,
			instance->table->name, instance->lib->path);
		for (char *const *e = instance->lib->env; *e; e++) {
			if (used < sizeof(text))
				used += (size_t)snprintf(text + used,
					sizeof(text) - used, " %s", *e);
		}
		err = provenance_add(&s->facts, "lib", text);
	}
	return err;
}

/* How much of the core was ours, in both parts of the run. */
static int
shared_fact(struct compare_session *s)
{
	const struct quiet *q = &s->run.quiet, *again = &s->again.quiet;

	if (s->crew.count > 1)
		return provenance_add(&s->facts, "core_shared",
			"unknown: several threads do not look");
	return provenance_addf(&s->facts, "core_shared",
		"%.1f%% of samples, of those in doubt %.1f%%; taken again %zu, "
		"seconds %.1f",
		quiet_shared_pct(q), quiet_shared_pct(again),
		q->again + again->again, q->spent_s + again->spent_s);
}

/* What a reader of the file must know of the run. */
static int
run_facts(struct compare_session *s)
{
	const struct compare_settings *o = s->settings;
	char states[STATES_TEXT_BYTES];
	double load = 0;
	int err = libs_facts(s);

	getloadavg(&load, 1);
	states_describe(&s->run.states, &s->timing, states);
	if (!err)
		err = provenance_add(&s->facts, "target", o->target);
	if (!err)
		err = provenance_add(&s->facts, "target_emulated",
			s->dest[0].emulated ? "yes" : "no");
	if (!err)
		err = provenance_addf(&s->facts, "nodes_used",
			"cpu %u, memory %d", s->run.cpu_node,
			s->dest[0].mem_node);
	if (!err)
		err = provenance_addf(&s->facts, "threads", "%u", o->threads);
	if (!err)
		err = provenance_addf(&s->facts, "seed", "%" PRIu64, o->seed);
	if (!err)
		err = provenance_addf(&s->facts, "rounds", "%u", s->run.rounds);
	if (!err)
		err = provenance_addf(
			&s->facts, "steal_pct", "%.2f", s->steal_pct);
	if (!err)
		err = provenance_addf(
			&s->facts, "sections_taken_again", "%zu", s->retakes);
	if (!err)
		err = shared_fact(s);
	if (!err)
		err = provenance_addf(&s->facts, "load", "%.2f", load);
	if (!err)
		err = provenance_add(
			&s->facts, "cached_after_preparing", states);
	return err;
}

/* 0, or refused: nothing that was measured on such a machine is told. */
static int
machine_judge(struct compare_session *s)
{
	char text[TIMING_ERROR_BYTES + STATES_TEXT_BYTES];
	const char *flaw;

	if (timing_recheck(&s->timing, text))
		return compare_refuse(text);
	flaw = states_flaw(&s->run.states, &s->timing, text);
	if (!flaw)
		flaw = states_flaw(&s->again.states, &s->timing, text);
	if (flaw)
		return compare_refuse(flaw);
	if (s->steal_pct > PLAN_STEAL_MOST_PCT)
		return compare_refuse(
			"the hypervisor stole too much of the CPU's time");
	return 0;
}

/* 0 or -ENOMEM. */
static int
goals_write(struct compare_session *s)
{
	FILE *out = s->goals.stream;
	int err;

	if (!s->settings->goals)
		return 0;
	provenance_write(&s->facts, "# ", out);
	err = compare_goals_write(&s->run, &s->again, out);
	if (!err)
		compare_calls_write(&s->calls, s->run.libs, out);
	return err;
}

int
compare_results_write(struct compare_session *s)
{
	int status = machine_judge(s);

	if (status)
		return status;
	if (run_facts(s))
		return compare_out_of_memory();
	provenance_write(&s->facts, "# ", s->out.stream);
	if (compare_print(&s->run, s->out.stream, stdout) || goals_write(s))
		return compare_out_of_memory();
	return 0;
}

int
compare_results_open(struct compare_session *s)
{
	const struct compare_settings *o = s->settings;
	int err = atomic_file_open(&s->out, o->out);

	if (err)
		return cannot_write(o->out, err);
	if (!o->goals)
		return 0;
	err = atomic_file_open(&s->goals, o->goals);
	if (!err)
		return 0;
	atomic_file_abort(&s->out);
	return cannot_write(o->goals, err);
}

void
compare_results_abort(struct compare_session *s)
{
	atomic_file_abort(&s->out);
	if (s->settings->goals)
		atomic_file_abort(&s->goals);
}

int
compare_results_commit(struct compare_session *s)
{
	const struct compare_settings *o = s->settings;
	int err = o->goals ? atomic_file_commit(&s->goals) : 0;

	if (err) {
		atomic_file_abort(&s->out);
		return cannot_write(o->goals, err);
	}
	err = atomic_file_commit(&s->out);
	return err ? cannot_write(o->out, err) : 0;
}
