/*
 * sweep_processes.c: the starts of a sweep, one process after the other
 *
 * Signals that end the sweep go on to the process that measures, which leaves
 * the file whole and returns.
 */
#include "sweep.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "verb.h"

static volatile sig_atomic_t interrupted;
static volatile pid_t child;

static void
interrupt(int signal_number)
{
	interrupted = 1;
	if (child > 0)
		kill(child, signal_number);
}

/* Starts a process that does the job and says what patience is left; its
 * status, an enum sweep_status. */
static int
start_run(struct sweep_job *job)
{
	char descriptor[16];
	char *const argv[] = {"pmem-bench", "sweep-start", descriptor, NULL};
	int status, fd = memfd_create("pmem-bench-job", 0);
	ssize_t got;

	if (fd < 0 || pwrite(fd, job, sizeof(*job), 0) != sizeof(*job))
		return verb_fail("cannot start: %s", strerror(errno));
	snprintf(descriptor, sizeof(descriptor), "%d", fd);
	child = fork();
	if (child == 0) {
		execv("/proc/self/exe", argv);
		_exit(verb_fail("cannot start: %s", strerror(errno)));
	}
	if (child < 0) {
		close(fd);
		return verb_fail("cannot start: %s", strerror(errno));
	}
	while (waitpid(child, &status, 0) < 0)
		continue;
	child = 0;
	got = pread(fd, job, sizeof(*job), 0);
	close(fd);
	if (got != sizeof(*job))
		return verb_fail("cannot start: %s", strerror(errno));
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	return verb_fail("a start died of a signal: %s: %s",
		strsignal(WTERMSIG(status)), job->out);
}

static unsigned
rounds_settled(const struct provenance *facts, unsigned index)
{
	char key[sizeof(SWEEP_ROUNDS_KEY) + 10];
	const char *value;

	snprintf(key, sizeof(key), SWEEP_ROUNDS_KEY, index);
	value = provenance_find(facts, key);
	return value ? (unsigned)strtoul(value, NULL, 10) : 0;
}

static bool
is_finished(const struct provenance *facts, unsigned index)
{
	char key[32];

	snprintf(key, sizeof(key), "start_%u", index);
	return provenance_find(facts, key);
}

/* Seconds that a pair may wait. */
static unsigned
patience_of(const struct sweep_settings *s)
{
	unsigned plans = s->plan->patience_s;

	if (s->has_patience)
		return s->patience_s;
	return s->seconds && s->seconds < plans ? s->seconds : plans;
}

/* Shares of a start in the time of its pair: the first, which measures
 * everything, has two. */
static double
shares_of(unsigned start)
{
	return start == 0 ? 2 : 1;
}

/* Those of this start and all after it. */
static double
shares_left(const struct sweep_settings *s, unsigned start)
{
	return s->plan->starts - start + (start == 0 ? 1 : 0);
}

static double
seconds_of(const struct sweep_settings *s, unsigned start)
{
	double seconds = s->seconds ? s->seconds : s->plan->budget_s;

	return seconds * shares_of(start) / shares_left(s, 0);
}

int
sweep_processes_run(const struct sweep_settings *s,
	const struct sweep_pairs *pairs, const struct provenance *facts,
	const struct measurement_writer *w)
{
	const struct sigaction action = {.sa_handler = interrupt};
	struct sweep_job job = {
		.seed = s->seed,
		.count = (unsigned)pairs->count * s->plan->starts,
		.begun_s = timing_seconds(),
		.resume = s->resume,
		.patient = patience_of(s) > 0,
		.writer_fd = w->fd,
		.parent = getpid(),
	};
	double patience_s = 0, given_s; /* left of the pair's; the start's */
	int status = SWEEP_DONE;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/* The starts write through the same description, and share its lock. */
	if (fcntl(w->fd, F_SETFD, 0))
		return verb_fail("cannot start: %s", strerror(errno));
	snprintf(job.plan, sizeof(job.plan), "%s", s->plan->name);
	snprintf(job.only, sizeof(job.only), "%s", s->only ? s->only : "");
	snprintf(job.out, sizeof(job.out), "%s", s->out);
	for (; !status && job.index < job.count; job.index++) {
		const struct sweep_pair
			*pair = &pairs->pairs[job.index / s->plan->starts];
		unsigned start = job.index % s->plan->starts;

		if (start == 0) {
			patience_s = patience_of(s);
			job.alone = 0;
		}
		if (is_finished(facts, job.index))
			continue;
		job.cpu_node = pair->cpu_node;
		job.mem_node = pair->mem_node;
		job.rounds = rounds_settled(facts, job.index);
		job.seconds = seconds_of(s, start);
		given_s = patience_s * shares_of(start) / shares_left(s, start);
		job.patience_s = given_s;
		snprintf(job.target, sizeof(job.target), "%s", pair->target);
		status = interrupted ? SWEEP_INTERRUPTED : start_run(&job);
		patience_s -= given_s - job.patience_s;
	}
	return status;
}
