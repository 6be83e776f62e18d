/*
 * sysfs_fuzz.c: any text as the content of each attribute that is read
 *
 * The linker leads the library's open here, which hands out the text.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "domain.h"
#include "nodes.h"
#include "sysfs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int __wrap_open(const char *path, int flags, ...);
int __real_open(const char *path, int flags, ...);
DIR *__wrap_opendir(const char *path);
DIR *__real_opendir(const char *path);

static const uint8_t *text;
static size_t text_bytes;

static void
require(bool condition)
{
	if (!condition)
		abort();
}

int
__wrap_open(const char *path, int flags, ...)
{
	int fd;

	if (strncmp(path, "/sys/", 5) != 0)
		return __real_open(path, flags, 0600);
	if (strstr(path, "/node/node") && !strstr(path, "/node0/")) {
		errno = ENOENT; /* one node is enough, and faster */
		return -1;
	}
	fd = memfd_create("attribute", MFD_CLOEXEC);
	require(write(fd, text, text_bytes) == (ssize_t)text_bytes);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/* run.sh has made a directory with one region. libFuzzer's own calls are led
 * here too, and are let through. */
DIR *
__wrap_opendir(const char *path)
{
	return __real_opendir(strncmp(path, "/sys/", 5) ? path : "devices");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool cpu_cache;
	long value;
	int result;

	text = data;
	text_bytes = size;
	result = domain_auto_flush();
	cpu_cache = size == 10 && !memcmp(data, "cpu_cache\n", 10);
	/* A NUL ends a text early; the kernel writes none. */
	if (!memchr(data, 0, size))
		require((result == 1) == cpu_cache);
	if (!sysfs_read_long("/sys/x", &value))
		require(memchr(data, '\n', size));
	nodes_load();
	require(nodes_current() >= -1 && nodes_current() < 64);
	return 0;
}
