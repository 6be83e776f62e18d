/*
 * file.c: opening files for pmem_map_file
 *
 * A file is examined before it is opened, so that no device is opened that is
 * no device DAX, and again through its descriptor, which is what counts.
 */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "device.h"
#include "error.h"
#include "libpmem.h"
#include "trace.h"

#define FLAGS_DEVICE (PMEM_FILE_CREATE | PMEM_FILE_SPARSE)
#define FLAGS_ALL (FLAGS_DEVICE | PMEM_FILE_EXCL | PMEM_FILE_TMPFILE)

#define OPEN_FLAGS (O_RDWR | O_CLOEXEC)

/* The least that posix_fallocate is asked for at once. */
#define PIECE_MIN_BYTES ((size_t)1 << 20)

/* As many links in a row as Linux follows. */
#define LINKS_MAX 40

/* Whether st is a file that can be mapped, and whether a device. 0 or -errno.
 */
static int
kind_find(const struct stat *st, const char *path, bool *device)
{
	int is_dax;

	*device = false;
	if (S_ISREG(st->st_mode) || S_ISDIR(st->st_mode))
		return 0;
	if (!S_ISCHR(st->st_mode))
		return error_invalid(
			"file type 0%o not supported", st->st_mode & S_IFMT);
	is_dax = device_is_dax(st->st_rdev);
	if (is_dax < 0)
		return error_set_errno(
			-is_dax, "subsystem of the device \"%s\"", path);
	if (!is_dax)
		return error_invalid(
			"\"%s\" is a character device but no Device DAX", path);
	*device = true;
	return 0;
}

static int
request_check(bool device, size_t len, int flags)
{
	if (flags & ~FLAGS_ALL)
		return error_invalid(
			"invalid flag specified %x", (unsigned)flags);
	if (device && (flags & ~FLAGS_DEVICE))
		return error_invalid(
			"flag unsupported for Device DAX %x", (unsigned)flags);
	if (device)
		return 0;
	if ((flags & PMEM_FILE_CREATE) && len > (size_t)INT64_MAX)
		return error_invalid("invalid file length %zu", len);
	if (len && !(flags & PMEM_FILE_CREATE))
		return error_invalid("non-zero 'len' not allowed without "
				     "PMEM_FILE_CREATE");
	if (!len && (flags & PMEM_FILE_CREATE))
		return error_invalid("zero 'len' not allowed with "
				     "PMEM_FILE_CREATE");
	if ((flags & PMEM_FILE_TMPFILE) && !(flags & PMEM_FILE_CREATE))
		return error_invalid("PMEM_FILE_TMPFILE not allowed without "
				     "PMEM_FILE_CREATE");
	return 0;
}

/* What a symbolic link names, to be freed; NULL and errno EINVAL if path is
 * none, or another errno. */
static char *
link_target(const char *path)
{
	char target[4096]; /* PATH_MAX: Linux has no longer links */
	ssize_t n = readlink(path, target, sizeof(target));
	const char *slash = strrchr(path, '/');
	int dir_len = slash ? (int)(slash + 1 - path) : 0;
	char *result;

	if (n < 0)
		return NULL;
	if (target[0] == '/')
		dir_len = 0;
	if (asprintf(&result, "%.*s%.*s", dir_len, path, (int)n, target) < 0)
		return NULL;
	return result;
}

/* Opens path, or creates it and knows that it did; 0 or -errno, no text. */
static int
create(struct file *file, bool excl, mode_t mode)
{
	const char *path = file->path;
	char *next;

	for (int links = 0; links < LINKS_MAX; links++) {
		file->fd = open(path, OPEN_FLAGS | O_CREAT | O_EXCL, mode);
		file->created = file->fd >= 0;
		if (file->created)
			return 0;
		if (errno != EEXIST || excl)
			return -errno;
		file->fd = open(path, OPEN_FLAGS);
		if (file->fd >= 0)
			return 0;
		if (errno != ENOENT)
			return -errno;
		/* A link to nothing: create what it names. If it is not a link,
		 * the file was removed in between. */
		next = link_target(path);
		if (next) {
			free(file->target);
			path = file->target = next;
		} else if (errno != EINVAL && errno != ENOENT) {
			return -errno;
		}
	}
	return -ELOOP;
}

/* An unnamed file where the file system has no O_TMPFILE: one with a name for a
 * moment. A descriptor or -errno. */
static int
unnamed_by_unlink(const char *dir, mode_t mode)
{
	int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	char name[sizeof("pmem.0123456789abcdef")];
	uint64_t random;
	int fd, err = 0;

	if (dir_fd < 0)
		return -errno;
	do {
		fd = -1;
		if (getrandom(&random, sizeof(random), 0) < 0)
			break;
		snprintf(name, sizeof(name), "pmem.%016llx",
			(unsigned long long)random);
		fd = openat(dir_fd, name, OPEN_FLAGS | O_CREAT | O_EXCL, mode);
	} while (fd < 0 && errno == EEXIST);
	if (fd < 0)
		err = -errno;
	if (fd >= 0 && unlinkat(dir_fd, name, 0)) {
		err = -errno;
		close(fd);
	}
	close(dir_fd);
	return err ? err : fd;
}

/* Opens the file that flags ask for; 0 or -errno. */
static int
descriptor_open(struct file *file, int flags, mode_t mode)
{
	int err = 0;

	if (flags & PMEM_FILE_TMPFILE) {
		file->fd = open(file->path, OPEN_FLAGS | O_TMPFILE, mode);
		if (file->fd < 0 && errno == EOPNOTSUPP)
			file->fd = unnamed_by_unlink(file->path, mode);
		else if (file->fd < 0)
			file->fd = -errno;
		if (file->fd < 0)
			return error_set_errno(-file->fd, "open");
		return 0;
	}
	if (flags & PMEM_FILE_CREATE) {
		err = create(file, flags & PMEM_FILE_EXCL, mode);
	} else {
		file->fd = open(file->path, OPEN_FLAGS);
		if (file->fd < 0)
			err = -errno;
	}
	if (err)
		error_set_errno(-err, "open %s", file->path);
	return err;
}

/* Finds out what was opened, and checks that it is what was expected. */
static int
descriptor_examine(struct file *file, size_t len, int flags, bool device)
{
	struct stat st;
	int err;

	if (fstat(file->fd, &st))
		return error_set_errno(errno, "fstat %s", file->path);
	err = kind_find(&st, file->path, &file->device);
	if (err)
		return err;
	if (file->device != device)
		return error_set_errno(
			EAGAIN, "\"%s\" was replaced meanwhile", file->path);
	if (!device) {
		file->dev = st.st_dev;
		file->old_len_bytes = (size_t)st.st_size;
		file->len_bytes = flags & PMEM_FILE_CREATE ? len :
							     (size_t)st.st_size;
		return 0;
	}
	file->dev = st.st_rdev;
	if (device_size(st.st_rdev, &file->len_bytes))
		return error_invalid("unable to read Device DAX size");
	if (len && len != file->len_bytes)
		return error_invalid("Device DAX length must be either 0 or "
				     "the exact size of the device: %zu",
			file->len_bytes);
	return 0;
}

/* Allocates the file's blocks; 0 or -errno. At first in one piece, so that a
 * length there is no room for is refused before the disk is full; in smaller
 * and smaller ones if signals interrupt it, so that a program with a periodic
 * signal gets ahead. */
static int
allocate(int fd, size_t len)
{
	size_t piece = len, done = 0;

	while (done < len) {
		size_t part = len - done < piece ? len - done : piece;
		int err = posix_fallocate(fd, (off_t)done, (off_t)part);

		if (!err)
			done += part;
		else if ((err == EINTR || err == ENOMEM) &&
			 piece > PIECE_MIN_BYTES)
			piece /= 2;
		else if (err != EINTR)
			return -err;
	}
	return 0;
}

/* Makes the file at least as long as it is to be mapped. */
static int
extend(const struct file *file, bool sparse)
{
	int err;

	if (file->len_bytes > file->old_len_bytes &&
		ftruncate(file->fd, (off_t)file->len_bytes))
		return error_set_errno(errno, "ftruncate");
	if (sparse)
		return 0;
	err = allocate(file->fd, file->len_bytes);
	return err ? error_set_errno(-err, "posix_fallocate") : 0;
}

int
file_open(struct file *file, const char *path, size_t len_bytes, int flags,
	mode_t mode)
{
	bool device = false;
	struct stat st;
	int err;

	*file = (struct file){.fd = -1, .path = path};
	if (!path)
		return error_invalid("invalid (NULL) path");
	if (!stat(path, &st))
		err = kind_find(&st, path, &device);
	else
		err = errno == ENOENT ?
			      0 :
			      error_set_errno(errno, "os_access \"%s\"", path);
	if (!err)
		err = request_check(device, len_bytes, flags);
	if (err)
		return err;
	if (device)
		flags = 0;
	err = descriptor_open(file, flags, mode);
	if (!err)
		err = descriptor_examine(file, len_bytes, flags, device);
	if (!err && (flags & PMEM_FILE_CREATE))
		err = extend(file, flags & PMEM_FILE_SPARSE);
	if (err)
		file_undo(file);
	return err;
}

static void
file_close(struct file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	free(file->target);
}

int
file_keep(struct file *file)
{
	if (!file->device && file->len_bytes < file->old_len_bytes &&
		ftruncate(file->fd, (off_t)file->len_bytes))
		return error_set_errno(errno, "ftruncate");
	file_close(file);
	return 0;
}

/* Removes the new file, unless its name is another file's by now. */
static void
remove_created(const struct file *file)
{
	const char *name = file->target ? file->target : file->path;
	struct stat named, opened;

	if (!fstat(file->fd, &opened) && !lstat(name, &named) &&
		named.st_dev == opened.st_dev && named.st_ino == opened.st_ino)
		unlink(name);
}

void
file_undo(struct file *file)
{
	int saved_errno = errno;

	if (file->created)
		remove_created(file);
	else if (!file->device && file->len_bytes > file->old_len_bytes &&
		 ftruncate(file->fd, (off_t)file->old_len_bytes))
		TRACE(1, "%s keeps its new length: %s", file->path,
			strerror(errno));
	file_close(file);
	errno = saved_errno;
}
