/*
 * sweep_start.c: one start of a sweep: the process that measures
 *
 * It binds itself, checks clock and memory, runs its rounds, and leaves in the
 * file what it saw of the machine meanwhile. What makes numbers worthless ends
 * it with a refusal, which is also a fact in the file: whoever decides from it
 * must know.
 */
#include "sweep.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "buffer.h"
#include "flaw.h"
#include "steal.h"
#include "sweep_race.h"
#include "sweep_rounds.h"
#include "verb.h"

static volatile sig_atomic_t stop;

static void
stop_request(int signal_number)
{
	(void)signal_number;
	stop = 1;
}

static void
signals_take(void)
{
	struct sigaction action = {.sa_handler = stop_request};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

struct start {
	struct sweep_job job;
	int job_fd; /* where it came from, and goes back to */
	struct platform platform;
	struct timing timing;
	struct buffer dest, src;
	struct sweep_rounds rounds;
	struct steal steal;
	size_t retakes;
};

/* Says why the start ends, on stderr and in the file. */
static int
refuse(const struct start *s, const char *reason)
{
	struct measurement_writer writer = {s->job.writer_fd};
	struct provenance fact = {0};

	if (provenance_add(&fact, "refused", reason) ||
		measurement_comment(&writer, &fact))
		verb_fail("cannot write: %s", s->job.out);
	provenance_free(&fact);
	verb_fail("refused: %s", reason);
	return SWEEP_REFUSED;
}

static int
fail(const struct start *s, int err)
{
	verb_fail("cannot measure: %s: %s", strerror(-err), s->job.out);
	return SWEEP_FAILED;
}

/* Marks what a resumed file holds already. */
static int
done_load(struct start *s)
{
	char error[PROVENANCE_ERROR_BYTES];
	struct sweep_rounds *r = &s->rounds;
	struct measurements measured = {0};
	int err;

	err = sweep_done_open(&r->done, &r->work, r->plan->rounds_most);
	if (err || !s->job.resume)
		return err;
	err = measurements_read(
		&measured, s->job.out, MEASUREMENT_STRICT, error);
	if (err)
		return err;
	sweep_done_mark(
		&r->done, &measured, sweep_rep_first(r->plan, s->job.index));
	measurements_free(&measured);
	return 0;
}

/* Gets the destination on the target, and a source in ordinary memory near the
 * CPU, which is where programs keep what they make persistent. */
static int
buffers_open(struct start *s, char error[PLATFORM_ERROR_BYTES])
{
	const struct platform_node *near = platform_node_find(
		&s->platform, s->job.cpu_node);
	size_t most = plan_size_most(&s->rounds.work);
	unsigned src_node = near->memory_bytes ? s->job.cpu_node :
						 s->job.mem_node;
	int err;

	err = buffer_open(&s->dest, &s->platform, s->job.target,
		s->job.mem_node, cell_dest_bytes(most), error);
	if (err)
		return err;
	err = buffer_open(&s->src, &s->platform, "dram", src_node,
		cell_src_bytes(most), error);
	if (err)
		buffer_close(&s->dest);
	return err;
}

static void
bench_set(struct start *s)
{
	s->rounds.bench = (struct cell_bench){
		.timing = &s->timing,
		.dest = s->dest.addr,
		.dest_bytes = s->dest.bytes,
		.src = s->src.addr,
		.src_bytes = s->src.bytes,
		.l1d_bytes = s->platform.l1d_bytes,
		.l2_bytes = s->platform.l2_bytes,
		.has_clflushopt = s->platform.cpu.features & CPU_CLFLUSHOPT,
		.retakes = &s->retakes,
	};
}

/* What the start saw, as a fact of the file. */
static int
facts_write(struct start *s, double seconds, double stolen_pct)
{
	const struct quiet *q = &s->rounds.quiet;
	struct provenance facts = {0};
	char key[32], states[STATES_TEXT_BYTES];
	double load = 0;
	int err;

	states_describe(&s->rounds.states, &s->timing, states);
	getloadavg(&load, 1);
	snprintf(key, sizeof(key), "start_%u", s->job.index);
	err = provenance_addf(&facts, key,
		"cpu_node %u mem_node %u rounds %u seconds %.1f steal %.2f%% "
		"load %.2f, sections taken again %zu; core shared with "
		"another thread: %.1f%% of samples, taken again %zu, seconds "
		"%.1f, least ratio %.3f; in cache after preparing: %s",
		s->job.cpu_node, s->job.mem_node, s->rounds.rounds, seconds,
		stolen_pct, load, s->retakes, quiet_shared_pct(q), q->again,
		q->spent_s, q->alone, states);
	if (!err)
		err = measurement_comment(&s->rounds.writer, &facts);
	provenance_free(&facts);
	return err;
}

/* Runs the rounds and judges what happened meanwhile. */
static int
rounds_run(struct start *s)
{
	char text[FLAW_BYTES];
	double begun_s = timing_seconds(), stolen_pct, shared_pct;
	const char *flaw;
	int err;

	steal_read(&s->steal);
	s->rounds.quiet = (struct quiet){
		.timing = &s->timing,
		.platform = &s->platform,
		.cpu_node = s->job.cpu_node,
		.cpu = s->job.index,
		.steal = &s->steal,
		.look = quiet_look,
		.alone = s->job.alone,
		.patience_s = s->job.patience_s,
	};
	quiet_open(&s->rounds.quiet);
	progress_open(&s->rounds.progress, s->job.begun_s,
		(double)s->job.index / (double)s->job.count);
	err = sweep_rounds_run(&s->rounds);
	progress_close(&s->rounds.progress);
	s->job.patience_s -= s->rounds.quiet.spent_s;
	s->job.alone = s->rounds.quiet.alone;
	if (err == -EINTR)
		return SWEEP_INTERRUPTED;
	if (err)
		return fail(s, err);
	stolen_pct = steal_pct(&s->steal);
	err = facts_write(s, timing_seconds() - begun_s, stolen_pct);
	if (err)
		return fail(s, err);
	shared_pct = quiet_shared_pct(&s->rounds.quiet);
	/* Who has no patience wants what such a core gives. */
	flaw = flaw_find(&s->timing, &s->rounds.states, stolen_pct,
		s->job.patient ? shared_pct : 0, text);
	return flaw ? refuse(s, flaw) : SWEEP_DONE;
}

static int
measure(struct start *s)
{
	char error[PLATFORM_ERROR_BYTES];
	struct sweep_rounds *r = &s->rounds;
	int status, err;

	if (timing_open(&s->timing, error) || buffers_open(s, error))
		return refuse(s, error);
	bench_set(s);
	err = done_load(s);
	if (!err)
		err = sweep_counts_open(&r->counts, s->job.out,
			s->job.index == 0 && !s->job.resume);
	if (err) {
		status = fail(s, err);
	} else {
		status = rounds_run(s);
		sweep_counts_close(&r->counts);
	}
	sweep_done_close(&r->done);
	buffer_close(&s->src);
	buffer_close(&s->dest);
	return status;
}

/* Fills the plan's work in and measures. */
static int
work_run(struct start *s)
{
	const char *only = s->job.only[0] ? s->job.only : NULL;
	struct sweep_rounds *r = &s->rounds;
	struct plan_filter filter;
	int status, err;

	r->job = &s->job;
	r->plan = plan_find(s->job.plan);
	r->writer.fd = s->job.writer_fd;
	r->stop = &stop;
	err = plan_filter_parse(&filter, only);
	if (!err)
		err = plan_expand(
			&r->work, r->plan, s->platform.cpu.features, &filter);
	if (err)
		return fail(s, err);
	err = sweep_race(
		&r->work, &s->job, r->plan, &filter, s->platform.cpu.features);
	status = err ? fail(s, err) : measure(s);
	plan_free(&r->work);
	return status;
}

static int
job_read(struct start *s, const char *descriptor)
{
	s->job_fd = atoi(descriptor);
	return pread(s->job_fd, &s->job, sizeof(s->job), 0) ==
			       (ssize_t)sizeof(s->job) ?
		       0 :
		       -EINVAL;
}

/* Hands the job back. What cannot be written stays as it was: later starts wait
 * longer then, and learn anew what the core is like. */
static void
job_return(const struct start *s)
{
	(void)!pwrite(s->job_fd, &s->job, sizeof(s->job), 0);
}

int
sweep_start_main(int argc, char **argv)
{
	char error[PLATFORM_ERROR_BYTES];
	struct start s = {0};
	int status;

	if (argc != 2 || job_read(&s, argv[1]))
		return verb_fail("sweep-start is for the sweep alone: see "
				 "pmem-bench sweep --help");
	signals_take();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != s.job.parent)
		return SWEEP_INTERRUPTED;
	if (platform_load(&s.platform, NULL, error))
		return verb_fail("%s", error);
	if (platform_bind(&s.platform, s.job.cpu_node, s.job.index, error))
		status = refuse(&s, error);
	else
		status = work_run(&s);
	platform_free(&s.platform);
	job_return(&s);
	return status;
}
