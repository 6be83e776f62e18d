/*
 * atomic_file.c: see atomic_file.h
 */
#include "atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Directory part of a path; the caller frees it. */
static char *
directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup(".");
	if (slash == path)
		return strdup("/");
	return strndup(path, (size_t)(slash - path));
}

/* Opens the directory of a path: a descriptor, or -errno. */
static int
directory_open(const char *path)
{
	char *directory = directory_of(path);
	int fd;

	if (!directory)
		return -ENOMEM;
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		fd = -errno;
	free(directory);
	return fd;
}

static int
directory_check(const char *path)
{
	int fd = directory_open(path);
	int err = 0;

	if (fd < 0)
		return fd;
	if (faccessat(fd, ".", W_OK | X_OK, 0))
		err = -errno;
	close(fd);
	return err;
}

/* Whether path is there and is something a rename must not replace: a device,
 * a pipe. */
static bool
is_special(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

int
atomic_file_open(struct atomic_file *f, const char *path)
{
	struct stat st;
	int err;

	*f = (struct atomic_file){0};
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return -EISDIR;
	/* /dev/stdout may lead to a pipe, which has no path to resolve. */
	f->path = is_special(path) ? NULL : realpath(path, NULL);
	if (!f->path)
		f->path = strdup(path);
	if (!f->path)
		return -ENOMEM;
	err = is_special(f->path) ? 0 : directory_check(f->path);
	if (err)
		goto free_path;
	f->stream = open_memstream(&f->text, &f->text_bytes);
	if (!f->stream) {
		err = -ENOMEM;
		goto free_path;
	}
	return 0;

free_path:
	free(f->path);
	return err;
}

static int
write_full(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

static int
special_write(const struct atomic_file *f)
{
	int fd = open(f->path, O_WRONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = write_full(fd, f->text, f->text_bytes);
	if (close(fd) && !err)
		err = -errno;
	return err;
}

static int
temporary_write(const struct atomic_file *f, int fd)
{
	mode_t mask = umask(0);
	int err;

	umask(mask);
	err = write_full(fd, f->text, f->text_bytes);
	/* mkstemp gives a file to its owner alone. */
	if (!err && (fchmod(fd, 0666 & ~mask) || fsync(fd)))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	return err;
}

/* Without it the rename itself may be lost in a power cut. */
static int
directory_sync(const char *path)
{
	int fd = directory_open(path);
	int err = 0;

	if (fd < 0)
		return fd;
	if (fsync(fd))
		err = -errno;
	close(fd);
	return err;
}

static int
replace(const struct atomic_file *f)
{
	char *temporary;
	int fd, err;

	if (asprintf(&temporary, "%s.XXXXXX", f->path) < 0)
		return -ENOMEM;
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0) {
		err = -errno;
		goto free_name;
	}
	err = temporary_write(f, fd);
	if (err)
		goto remove_temporary;
	if (rename(temporary, f->path)) {
		err = -errno;
		goto remove_temporary;
	}
	free(temporary);
	return directory_sync(f->path);

remove_temporary:
	unlink(temporary);
free_name:
	free(temporary);
	return err;
}

int
atomic_file_commit(struct atomic_file *f)
{
	bool failed = ferror(f->stream);
	int err;

	/* Memory is all that a stream into memory can lack. */
	if (fclose(f->stream) || failed)
		err = -ENOMEM;
	else if (is_special(f->path))
		err = special_write(f);
	else
		err = replace(f);
	free(f->text);
	free(f->path);
	return err;
}

void
atomic_file_abort(struct atomic_file *f)
{
	fclose(f->stream);
	free(f->text);
	free(f->path);
}
