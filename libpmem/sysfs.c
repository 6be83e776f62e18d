/*
 * sysfs.c: reading and writing kernel attributes
 */
#include "sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static ssize_t
read_full(int fd, char *buf, size_t size_bytes)
{
	size_t done = 0;

	while (done < size_bytes) {
		ssize_t n = read(fd, buf + done, size_bytes - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

int
sysfs_read(const char *path, char *buf, size_t size_bytes)
{
	int saved_errno = errno;
	ssize_t n;
	int fd;

	buf[0] = '\0';
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		n = -errno;
		goto restore_errno;
	}
	n = read_full(fd, buf, size_bytes - 1);
	if (n >= 0)
		buf[n] = '\0';
	close(fd);
restore_errno:
	errno = saved_errno;
	return (int)n;
}

int
sysfs_read_long(const char *path, long *value)
{
	int saved_errno = errno;
	char text[32], *end;
	long v;
	int n;

	n = sysfs_read(path, text, sizeof(text));
	if (n < 0)
		return n;
	errno = 0;
	v = strtol(text, &end, 10);
	n = errno || end == text || strcmp(end, "\n") != 0 ? -EINVAL : 0;
	errno = saved_errno;
	if (!n)
		*value = v;
	return n;
}

int
sysfs_write(const char *path, const char *text)
{
	int saved_errno = errno;
	size_t len = strlen(text);
	int result = 0;
	ssize_t n;
	int fd;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0) {
		result = -errno;
		goto restore_errno;
	}
	do {
		n = write(fd, text, len);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		result = -errno;
	else if ((size_t)n != len)
		result = -EIO;
	close(fd);
restore_errno:
	errno = saved_errno;
	return result;
}
