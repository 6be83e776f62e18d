/*
 * compare_measure.c: a comparison's machine, memory, libraries and run
 */
#include "compare_session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare_goals.h"
#include "domain.h"
#include "verb.h"

#define REFUSED 2

int
compare_refuse(const char *reason)
{
	verb_fail("refused: %s", reason);
	return REFUSED;
}

int
compare_out_of_memory(void)
{
	return verb_fail("cannot compare: out of memory");
}

/* Whether this CPU's streaming stores are known to leave the cache: by what an
 * untuned library would trust, and what the probe saw. */
static bool
is_streaming_promised(const struct compare_session *s)
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
buffers_open(struct compare_session *s, char error[PLATFORM_ERROR_BYTES])
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
buffers_close(struct compare_session *s)
{
	for (size_t i = 0; i < s->buffers; i++) {
		buffer_close(&s->dest[i]);
		buffer_close(&s->src[i]);
	}
}

/* Measures again what is in doubt, then what is no cell. 0 or -errno with one
 * line in error. */
static int
goals_measure(struct compare_session *s, char error[LIBRARY_ERROR_BYTES])
{
	struct compare_run *again = &s->again;
	int err = compare_goals_doubt(&s->run, again);

	if (err) {
		snprintf(error, LIBRARY_ERROR_BYTES,
			"cannot compare: out of memory");
		return err;
	}
	/* What is copied of the first part, and not of the second. */
	steal_read(&again->steal);
	again->quiet = (struct quiet){
		.cpu = s->run.quiet.cpu, .alone = s->run.quiet.alone};
	again->seconds = s->settings->seconds * COMPARE_AGAIN_SHARE;
	again->patience_s = s->settings->patience_s * COMPARE_AGAIN_SHARE;
	again->seed = s->run.seed + s->run.rounds;
	if (again->work.cell_count)
		err = compare_run(again, error);
	return err ? err : compare_calls_measure(&s->calls, &s->run, error);
}

/* The time stolen is that of the worse part: the first may be much longer. */
static int
parts_measure(struct compare_session *s, char error[LIBRARY_ERROR_BYTES])
{
	int err = compare_run(&s->run, error);

	s->steal_pct = steal_pct(&s->run.steal);
	if (err || !s->settings->goals)
		return err;
	err = goals_measure(s, error);
	s->steal_pct = fmax(s->steal_pct, steal_pct(&s->again.steal));
	return err;
}

static int
run(struct compare_session *s)
{
	char error[LIBRARY_ERROR_BYTES];
	int status;

	if (compare_run_open(&s->run))
		return compare_out_of_memory();
	if (parts_measure(s, error))
		status = verb_fail("%s", error);
	else
		status = compare_results_write(s);
	compare_run_free(&s->again);
	plan_free(&s->again.work);
	compare_run_free(&s->run);
	return status;
}

/* Memory for the threads, then the run. */
static int
crew_use(struct compare_session *s)
{
	char error[PLATFORM_ERROR_BYTES];
	size_t threads = s->crew.count;
	int status;

	s->run.crew = &s->crew;
	s->dest = calloc(threads, sizeof(*s->dest));
	s->src = calloc(threads, sizeof(*s->src));
	s->run.benches = calloc(threads, sizeof(*s->run.benches));
	if (!s->dest || !s->src || !s->run.benches)
		status = compare_out_of_memory();
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
prepare(struct compare_session *s)
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
work_prepare(struct compare_session *s)
{
	struct compare_settings *o = s->settings;
	struct plan_filter filter;

	if (plan_filter_parse(&filter, o->only) ||
		plan_expand_compare(&s->run.work, &filter))
		return compare_out_of_memory();
	if (s->run.work.cell_count == 0) {
		plan_free(&s->run.work);
		return verb_fail(
			"--only: nothing is left to compare: %s", o->only);
	}
	s->run.libs = &o->libs;
	s->run.seed = o->seed;
	if (!o->seconds)
		o->seconds = o->plan->compare_s;
	o->patience_s = fmin(
		o->patience_s, o->seconds * COMPARE_PATIENCE_SHARE);
	s->run.seconds = o->seconds;
	s->run.patience_s = o->patience_s;
	if (o->goals) {
		s->run.choose_s = o->seconds * COMPARE_CHOOSE_SHARE;
		s->run.seconds *= 1 - COMPARE_AGAIN_SHARE;
		s->run.patience_s *= 1 - COMPARE_AGAIN_SHARE;
	}
	s->run.rounds_most = o->plan->compare_rounds_most;
	return 0;
}

int
compare_measure(struct compare_settings *settings)
{
	char error[PLATFORM_ERROR_BYTES];
	struct compare_session s = {.settings = settings};
	int status;

	if (platform_load(&s.platform, NULL, error))
		return verb_fail("%s", error);
	if (timing_open(&s.timing, error)) {
		status = compare_refuse(error);
		goto free_platform;
	}
	status = work_prepare(&s);
	if (status)
		goto free_platform;
	status = compare_results_open(&s);
	if (status)
		goto free_work;
	status = compare_results_facts(&s);
	if (!status)
		status = prepare(&s);
	provenance_free(&s.facts);
	if (status)
		compare_results_abort(&s);
	else
		status = compare_results_commit(&s);
free_work:
	plan_free(&s.run.work);
free_platform:
	platform_free(&s.platform);
	return status;
}
