/*
 * shares.c: jobs in processes
 */
#include "shares.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

void *
shares_memory(size_t size_bytes)
{
	void *p = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED, "no shared memory");
	return p;
}

static void
job_begin(size_t job, void (*run)(size_t job))
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	CHECK(pid >= 0, "fork");
	if (pid)
		return;
	run(job);
	fflush(stdout);
	_exit(0);
}

static bool
job_end(size_t job_count)
{
	int status;

	CHECK(wait(&status) > 0, "wait");
	if (WIFSIGNALED(status))
		fprintf(stderr, "one of %zu jobs was killed by signal %d\n",
			job_count, WTERMSIG(status));
	return status == 0;
}

bool
shares_run(size_t job_count, void (*run)(size_t job))
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	size_t begun = 0, ended = 0;
	bool all_well = true;

	while (ended < begun || (all_well && begun < job_count)) {
		if (all_well && begun < job_count &&
			begun - ended < (size_t)(cpus > 0 ? cpus : 1)) {
			job_begin(begun++, run);
			continue;
		}
		if (!job_end(job_count))
			all_well = false;
		ended++;
	}
	return all_well;
}
