/*
 * fake_sysfs.c: open and opendir with another root for /sys
 */
#include "fake_sysfs.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

int __real_open(const char *path, int flags, mode_t mode);
int __wrap_open(const char *path, int flags, ...);
DIR *__real_opendir(const char *path);
DIR *__wrap_opendir(const char *path);

static char root[] = "/tmp/pmem-sysfs-XXXXXX";

static int
entry_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void
root_remove(void)
{
	nftw(root, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
}

static void
root_need(void)
{
	static pid_t owner;

	if (owner)
		return;
	CHECK(mkdtemp(root), "no directory like %s", root);
	owner = getpid();
	atexit(root_remove);
}

/* The place of a path below /sys, or the path itself. */
static const char *
place(const char *path, char buf[PATH_MAX])
{
	if (strncmp(path, "/sys/", 5) != 0)
		return path;
	root_need();
	snprintf(buf, PATH_MAX, "%s%s", root, path);
	return buf;
}

int
__wrap_open(const char *path, int flags, ...)
{
	char buf[PATH_MAX];
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
	va_end(args);
	return __real_open(place(path, buf), flags, mode);
}

DIR *
__wrap_opendir(const char *path)
{
	char buf[PATH_MAX];

	return __real_opendir(place(path, buf));
}

void
fake_sysfs_put(const char *path, const char *text)
{
	char buf[PATH_MAX];
	FILE *f;

	place(path, buf);
	for (char *slash = buf + sizeof(root); (slash = strchr(slash, '/'));
		slash++) {
		*slash = '\0';
		mkdir(buf, 0777);
		*slash = '/';
	}
	f = fopen(buf, "w");
	CHECK(f && fputs(text, f) >= 0 && !fclose(f), "%s", buf);
}

void
fake_sysfs_clear(void)
{
	char buf[PATH_MAX];

	nftw(place("/sys/", buf), entry_remove, 8, FTW_DEPTH | FTW_PHYS);
}
