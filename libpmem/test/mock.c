/*
 * mock.c: the calls that the linker leads here
 */
#include "mock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "check.h"

/* What a manual page says that may happen to a correct call. */
#define ERRNOS_MAX 8
static const struct {
	const char *call;
	int errnos[ERRNOS_MAX];
} choices[] = {
	{"open", {EACCES, EMFILE, ENFILE, ENOMEM, EROFS, EIO, EINTR, ENODEV}},
	{"openat", {EACCES, EMFILE, ENFILE, ENOSPC, EDQUOT, EROFS}},
	{"stat", {EACCES, ENOMEM, EIO, ENOENT}},
	{"fstat", {EIO, ENOMEM, EOVERFLOW}},
	{"lstat", {EACCES, EIO, ENOMEM}},
	{"readlink", {EACCES, EIO, ENOENT, ENOMEM}},
	{"read", {EIO, EACCES, EINTR}},
	{"write", {EIO, EACCES, EINTR, ENXIO}},
	{"short write", {EIO}},
	{"close", {EIO, EINTR, ENOSPC}},
	{"mmap", {ENOMEM, EACCES, EAGAIN, ENFILE, EPERM, EOPNOTSUPP, EINVAL}},
	{"munmap", {ENOMEM}},
	{"msync", {EIO, EBUSY, ENOMEM}},
	{"ftruncate", {EIO, ENOSPC, EFBIG, EDQUOT, EPERM, EINTR}},
	{"posix_fallocate",
		{ENOSPC, EDQUOT, EIO, EFBIG, EOPNOTSUPP, EINTR, ENOMEM}},
	{"unlink", {EIO, EPERM, EBUSY}},
	{"unlinkat", {EIO, EPERM, EBUSY}},
	{"getrandom", {EINTR, ENOSYS}},
	{"opendir", {EACCES, EMFILE, ENOENT, ENOMEM}},
	{"readdir", {EIO, EBADF}},
	{"closedir", {EINTR}},
	{"fopen", {EMFILE, EACCES, ENOMEM}},
	{"fscanf", {EIO}},
	{"fclose", {EINTR}},
	{"asprintf", {ENOMEM}},
	{"calloc", {ENOMEM}},
	{"malloc", {ENOMEM}},
};

static struct {
	const char *sysfs, *only; /* only: the call that is to fail */
	ino_t dax;
	bool map_sync, no_tmpfile, no_room, places_itself, armed;
	struct stat closed;
	int place, choice, err;
	struct mock_failure failure;
	void *left; /* by a munmap */
	size_t left_bytes;
	int left_dir; /* by an unlinkat: a copy of the descriptor */
	char left_name[NAME_MAX + 1];
} mock = {.left_dir = -1};

/* The linker's names: of a call as it is, and of what stands in for it. */
#define CALL(type, name, ...) \
	type __real_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

CALL(int, open, const char *path, int flags, ...);
CALL(int, openat, int dir, const char *path, int flags, ...);
CALL(int, stat, const char *path, struct stat *st);
CALL(int, fstat, int fd, struct stat *st);
CALL(int, lstat, const char *path, struct stat *st);
CALL(ssize_t, readlink, const char *path, char *buf, size_t size);
CALL(ssize_t, read, int fd, void *buf, size_t size);
CALL(ssize_t, write, int fd, const void *buf, size_t size);
CALL(int, close, int fd);
CALL(void *, mmap, void *addr, size_t len, int prot, int flags, int fd,
	off_t offset);
CALL(int, munmap, void *addr, size_t len);
CALL(int, msync, void *addr, size_t len, int flags);
CALL(int, ftruncate, int fd, off_t len);
CALL(int, posix_fallocate, int fd, off_t offset, off_t len);
CALL(int, unlink, const char *path);
CALL(int, unlinkat, int dir, const char *path, int flags);
CALL(ssize_t, getrandom, void *buf, size_t size, unsigned flags);
CALL(DIR *, opendir, const char *path);
CALL(struct dirent *, readdir, DIR *dir);
CALL(int, closedir, DIR *dir);
CALL(FILE *, fopen, const char *path, const char *mode);
CALL(int, fclose, FILE *stream);
CALL(int, asprintf, char **text, const char *format, ...);
CALL(void *, calloc, size_t count, size_t size);
CALL(void *, malloc, size_t size);

void
mock_sysfs(const char *dir)
{
	mock.sysfs = dir;
}

void
mock_dax(const char *path)
{
	struct stat st = {0};

	CHECK(!path || !__real_stat(path, &st), "%s", path);
	mock.dax = st.st_ino;
}

void
mock_map_sync(bool granted)
{
	mock.map_sync = granted;
}

void
mock_no_tmpfile(bool refused)
{
	mock.no_tmpfile = refused;
}

void
mock_places_itself(bool always)
{
	mock.places_itself = always;
}

void
mock_no_room(bool refused)
{
	mock.no_room = refused;
}

struct stat
mock_closed(void)
{
	return mock.closed;
}

void
mock_fail(int place, int choice)
{
	mock.failure = (struct mock_failure){NULL, 0};
	mock.only = NULL;
	mock.place = place;
	mock.choice = choice;
	mock.armed = true;
}

void
mock_fail_call(const char *call, int err)
{
	mock_fail(0, 0);
	mock.only = call;
	mock.err = err;
}

struct mock_failure
mock_disarm(void)
{
	mock.armed = false;
	if (mock.left)
		__real_munmap(mock.left, mock.left_bytes);
	mock.left = NULL;
	if (mock.left_dir >= 0) {
		__real_unlinkat(mock.left_dir, mock.left_name, 0);
		__real_close(mock.left_dir);
	}
	mock.left_dir = -1;
	return mock.failure;
}

static int
errno_choose(const char *call)
{
	for (size_t i = 0; i < sizeof(choices) / sizeof(*choices); i++) {
		if (strcmp(choices[i].call, call) != 0)
			continue;
		return mock.choice < ERRNOS_MAX ?
			       choices[i].errnos[mock.choice] :
			       0;
	}
	CHECK(false, "no errnos are listed for %s", call);
}

/* Whether this call is the one that fails; then errno says how. */
static bool
fails(const char *call)
{
	if (!mock.armed || (mock.only && strcmp(mock.only, call) != 0) ||
		mock.place-- > 0)
		return false;
	mock.armed = false;
	mock.failure.call = call;
	mock.failure.err = mock.only ? mock.err : errno_choose(call);
	if (mock.failure.err)
		errno = mock.failure.err;
	return mock.failure.err;
}

/* The path that stands for path; buf has PATH_MAX bytes. */
static const char *
path_lead(const char *path, char *buf)
{
	if (!mock.sysfs || strncmp(path, "/sys/", 5) != 0)
		return path;
	CHECK(snprintf(buf, PATH_MAX, "%s%s", mock.sysfs, path) < PATH_MAX,
		"%s", path);
	return buf;
}

static void
dax_pose(struct stat *st)
{
	if (!mock.dax || st->st_ino != mock.dax)
		return;
	st->st_mode = S_IFCHR | 0600;
	st->st_rdev = makedev(MOCK_DAX_MAJOR, MOCK_DAX_MINOR);
	st->st_size = 0;
}

static mode_t
mode_take(int flags, va_list args)
{
	bool creates = flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE;

	return creates ? va_arg(args, mode_t) : 0;
}

int
__wrap_open(const char *path, int flags, ...)
{
	char buf[PATH_MAX];
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = mode_take(flags, args);
	va_end(args);
	CHECK(!mock.armed || (flags & O_CLOEXEC), "%s would be inherited",
		path);
	if (fails("open"))
		return -1;
	if (mock.no_tmpfile && (flags & O_TMPFILE) == O_TMPFILE) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return __real_open(path_lead(path, buf), flags, mode);
}

int
__wrap_openat(int dir, const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = mode_take(flags, args);
	va_end(args);
	CHECK(!mock.armed || (flags & O_CLOEXEC), "%s would be inherited",
		path);
	return fails("openat") ? -1 : __real_openat(dir, path, flags, mode);
}

int
__wrap_stat(const char *path, struct stat *st)
{
	if (fails("stat") || __real_stat(path, st))
		return -1;
	dax_pose(st);
	return 0;
}

int
__wrap_fstat(int fd, struct stat *st)
{
	if (fails("fstat") || __real_fstat(fd, st))
		return -1;
	dax_pose(st);
	return 0;
}

int
__wrap_lstat(const char *path, struct stat *st)
{
	return fails("lstat") ? -1 : __real_lstat(path, st);
}

ssize_t
__wrap_readlink(const char *path, char *buf, size_t size)
{
	char led[PATH_MAX];

	return fails("readlink") ?
		       -1 :
		       __real_readlink(path_lead(path, led), buf, size);
}

ssize_t
__wrap_read(int fd, void *buf, size_t size)
{
	return fails("read") ? -1 : __real_read(fd, buf, size);
}

ssize_t
__wrap_write(int fd, const void *buf, size_t size)
{
	if (fails("write"))
		return -1;
	return fails("short write") ? 0 : __real_write(fd, buf, size);
}

int
__wrap_close(int fd)
{
	bool failed = fails("close");
	int err = errno;
	struct stat st;

	if (!__real_fstat(fd, &st) && S_ISREG(st.st_mode))
		mock.closed = st;
	if (!failed)
		return __real_close(fd);
	__real_close(fd);
	errno = err;
	return -1;
}

void *
__wrap_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
	if (fails("mmap"))
		return MAP_FAILED;
	if (mock.no_room && fd >= 0) {
		errno = ENOMEM;
		return MAP_FAILED;
	}
	if (mock.places_itself && fd >= 0 && addr) {
		errno = EINVAL;
		return MAP_FAILED;
	}
	if (mock.map_sync && (flags & MAP_SYNC))
		flags = MAP_SHARED;
	return __real_mmap(addr, len, prot, flags, fd, offset);
}

int
__wrap_munmap(void *addr, size_t len)
{
	if (!fails("munmap"))
		return __real_munmap(addr, len);
	mock.left = addr;
	mock.left_bytes = len;
	return -1;
}

int
__wrap_msync(void *addr, size_t len, int flags)
{
	return fails("msync") ? -1 : __real_msync(addr, len, flags);
}

int
__wrap_ftruncate(int fd, off_t len)
{
	return fails("ftruncate") ? -1 : __real_ftruncate(fd, len);
}

int
__wrap_posix_fallocate(int fd, off_t offset, off_t len)
{
	return fails("posix_fallocate") ?
		       errno :
		       __real_posix_fallocate(fd, offset, len);
}

int
__wrap_unlink(const char *path)
{
	return fails("unlink") ? -1 : __real_unlink(path);
}

int
__wrap_unlinkat(int dir, const char *path, int flags)
{
	int err;

	if (!fails("unlinkat"))
		return __real_unlinkat(dir, path, flags);
	err = errno;
	mock.left_dir = dup(dir);
	snprintf(mock.left_name, sizeof(mock.left_name), "%s", path);
	errno = err;
	return -1;
}

ssize_t
__wrap_getrandom(void *buf, size_t size, unsigned flags)
{
	return fails("getrandom") ? -1 : __real_getrandom(buf, size, flags);
}

DIR *
__wrap_opendir(const char *path)
{
	char buf[PATH_MAX];

	return fails("opendir") ? NULL : __real_opendir(path_lead(path, buf));
}

struct dirent *
__wrap_readdir(DIR *dir)
{
	return fails("readdir") ? NULL : __real_readdir(dir);
}

int
__wrap_closedir(DIR *dir)
{
	bool failed = fails("closedir");
	int err = errno;

	if (!failed)
		return __real_closedir(dir);
	__real_closedir(dir);
	errno = err;
	return -1;
}

static ssize_t
stream_fail(void *cookie, char *buf, size_t size)
{
	(void)cookie, (void)buf, (void)size;
	errno = EIO;
	return -1;
}

/* Reads of a stream are calls of libc's own: to fail, they need a stream that
 * does. */
FILE *
__wrap_fopen(const char *path, const char *mode)
{
	CHECK(!mock.armed || strchr(mode, 'e'), "%s would be inherited", path);
	if (fails("fopen"))
		return NULL;
	if (fails("fscanf"))
		return fopencookie(NULL, "r",
			(cookie_io_functions_t){.read = stream_fail});
	return __real_fopen(path, mode);
}

int
__wrap_fclose(FILE *stream)
{
	bool failed = fails("fclose");
	int err = errno;

	if (!failed)
		return __real_fclose(stream);
	__real_fclose(stream);
	errno = err;
	return EOF;
}

int
__wrap_asprintf(char **text, const char *format, ...)
{
	va_list args;
	int n;

	if (fails("asprintf"))
		return -1;
	va_start(args, format);
	n = vasprintf(text, format, args);
	va_end(args);
	return n;
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails("calloc") ? NULL : __real_calloc(count, size);
}

void *
__wrap_malloc(size_t size)
{
	return fails("malloc") ? NULL : __real_malloc(size);
}
