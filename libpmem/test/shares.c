/*
 * shares.c: processes and the pipe that brings their counts back
 */
#include "shares.h"

#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

bool
shares_run(void (*run)(size_t first, size_t step, uint64_t *counts),
	uint64_t counts[SHARES_COUNTS])
{
	uint64_t part[SHARES_COUNTS] = {0};
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	size_t step = cpus > 0 ? (size_t)cpus : 1;
	bool all_well = true;
	int fd[2], status;

	CHECK(!pipe(fd), "pipe");
	fflush(stdout);
	for (size_t first = 0; first < step; first++) {
		pid_t pid = fork();

		CHECK(pid >= 0, "fork");
		if (pid == 0) {
			run(first, step, part);
			fflush(stdout);
			CHECK(write(fd[1], part, sizeof(part)) == sizeof(part),
				"pipe");
			_exit(0);
		}
	}
	for (size_t first = 0; first < step; first++) {
		CHECK(wait(&status) > 0, "wait");
		if (WIFSIGNALED(status))
			fprintf(stderr, "killed by signal %d\n",
				WTERMSIG(status));
		if (status != 0) {
			all_well = false;
			continue;
		}
		CHECK(read(fd[0], part, sizeof(part)) == sizeof(part), "pipe");
		for (size_t i = 0; i < SHARES_COUNTS; i++)
			counts[i] += part[i];
	}
	close(fd[0]);
	close(fd[1]);
	return all_well;
}
