/*
 * compare_measure.c: machine, memory, libraries, run, file
 */
#include "compare.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "atomic_file.h"
#include "buffer.h"
#include "compare_calls.h"
#include "compare_goals.h"
#include "domain.h"
#include "facts.h"
#include "steal.h"
#include "verb.h"

#define COMPARE_SCHEMA "1"

#define REFUSED 2

/* Where goals are asked for: shares of the time for choosing among candidates,
 * all of which every round measures, and for cells in doubt. */
#define CHOOSE_SHARE 0.35
#define AGAIN_SHARE 0.3

struct session {
	struct compare_settings *settings;
	struct platform platform;
	struct timing timing;
	struct provenance facts;
	struct crew crew;
	struct atomic_file out, goals;
	struct buffer *dest, *src; /* one a thread */
	size_t buffers; /* open ones of each */
	size_t retakes;
	struct compare_run run;
};

static int
refuse(const char *reason)
{
	verb_fail("refused: %s", reason);
	return REFUSED;
}

static int
out_of_memory(void)
{
	return verb_fail("cannot compare: out of memory");
}

static int
cannot_write(const char *path, int err)
{
	return verb_fail("cannot write: %s: %s", strerror(-err), path);
}

/* Facts of the machine: those of platform.tsv, or collected now. */
static int
facts_load(struct session *s)
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
		return out_of_memory();
	return 0;
}

/* Whether this CPU's streaming stores are known to leave the cache: by what an
 * untuned library would trust, and what the probe saw. */
static bool
is_streaming_promised(const struct session *s)
{
	const struct env unset = {
		.no_flush = ENV_OFF,
		.movnt_durable = ENV_UNSET,
	};
	const char *verdict = provenance_find(&s->facts, "movnt_verdict");
	const char *reason;

	return domain_choose(&unset, &s->platform.cpu,
		       verdict && strcmp(verdict, "retained") == 0 ?
			       MOVNT_RETAINED :
			       MOVNT_UNKNOWN,
		       &reason) != DOMAIN_ADR;
}

static unsigned
cpu_node_first(const struct platform *p)
{
	for (size_t i = 0; i < p->node_count; i++) {
		if (p->nodes[i].cpu_count)
			return p->nodes[i].node;
	}
	return 0;
}

/* Destination on the target and source near the CPU, for each thread; dram is
 * that of the CPU's node. */
static int
buffers_open(struct session *s, char error[PLATFORM_ERROR_BYTES])
{
	size_t most = plan_size_most(&s->run.work);
	unsigned node = s->run.cpu_node;

	for (size_t i = 0; i < s->settings->threads; i++) {
		int err = buffer_open(&s->dest[i], &s->platform,
			s->settings->target, node, cell_dest_bytes(most),
			error);

		if (err)
			return err;
		err = buffer_open(&s->src[i], &s->platform, "dram", node,
			cell_src_bytes(most), error);
		if (err) {
			buffer_close(&s->dest[i]);
			return err;
		}
		s->run.benches[i] = (struct cell_bench){
			.timing = &s->timing,
			.dest = s->dest[i].addr,
			.dest_bytes = s->dest[i].bytes,
			.src = s->src[i].addr,
			.src_bytes = s->src[i].bytes,
			.l1d_bytes = s->platform.l1d_bytes,
			.l2_bytes = s->platform.l2_bytes,
			.has_clflushopt = s->platform.cpu.features &
					  CPU_CLFLUSHOPT,
			.crew = &s->crew,
			.retakes = i == 0 ? &s->retakes : NULL,
		};
		s->buffers++;
	}
	return 0;
}

static void
buffers_close(struct session *s)
{
	for (size_t i = 0; i < s->buffers; i++) {
		buffer_close(&s->dest[i]);
		buffer_close(&s->src[i]);
	}
}

static int
libs_facts(struct session *s)
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

/* What a reader of the file must know of the run. */
static int
run_facts(struct session *s, const struct steal *before)
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
			&s->facts, "steal_pct", "%.2f", steal_pct(before));
	if (!err)
		err = provenance_addf(
			&s->facts, "sections_taken_again", "%zu", s->retakes);
	if (!err)
		err = provenance_addf(&s->facts, "load", "%.2f", load);
	if (!err)
		err = provenance_add(
			&s->facts, "cached_after_preparing", states);
	return err;
}

/* Judges the run, writes what becomes the file, prints the table. */
static int
results_write(struct session *s, const struct steal *before)
{
	char text[TIMING_ERROR_BYTES + STATES_TEXT_BYTES];
	const char *flaw;

	if (timing_recheck(&s->timing, text))
		return refuse(text);
	flaw = states_flaw(&s->run.states, &s->timing, text);
	if (flaw)
		return refuse(flaw);
	if (steal_pct(before) > PLAN_STEAL_MOST_PCT)
		return refuse(
			"the hypervisor stole too much of the CPU's time");
	if (run_facts(s, before))
		return out_of_memory();
	provenance_write(&s->facts, "# ", s->out.stream);
	if (compare_print(&s->run, s->out.stream, stdout))
		return out_of_memory();
	return 0;
}

/* Measures doubtful cells again, then what is no cell, and writes goals.tsv. */
static int
goals_write(struct session *s, struct compare_run *again,
	char error[LIBRARY_ERROR_BYTES])
{
	FILE *out = s->goals.stream;
	int err = 0;

	again->seconds = s->settings->seconds * AGAIN_SHARE;
	again->seed = s->run.seed + s->run.rounds;
	if (again->work.cell_count)
		err = compare_run(again, error);
	if (err)
		return err;
	provenance_write(&s->facts, "# ", out);
	err = compare_goals_write(&s->run, again, out);
	if (err)
		snprintf(error, LIBRARY_ERROR_BYTES,
			"cannot judge goals: out of memory");
	return err ? err : compare_calls_write(&s->run, out, error);
}

static int
goals_measure(struct session *s)
{
	char error[LIBRARY_ERROR_BYTES];
	struct compare_run again;
	int err;

	if (!s->settings->goals)
		return 0;
	if (compare_goals_doubt(&s->run, &again))
		return out_of_memory();
	err = goals_write(s, &again, error);
	compare_run_free(&again);
	plan_free(&again.work);
	return err ? verb_fail("%s", error) : 0;
}

static int
run(struct session *s)
{
	char error[LIBRARY_ERROR_BYTES];
	struct steal before;
	int status;

	if (compare_run_open(&s->run))
		return out_of_memory();
	steal_read(&before);
	if (compare_run(&s->run, error))
		status = verb_fail("%s", error);
	else
		status = results_write(s, &before);
	if (!status)
		status = goals_measure(s);
	compare_run_free(&s->run);
	return status;
}

/* Memory for the threads, then the run. */
static int
crew_use(struct session *s)
{
	char error[PLATFORM_ERROR_BYTES];
	size_t threads = s->crew.count;
	int status;

	s->run.crew = &s->crew;
	s->dest = calloc(threads, sizeof(*s->dest));
	s->src = calloc(threads, sizeof(*s->src));
	s->run.benches = calloc(threads, sizeof(*s->run.benches));
	if (!s->dest || !s->src || !s->run.benches)
		status = out_of_memory();
	else if (buffers_open(s, error))
		status = verb_fail("%s: %s", error, s->settings->target);
	else
		status = run(s);
	buffers_close(s);
	free(s->run.benches);
	free(s->src);
	free(s->dest);
	return status;
}

/* Threads and libraries, then the memory: there are never more threads than
 * CPUs, so their buffers stay few. */
static int
prepare(struct session *s)
{
	struct compare_settings *o = s->settings;
	char error[PLATFORM_ERROR_BYTES];
	char lib_error[LIBRARY_ERROR_BYTES];
	int status;

	s->run.cpu_node = cpu_node_first(&s->platform);
	if (o->threads == 0)
		o->threads = (unsigned)platform_node_find(
			&s->platform, s->run.cpu_node)
				     ->cpu_count;
	o->libs.has_candidates = o->goals;
	o->libs.features = s->platform.cpu.features;
	if (crew_open(
		    &s->crew, &s->platform, s->run.cpu_node, o->threads, error))
		return verb_fail("%s", error);
	if (compare_libs_open(&o->libs, is_streaming_promised(s), lib_error)) {
		status = verb_fail("%s", lib_error);
	} else {
		status = crew_use(s);
		compare_libs_close(&o->libs);
	}
	crew_close(&s->crew);
	return status;
}

static int
work_prepare(struct session *s)
{
	struct compare_settings *o = s->settings;
	struct plan_filter filter;

	if (plan_filter_parse(&filter, o->only) ||
		plan_expand_compare(&s->run.work, &filter))
		return out_of_memory();
	if (s->run.work.cell_count == 0) {
		plan_free(&s->run.work);
		return verb_fail(
			"--only: nothing is left to compare: %s", o->only);
	}
	s->run.libs = &o->libs;
	s->run.seed = o->seed;
	if (!o->seconds)
		o->seconds = o->plan->compare_s;
	s->run.seconds = o->seconds;
	if (o->goals) {
		s->run.choose_s = o->seconds * CHOOSE_SHARE;
		s->run.seconds = o->seconds * (1 - AGAIN_SHARE);
	}
	s->run.rounds_most = o->plan->compare_rounds_most;
	return 0;
}

/* Both files, or none. */
static int
files_open(struct session *s)
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

static void
files_abort(struct session *s)
{
	atomic_file_abort(&s->out);
	if (s->settings->goals)
		atomic_file_abort(&s->goals);
}

static int
files_commit(struct session *s)
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

int
compare_measure(struct compare_settings *settings)
{
	char error[PLATFORM_ERROR_BYTES];
	struct session s = {.settings = settings};
	int status;

	if (platform_load(&s.platform, NULL, error))
		return verb_fail("%s", error);
	if (timing_open(&s.timing, error)) {
		status = refuse(error);
		goto free_platform;
	}
	status = work_prepare(&s);
	if (status)
		goto free_platform;
	status = files_open(&s);
	if (status)
		goto free_work;
	status = facts_load(&s);
	if (!status)
		status = prepare(&s);
	provenance_free(&s.facts);
	if (status)
		files_abort(&s);
	else
		status = files_commit(&s);
free_work:
	plan_free(&s.run.work);
free_platform:
	platform_free(&s.platform);
	return status;
}
