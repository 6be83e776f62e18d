/*
 * atomic_file_test.c: an output file appears whole or not at all
 */
#include "atomic_file.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static char directory[] = "/tmp/atomic_file_test.XXXXXX";

static size_t
entries(void)
{
	DIR *d = opendir(directory);
	size_t count = 0;

	CHECK(d);
	while (readdir(d))
		count++;
	closedir(d);
	return count - 2; /* . and .. */
}

static void
content_check(const char *path, const char *wanted)
{
	char text[100] = "";
	FILE *f = fopen(path, "r");

	CHECK(f);
	CHECK(fread(text, 1, sizeof(text) - 1, f) == strlen(wanted));
	fclose(f);
	CHECK_TEXT(text, wanted);
}

static void
commit_replaces(void)
{
	struct atomic_file f;
	struct stat st;

	umask(027);
	for (int i = 0; i < 2; i++) {
		CHECK(atomic_file_open(&f, "out") == 0);
		fprintf(f.stream, "content %d\n", i);
		CHECK(entries() == (i ? 1 : 0));
		CHECK(atomic_file_commit(&f) == 0);
		content_check("out", i ? "content 1\n" : "content 0\n");
	}
	CHECK(entries() == 1);
	CHECK(stat("out", &st) == 0 && (st.st_mode & 0777) == 0640);
}

static void
abort_leaves_the_old_file(void)
{
	struct atomic_file f;

	CHECK(atomic_file_open(&f, "out") == 0);
	fprintf(f.stream, "other\n");
	atomic_file_abort(&f);
	content_check("out", "content 1\n");
	CHECK(entries() == 1);
}

static void
link_stays_a_link(void)
{
	struct atomic_file f;
	struct stat st;

	CHECK(symlink("out", "link") == 0);
	CHECK(atomic_file_open(&f, "link") == 0);
	fprintf(f.stream, "through\n");
	CHECK(atomic_file_commit(&f) == 0);
	CHECK(lstat("link", &st) == 0 && S_ISLNK(st.st_mode));
	content_check("out", "through\n");
	CHECK(unlink("link") == 0);
}

static void
failure_leaves_the_old_file(void)
{
	struct rlimit limit = {4, 4};
	int status;

	if (fork() == 0) {
		struct atomic_file f;

		signal(SIGXFSZ, SIG_IGN);
		CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
		CHECK(atomic_file_open(&f, "out") == 0);
		fprintf(f.stream, "too long\n");
		_exit(atomic_file_commit(&f) == -EFBIG ? 0 : 1);
	}
	CHECK(wait(&status) > 0 && status == 0);
	content_check("out", "through\n");
	CHECK(entries() == 1);
}

static void
hopeless_paths_are_told_early(void)
{
	struct atomic_file f;

	CHECK(atomic_file_open(&f, "nowhere/out") == -ENOENT);
	CHECK(atomic_file_open(&f, "out/out") == -ENOTDIR);
	CHECK(atomic_file_open(&f, ".") == -EISDIR);
}

static void
device_is_not_replaced(void)
{
	struct atomic_file f;
	struct stat st;

	CHECK(atomic_file_open(&f, "/dev/full") == 0);
	fprintf(f.stream, "x\n");
	CHECK(atomic_file_commit(&f) == -ENOSPC);
	CHECK(stat("/dev/full", &st) == 0 && S_ISCHR(st.st_mode));
}

int
main(void)
{
	CHECK(mkdtemp(directory) && chdir(directory) == 0);
	commit_replaces();
	abort_leaves_the_old_file();
	link_stays_a_link();
	failure_leaves_the_old_file();
	hopeless_paths_are_told_early();
	device_is_not_replaced();
	CHECK(unlink("out") == 0 && rmdir(directory) == 0);
	return 0;
}
