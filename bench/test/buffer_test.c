/*
 * buffer_test.c [TARGET]...: targets become the memory they claim to be,
 * nobody's data is overwritten, and nothing stays behind. The targets, if any,
 * are on persistent memory: a DAX directory, a file in one, a device DAX.
 */
#include "buffer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define MIB ((size_t)1 << 20)

/* Where somebody's data lies in a file. */
#define DATA_AT ((off_t)20480)

static struct platform platform;
static char error[PLATFORM_ERROR_BYTES];

static size_t
entries(const char *directory)
{
	DIR *d = opendir(directory);
	size_t count = 0;

	CHECK(d);
	while (readdir(d))
		count++;
	closedir(d);
	return count - 2; /* . and .. */
}

/* A fresh directory in parent, or NULL if that is no file system of the kind
 * wanted. */
static char *
directory_make(const char *parent, long fs_type)
{
	static char path[100];
	struct statfs fs;

	if (statfs(parent, &fs) || fs.f_type != fs_type)
		return NULL;
	snprintf(path, sizeof(path), "%s/buffer_test.XXXXXX", parent);
	return mkdtemp(path);
}

static void
buffer_check(const struct buffer *b, size_t bytes)
{
	unsigned char *resident = malloc(bytes / 4096);

	CHECK(b->bytes == bytes && (uintptr_t)b->addr % (2 * MIB) == 0);
	for (size_t i = 0; i < bytes; i++)
		CHECK(b->addr[i] == 0);
	CHECK(mincore(b->addr, bytes, resident) == 0);
	for (size_t i = 0; i < bytes / 4096; i++)
		CHECK(resident[i] & 1, "page %zu was not faulted in", i);
	free(resident);
	memset(b->addr, 0x5a, bytes);
}

/* Whether the kernel noted MADV_HUGEPAGE for the mapping. */
static bool
asks_for_huge_pages(const char *addr)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	bool here = false, asks = false;
	uintptr_t start, end;
	char line[500];

	CHECK(f);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			here = start <= (uintptr_t)addr &&
			       (uintptr_t)addr < end;
		else if (here && strncmp(line, "VmFlags:", 8) == 0)
			asks = strstr(line, " hg") != NULL;
	}
	fclose(f);
	return asks;
}

static void
dram_is_on_its_node(void)
{
	struct buffer b;

	CHECK(buffer_chooses_node("dram") && !buffer_chooses_node("/dev/shm"));
	for (size_t i = 0; i < platform.node_count; i++) {
		unsigned node = platform.nodes[i].node;

		if (platform.nodes[i].memory_bytes == 0)
			continue;
		CHECK(buffer_open(
			      &b, &platform, "dram", node, 4 * MIB, error) == 0,
			"%s", error);
		CHECK(b.kind == BUFFER_DRAM && b.mem_node == (int)node);
		CHECK(b.emulated && !b.is_pmem && !b.posed);
		CHECK_TEXT(b.medium, "dram");
		CHECK(access("/sys/kernel/mm/transparent_hugepage", F_OK) ||
			asks_for_huge_pages(b.addr));
		buffer_check(&b, 4 * MIB);
		buffer_close(&b);
	}
	CHECK(buffer_open(&b, &platform, "dram", 4711, MIB, error) == -ENODEV);
	CHECK_TEXT(error, "cannot bind memory: there is no node 4711");
	CHECK(buffer_open(&b, &platform, "dram", platform.nodes[0].node,
		      (size_t)1 << 50, error) == -ENOSPC);
	CHECK(strstr(error, "is too small: it has "));
	CHECK(buffer_open(&b, &platform, "dram", 0, 0, error) == -EINVAL);
}

static void
tmpfs_is_emulated(const char *directory)
{
	struct buffer b;

	CHECK(buffer_open(&b, &platform, directory, 0, 4 * MIB, error) == 0,
		"%s", error);
	CHECK(entries(directory) == 0, "the file has a name");
	CHECK(b.kind == BUFFER_FILE && b.emulated && !b.is_pmem && !b.posed);
	CHECK_TEXT(b.medium, "tmpfs");
	CHECK(platform_node_find(&platform, (unsigned)b.mem_node));
	buffer_check(&b, 4 * MIB);
	buffer_close(&b);
	CHECK(entries(directory) == 0);
}

static void
killed_program_leaves_nothing(const char *directory)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGKILL};
	struct statfs before, after;
	struct buffer b;
	int status;

	CHECK(statfs(directory, &before) == 0);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		if (fork() == 0) {
			CHECK(buffer_open(&b, &platform, directory, 0, 64 * MIB,
				      error) == 0);
			raise(signals[i]);
		}
		CHECK(wait(&status) > 0 && WIFSIGNALED(status));
		CHECK(entries(directory) == 0);
	}
	CHECK(statfs(directory, &after) == 0);
	CHECK(after.f_bfree + 64 * MIB / (size_t)after.f_bsize > before.f_bfree,
		"space is not given back");
}

static void
file_write(const char *path, size_t size_bytes, const char *text)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0 && ftruncate(fd, (off_t)size_bytes) == 0);
	CHECK(pwrite(fd, text, strlen(text), DATA_AT) == (ssize_t)strlen(text));
	CHECK(close(fd) == 0);
}

static void
blank_file_is_used_again_and_again(const char *directory)
{
	struct buffer b;
	char path[200];

	snprintf(path, sizeof(path), "%s/file", directory);
	file_write(path, 8 * MIB, "");
	for (int i = 0; i < 2; i++) {
		CHECK(buffer_open(&b, &platform, path, 0, 4 * MIB, error) == 0,
			"%s", error);
		buffer_check(&b, 4 * MIB);
		buffer_close(&b);
	}
	CHECK(buffer_open(&b, &platform, path, 0, 8 * MIB, error) == -ENOSPC);
	CHECK_TEXT(error,
		"target is too small: it has 8388608 bytes, 10485760 are "
		"needed");
	CHECK(unlink(path) == 0);
}

static void
data_is_not_overwritten(const char *directory)
{
	static const char data[] = "somebody's data";
	char path[200], found[sizeof(data)] = "";
	struct buffer b;
	int fd;

	snprintf(path, sizeof(path), "%s/file", directory);
	file_write(path, 8 * MIB, data);
	CHECK(buffer_open(&b, &platform, path, 0, 4 * MIB, error) == -EEXIST);
	CHECK_TEXT(error,
		"target holds data that would be overwritten: clear its first "
		"6291456 bytes");
	fd = open(path, O_RDONLY);
	CHECK(pread(fd, found, sizeof(data) - 1, DATA_AT) == sizeof(data) - 1);
	CHECK_TEXT(found, data);
	CHECK(close(fd) == 0 && unlink(path) == 0);
}

static void
other_targets_are_refused(const char *directory)
{
	struct buffer b;
	char path[200];

	CHECK(buffer_open(&b, &platform, "/nowhere", 0, MIB, error) == -ENOENT);
	CHECK_TEXT(error, "no such target: No such file or directory");
	CHECK(buffer_open(&b, &platform, "/dev/null", 0, MIB, error) < 0);
	CHECK(strncmp(error, "cannot map target: ", 19) == 0);
	CHECK(buffer_open(&b, &platform, directory, 0, (size_t)1 << 50,
		      error) == -ENOSPC);
	CHECK(strncmp(error, "target is too small: ", 21) == 0);
	CHECK(buffer_open(&b, &platform, "/proc", 0, MIB, error) < 0);
	CHECK(error[0]);
	snprintf(path, sizeof(path), "%s/fifo", directory);
	CHECK(mkfifo(path, 0600) == 0);
	CHECK(buffer_open(&b, &platform, path, 0, MIB, error) == -ENOTSUP);
	CHECK(unlink(path) == 0);
	CHECK(entries(directory) == 0);
}

/* The library reads PMEM_IS_PMEM_FORCE once: each case is a process, and the
 * parent must not have asked yet. */
static void
in_child(const char *force, void (*run)(const char *), const char *directory)
{
	int status;

	if (fork() == 0) {
		CHECK(setenv("PMEM_IS_PMEM_FORCE", force, 1) == 0);
		run(directory);
		exit(0);
	}
	CHECK(wait(&status) > 0 && status == 0);
}

static void
forced_tmpfs_poses(const char *directory)
{
	struct buffer b;

	CHECK(buffer_open(&b, &platform, directory, 0, MIB, error) == 0, "%s",
		error);
	CHECK(b.is_pmem && b.posed && b.emulated);
	buffer_close(&b);
}

static void
disk_is_refused(const char *directory)
{
	struct buffer b;

	CHECK(buffer_open(&b, &platform, directory, 0, MIB, error) == -ENOTSUP);
	CHECK(strncmp(error, "not persistent memory: ", 23) == 0);
	CHECK(entries(directory) == 0);
}

static void
forced_disk_poses(const char *directory)
{
	struct buffer b;

	CHECK(buffer_open(&b, &platform, directory, 0, MIB, error) == 0, "%s",
		error);
	CHECK(b.is_pmem && b.posed && b.emulated);
	CHECK_TEXT(b.medium, "page cache");
	buffer_check(&b, MIB);
	buffer_close(&b);
}

static void
dax_is_pmem(const char *target)
{
	struct stat st;
	struct buffer b;

	CHECK(stat(target, &st) == 0);
	/* Twice: the first leaves the target as its own. */
	for (int i = 0; i < 2; i++) {
		CHECK(buffer_open(&b, &platform, target, 0, 4 * MIB, error) ==
				0,
			"%s: %s", error, target);
		CHECK(b.kind ==
			(S_ISCHR(st.st_mode) ? BUFFER_DEVICE : BUFFER_FILE));
		CHECK(b.is_pmem && !b.posed && !b.emulated);
		CHECK_TEXT(b.medium, "dax");
		CHECK(platform_node_find(&platform, (unsigned)b.mem_node));
		printf("%s: node %d\n", target, b.mem_node);
		buffer_check(&b, 4 * MIB);
		buffer_close(&b);
	}
	CHECK(buffer_open(&b, &platform, target, 0, (size_t)1 << 50, error) ==
		-ENOSPC);
}

int
main(int argc, char **argv)
{
	char *directory;

	CHECK(platform_load(&platform, NULL, error) == 0, "%s", error);
	directory = directory_make("/var/tmp", EXT4_SUPER_MAGIC);
	if (directory) {
		in_child("1", forced_disk_poses, directory);
		in_child("0", disk_is_refused, directory);
		CHECK(rmdir(directory) == 0);
	} else {
		printf("not tried: a disk target (/var/tmp is not ext4)\n");
	}

	directory = directory_make("/dev/shm", TMPFS_MAGIC);
	CHECK(directory, "/dev/shm is no tmpfs");
	in_child("1", forced_tmpfs_poses, directory);
	dram_is_on_its_node();
	tmpfs_is_emulated(directory);
	killed_program_leaves_nothing(directory);
	blank_file_is_used_again_and_again(directory);
	data_is_not_overwritten(directory);
	other_targets_are_refused(directory);
	CHECK(rmdir(directory) == 0);
	for (int i = 1; i < argc; i++)
		dax_is_pmem(argv[i]);
	platform_free(&platform);
	return 0;
}
