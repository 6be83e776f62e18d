/*
 * buffer_path.c: directories, files and device DAX become memory
 *
 * Everything is refused that would destroy somebody's data or give numbers of
 * something else than what was asked for.
 */
#include "buffer_path.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "libpmem.h"
#include "ranges.h"

/* Marks files and devices that may be overwritten; it stands at their start,
 * in the bytes reserved for it. */
static const char signature[BUFFER_RESERVED_BYTES] =
	"pmem-bench: content may be overwritten\n";

/* DRAM that firmware or the kernel's memmap= declares persistent: nd calls its
 * bus e820_pmem. */
static bool
is_declared_dram(const struct stat *st)
{
	bool device = S_ISCHR(st->st_mode);
	dev_t dev = device ? st->st_rdev : st->st_dev;
	char path[60], link[500];
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/dev/%s/%u:%u",
		device ? "char" : "block", major(dev), minor(dev));
	n = readlink(path, link, sizeof(link) - 1);
	link[n > 0 ? n : 0] = '\0';
	return strstr(link, "/e820_pmem/") != NULL;
}

/* Says what a mapped target is. Ordinary disk files are refused: their pages
 * are written back behind the measurement, and no drain makes them durable. */
static int
medium_describe(struct buffer *b, const char *target, const struct stat *st,
	char error[PLATFORM_ERROR_BYTES])
{
	struct range range;
	struct statfs fs;

	if (ranges_find_wait((uintptr_t)b->mapping, &range) &&
		range.start == (uintptr_t)b->mapping &&
		range.kind != RANGE_OTHER) {
		b->medium = "dax";
		b->emulated = is_declared_dram(st);
		b->mem_node = range.mem_node;
		return 0;
	}
	if (statfs(target, &fs))
		return platform_refuse(error, -errno,
			"cannot tell its file system: %s", strerror(errno));
	b->emulated = true;
	b->posed = b->is_pmem;
	if (fs.f_type == TMPFS_MAGIC)
		b->medium = "tmpfs";
	else if (fs.f_type == HUGETLBFS_MAGIC)
		b->medium = "hugetlbfs";
	else if (b->posed)
		b->medium = "page cache";
	else
		return platform_refuse(error, -ENOTSUP,
			"not persistent memory: its file system is not mounted "
			"with DAX (PMEM_IS_PMEM_FORCE=1 measures it all the "
			"same, as emulated)");
	return 0;
}

/* Whether the target may be overwritten: a buffer's signature opens it, or
 * it is blank as far as it will be used. Leaves the signature in it. */
static bool
claim(char *mapping, size_t used_bytes)
{
	if (memcmp(mapping, signature, sizeof(signature)) == 0)
		return true;
	if (mapping[0] != 0 ||
		memcmp(mapping, mapping + 1, used_bytes - 1) != 0)
		return false;
	memcpy(mapping, signature, sizeof(signature));
	return true;
}

/* Gives a file its blocks now: writing to a mapped hole of a full disk is
 * SIGBUS. */
static int
blocks_allocate(const char *path, size_t used_bytes)
{
	int fd, err;

	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = -posix_fallocate(fd, 0, (off_t)used_bytes);
	close(fd);
	return err;
}

/* Maps a file or device that is there, without writing to it. */
static int
existing_map(struct buffer *b, const char *target, const struct stat *st,
	char error[PLATFORM_ERROR_BYTES])
{
	size_t bytes;
	int is_pmem, err;

	if (S_ISREG(st->st_mode) && st->st_size >= (off_t)b->mapping_bytes) {
		err = blocks_allocate(target, b->mapping_bytes);
		if (err)
			return platform_refuse(error, err,
				"cannot use target: %s", strerror(-err));
	}
	b->mapping = pmem_map_file(target, 0, 0, 0, &bytes, &is_pmem);
	if (!b->mapping)
		return platform_refuse(error, -errno, "cannot map target: %s",
			strerror(errno));
	b->is_pmem = is_pmem;
	if (bytes < b->mapping_bytes) {
		pmem_unmap(b->mapping, bytes);
		return platform_refuse(error, -ENOSPC,
			"target is too small: it has %zu bytes, %zu are needed",
			bytes, b->mapping_bytes);
	}
	b->mapping_bytes = bytes;
	return 0;
}

/* An unnamed file in a directory: gone with its last mapping, however the
 * program ends. */
static int
unnamed_map(struct buffer *b, const char *directory,
	char error[PLATFORM_ERROR_BYTES])
{
	struct statvfs fs;
	int is_pmem;

	/* Found out by allocating, it would fill the disk first. */
	if (statvfs(directory, &fs) == 0 &&
		fs.f_bavail < b->mapping_bytes / fs.f_frsize)
		return platform_refuse(error, -ENOSPC,
			"target is too small: %ju bytes are free, %zu are "
			"needed",
			(uintmax_t)fs.f_bavail * fs.f_frsize, b->mapping_bytes);
	b->mapping = pmem_map_file(directory, b->mapping_bytes,
		PMEM_FILE_CREATE | PMEM_FILE_EXCL | PMEM_FILE_TMPFILE, 0600,
		NULL, &is_pmem);
	if (!b->mapping)
		return platform_refuse(error, -errno,
			"cannot make a file in target: %s", strerror(errno));
	b->is_pmem = is_pmem;
	return 0;
}

int
buffer_path_map(
	struct buffer *b, const char *target, char error[PLATFORM_ERROR_BYTES])
{
	size_t used_bytes = b->mapping_bytes;
	struct stat st;
	int err;

	if (stat(target, &st))
		return platform_refuse(
			error, -errno, "no such target: %s", strerror(errno));
	b->kind = S_ISCHR(st.st_mode) ? BUFFER_DEVICE : BUFFER_FILE;
	if (S_ISDIR(st.st_mode))
		err = unnamed_map(b, target, error);
	else if (S_ISREG(st.st_mode) || S_ISCHR(st.st_mode))
		err = existing_map(b, target, &st, error);
	else
		err = platform_refuse(error, -ENOTSUP,
			"cannot use target: neither directory, file nor device "
			"DAX");
	if (err)
		return err;
	err = medium_describe(b, target, &st, error);
	if (!err && !claim(b->mapping, used_bytes))
		err = platform_refuse(error, -EEXIST,
			"target holds data that would be overwritten: clear "
			"its first %zu bytes",
			used_bytes);
	if (err)
		pmem_unmap(b->mapping, b->mapping_bytes);
	return err;
}
