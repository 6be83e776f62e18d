/*
 * compare_calls_write.c: rows of goals.tsv that are about no cell
 */
#include "compare_calls.h"

#include <math.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "goals.h"

static void
persist_write(const struct compare_calls *calls,
	const struct compare_libs *libs, FILE *out)
{
	const struct interval *peer = &calls->persist_peer;
	struct goal goal = {
		.about = "pmem_persist of a line, over inline",
		.unit = "ns",
		.at_most = true,
		.target = 2,
		.measured = true,
		.value = calls->persist,
	};

	goal_tell(&goal, "store, flush and fence; %zu pairs",
		calls->persist_pairs);
	if (libs->peer)
		goal_tell(&goal, "; the peer: %.2f [%.2f, %.2f]", peer->middle,
			peer->low, peer->high);
	goal_write(&goal, out);
}

static void
lookup_write(const struct compare_calls *calls, FILE *out)
{
	struct goal contested = {
		.about = "lookup of a row, where rows differ",
		.unit = "ns",
		.at_most = true,
		.target = 3,
		.measured = true,
		.value = calls->contested,
	};
	struct goal elsewhere = {
		.about = "lookup of a row, elsewhere",
		.unit = "ns",
		.at_most = true,
		.judge = GOAL_REACHABLE,
		.measured = true,
		.value = calls->elsewhere,
	};

	goal_tell(&contested,
		"pmem_memcpy_nodrain of %d B that flushes nothing, over the "
		"same call where rows differ nowhere; %zu pairs",
		COMPARE_LOOKUP_BYTES, calls->lookup_pairs);
	goal_tell(&elsewhere,
		"the same call, of a length that all rows agree on, over one "
		"where rows differ nowhere; met where the interval reaches 0; "
		"%zu pairs",
		calls->lookup_pairs);
	goal_write(&contested, out);
	goal_write(&elsewhere, out);
}

/* Size of a library without symbols; 0: strip failed, or there is none. */
static double
stripped_kb(const char *path)
{
	const char *parent = getenv("TMPDIR");
	char copy[256];
	char *argv[] = {"strip", "-o", copy, (char *)path, NULL};
	struct stat st = {0};
	int fd, status = 1;
	pid_t child;

	snprintf(copy, sizeof(copy), "%.200s/pmem-compare-XXXXXX",
		parent ? parent : "/tmp");
	fd = mkstemp(copy);
	if (fd < 0)
		return 0;
	close(fd);
	if (posix_spawnp(&child, "strip", NULL, NULL, argv, environ) == 0 &&
		waitpid(child, &status, 0) == child && status == 0)
		stat(copy, &st);
	unlink(copy);
	return (double)st.st_size / 1000;
}

static void
size_write(const struct compare_libs *libs, FILE *out)
{
	struct goal goal = {
		.about = "stripped libpmem.so.1",
		.unit = "KB",
		.at_most = true,
		.target = 120,
		.value = {.low = NAN},
	};

	goal.value.middle = stripped_kb(libs->libs[1].path);
	goal.measured = goal.value.middle > 0;
	goal_tell(&goal,
		goal.measured ? "%s" : "cannot strip it (binutils): %s",
		libs->libs[1].path);
	if (libs->peer)
		goal_tell(&goal, "; the peer: %.0f KB",
			stripped_kb(libs->libs[libs->peer].path));
	goal_write(&goal, out);
}

void
compare_calls_write(const struct compare_calls *calls,
	const struct compare_libs *libs, FILE *out)
{
	persist_write(calls, libs, out);
	lookup_write(calls, out);
	size_write(libs, out);
}
