/*
 * scratch.c: files and leak checks for tests
 */
#include "scratch.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static char dir[PATH_MAX];
static pid_t owner;

/* The paths handed out, one a name. */
struct path {
	struct path *next;
	char *text;
};
static struct path *paths;

static int
entry_remove(
	const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st, (void)type, (void)where;
	return remove(path);
}

static void
dir_remove(void)
{
	if (getpid() == owner)
		nftw(dir, entry_remove, 16, FTW_DEPTH | FTW_PHYS);
}

const char *
scratch_path(const char *name)
{
	const char *base = getenv("TMPDIR");
	struct path *p;
	char *text;

	if (!*dir) {
		snprintf(dir, sizeof(dir), "%s/pmem-test.XXXXXX",
			base ? base : "/tmp");
		CHECK(mkdtemp(dir), "%s", dir);
		owner = getpid();
		atexit(dir_remove);
	}
	for (p = paths; p; p = p->next) {
		if (!strcmp(p->text + strlen(dir) + 1, name))
			return p->text;
	}
	p = malloc(sizeof(*p));
	CHECK(p && asprintf(&text, "%s/%s", dir, name) > 0, "%s", name);
	*p = (struct path){paths, text};
	paths = p;
	return text;
}

const char *
scratch_file(const char *name, size_t len_bytes, int fill)
{
	const char *path = scratch_path(name);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	char block[4096];

	memset(block, fill, sizeof(block));
	CHECK(fd >= 0, "%s", path);
	while (len_bytes) {
		size_t part = len_bytes < sizeof(block) ? len_bytes :
							  sizeof(block);

		CHECK(write(fd, block, part) == (ssize_t)part, "%s", path);
		len_bytes -= part;
	}
	close(fd);
	return path;
}

off_t
scratch_len(const char *path)
{
	struct stat st;

	return lstat(path, &st) ? -1 : st.st_size;
}

const char *
scratch_setuid_copy(void)
{
	const char *path = scratch_path("setuid");
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), to;
	struct stat st;

	if (geteuid())
		return NULL;
	to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	CHECK(from >= 0 && to >= 0 && !fstat(from, &st), "%s", path);
	for (off_t left = st.st_size; left;) {
		ssize_t n = sendfile(to, from, NULL, (size_t)left);

		CHECK(n > 0, "%s", path);
		left -= n;
	}
	/* In this order: a change of owner takes the bit away. */
	CHECK(!fchown(to, 65534, 65534) && !fchmod(to, 04755), "%s", path);
	close(from);
	close(to);
	return path;
}

static int
entries_count(const char *path)
{
	DIR *d = opendir(path);
	int count = 0;

	CHECK(d, "%s", path);
	while (readdir(d))
		count++;
	closedir(d);
	return count;
}

int
scratch_count(void)
{
	scratch_path("");
	return entries_count(dir) - 2; /* . and .. */
}

struct holdings
holdings_take(void)
{
	struct holdings h = {.descriptors = entries_count("/proc/self/fd")};
	FILE *maps = fopen("/proc/self/maps", "re");
	uintptr_t start, end;
	char line[PATH_MAX + 128];

	CHECK(maps, "/proc/self/maps");
	while (fgets(line, sizeof(line), maps)) {
		CHECK(sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &start, &end) == 2,
			"%s", line);
		if (strstr(line, "[heap]") || strstr(line, "[stack]"))
			continue;
		h.mapped_bytes += end - start;
	}
	fclose(maps);
	return h;
}

void
holdings_check(const struct holdings *before, const char *what)
{
	struct holdings now = holdings_take();

	CHECK(now.descriptors == before->descriptors,
		"%s: %d descriptors, were %d", what, now.descriptors,
		before->descriptors);
	CHECK(now.mapped_bytes == before->mapped_bytes,
		"%s: %zu bytes mapped, were %zu", what, now.mapped_bytes,
		before->mapped_bytes);
}

int
child_run(int (*function)(void *arg), void *arg)
{
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	CHECK(child >= 0, "fork");
	if (!child)
		exit(function(arg));
	CHECK(waitpid(child, &status, 0) == child, "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
