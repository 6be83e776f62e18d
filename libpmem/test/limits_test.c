/*
 * limits_test.c: what a system may refuse or take away: room on the disk,
 * quota, a mount that may be written, address space, descriptors, /sys, a
 * device, the pages of a file
 *
 * usage: limits_test [mounts | quota]
 *
 * mounts and quota need file systems of their own: small ones, which the
 * process mounts where nobody else sees them.
 */
#include "libpmem.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "check.h"
#include "scratch.h"

#define CREATE PMEM_FILE_CREATE
#define SPARSE PMEM_FILE_SPARSE
#define TMPFILE PMEM_FILE_TMPFILE

#define PAGE ((size_t)4096)
#define MIB ((size_t)1 << 20)
#define OLD_BYTES (2 * PAGE)

static void
refused(const char *path, size_t len, int flags, int err, const char *text)
{
	size_t mapped_len = 4711;
	int is_pmem = -1;

	errno = 0;
	CHECK(!pmem_map_file(path, len, flags, 0600, &mapped_len, &is_pmem),
		"%s %zu %x: mapped", path, len, (unsigned)flags);
	CHECK(errno == err, "%s %zu %x: errno %d, not %d", path, len,
		(unsigned)flags, errno, err);
	CHECK(!strncmp(pmem_errormsg(), text, strlen(text)) &&
			strstr(pmem_errormsg(), strerror(err)),
		"\"%s\"", pmem_errormsg());
	CHECK(mapped_len == 4711 && is_pmem == -1, "outputs touched");
}

static void
map_once(const char *path, size_t len, int flags)
{
	size_t mapped_len;
	char *p = pmem_map_file(path, len, flags, 0600, &mapped_len, NULL);

	CHECK(p, "%s %zu %x: %s", path, len, (unsigned)flags, pmem_errormsg());
	p[0] = p[mapped_len - 1] = 'w';
	CHECK(!pmem_unmap(p, mapped_len), "%s", pmem_errormsg());
}

static void
limit(int resource, rlim_t value)
{
	struct rlimit r = {value, value};

	CHECK(!setrlimit((__rlimit_resource_t)resource, &r), "limit");
}

static int
file_size_run(void *unused)
{
	const char *old = scratch_path("old"), *new = scratch_path("new");

	(void)unused;
	signal(SIGXFSZ, SIG_IGN);
	limit(RLIMIT_FSIZE, MIB);
	refused(new, 2 * MIB, CREATE, EFBIG, "ftruncate");
	refused(new, 2 * MIB, CREATE | SPARSE, EFBIG, "ftruncate");
	refused(scratch_path(""), 2 * MIB, CREATE | TMPFILE, EFBIG,
		"ftruncate");
	refused(old, 2 * MIB, CREATE, EFBIG, "ftruncate");
	CHECK(scratch_len(new) == -1 && scratch_len(old) == OLD_BYTES, "left");
	map_once(old, 0, 0);
	return 0;
}

static int
descriptors_run(void *unused)
{
	const char *new = scratch_path("new");

	(void)unused;
	limit(RLIMIT_NOFILE, 0);
	refused(scratch_path("old"), 0, 0, EMFILE, "open");
	refused(new, 1, CREATE, EMFILE, "open");
	refused(scratch_path(""), 1, CREATE | TMPFILE, EMFILE, "open");
	CHECK(scratch_len(new) == -1, "left");
	return 0;
}

static int
address_space_run(void *unused)
{
	const char *old = scratch_path("old"), *new = scratch_path("new");
	struct holdings before = holdings_take();

	(void)unused;
	limit(RLIMIT_AS, before.mapped_bytes + 256 * MIB);
	refused(new, 1024 * MIB, CREATE | SPARSE, ENOMEM, "mmap");
	refused(old, 1024 * MIB, CREATE | SPARSE, ENOMEM, "mmap");
	CHECK(scratch_len(new) == -1 && scratch_len(old) == OLD_BYTES, "left");
	holdings_check(&before, "no address space");
	map_once(old, 0, 0);
	return 0;
}

static sigjmp_buf after;

static void
jump(int signal)
{
	siglongjmp(after, signal);
}

/* A file of 4 pages, mapped, of which 3 are gone. */
static char *
map_cut(void)
{
	const char *path = scratch_file("cut", 4 * PAGE, 'c');
	char *p = pmem_map_file(path, 0, 0, 0, NULL, NULL);

	CHECK(p && !truncate(path, (off_t)PAGE), "%s", pmem_errormsg());
	return p;
}

/* What the library does for itself reads and writes no mapped byte. */
static void
bookkeeping_test(void)
{
	char *p = map_cut();

	CHECK(!pmem_is_pmem(p, 4 * PAGE), "pmem");
	CHECK(!pmem_msync(p, 4 * PAGE) && !pmem_deep_drain(p, 4 * PAGE), "%s",
		pmem_errormsg());
	pmem_drain();
	CHECK(!pmem_unmap(p + 2 * PAGE, PAGE) && !pmem_unmap(p, 4 * PAGE), "%s",
		pmem_errormsg());
}

/* A store of the caller's that faults is the caller's to handle; whatever it
 * jumps out of, no lock is held. */
static void
store_test(void)
{
	struct sigaction action = {.sa_handler = jump}, saved;
	char *p = map_cut();
	volatile int signals = 0;

	CHECK(!sigaction(SIGBUS, &action, &saved), "sigaction");
	for (volatile size_t len = 1; len <= 2 * PAGE; len *= 2) {
		if (sigsetjmp(after, 1))
			signals++;
		else
			pmem_memset_persist(p + 2 * PAGE, 'x', len);
	}
	CHECK(signals == 14, "%d signals", signals);
	CHECK(!sigaction(SIGBUS, &saved, NULL), "sigaction");
	pmem_memset_persist(p, 'x', PAGE);
	map_once(scratch_path("old"), 0, 0);
	CHECK(!pmem_unmap(p, 4 * PAGE), "%s", pmem_errormsg());
}

static const char *mnt; /* a tmpfs with room for 1 MiB, for everybody */

static const char *
there(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "mnt/%s", name);
	return scratch_path(path);
}

static void
mounts_make(const char *options)
{
	if (unshare(CLONE_NEWNS) ||
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		test_skip("may not mount");
	mnt = scratch_path("mnt");
	CHECK(!chmod(scratch_path(""), 0755) && !mkdir(mnt, 0755), "%s", mnt);
	if (mount("none", mnt, "tmpfs", 0, options)) {
		CHECK(errno == EINVAL, "%s: errno %d", options, errno);
		test_skip("the kernel has no quota on tmpfs");
	}
	CHECK(!close(open(there("old"), O_CREAT | O_CLOEXEC, 0666)) &&
			!chmod(there("old"), 0666) &&
			!truncate(there("old"), OLD_BYTES),
		"%s", there("old"));
}

static unsigned long
blocks_free(void)
{
	struct statvfs st;

	CHECK(!statvfs(mnt, &st), "%s", mnt);
	return st.f_bfree;
}

/* More than there is room for, as another user, whom quota counts for. */
static int
no_room_run(void *arg)
{
	const int err = *(int *)arg;
	unsigned long free_before = blocks_free();
	struct holdings before;

	CHECK(!setgid(65534) && !setuid(65534), "setuid");
	map_once(there("old"), 0, 0); /* the registry is allocated now */
	before = holdings_take();
	for (int i = 0; i < 3; i++) {
		refused(there("new"), 2 * MIB, CREATE, err, "posix_fallocate");
		refused(mnt, 2 * MIB, CREATE | TMPFILE, err, "posix_fallocate");
		refused(there("old"), 2 * MIB, CREATE, err, "posix_fallocate");
	}
	CHECK(scratch_len(there("new")) == -1 &&
			scratch_len(there("old")) == (off_t)OLD_BYTES,
		"left");
	holdings_check(&before, "no room");
	/* Of the old file two pages may be allocated by now. */
	CHECK(blocks_free() + 2 >= free_before, "blocks are lost");
	map_once(there("new"), 2 * MIB, CREATE | SPARSE);
	CHECK(!unlink(there("new")), "unlink");
	map_once(mnt, MIB / 2, CREATE | TMPFILE);
	return 0;
}

static int
full_run(void *arg)
{
	mounts_make("size=1M,mode=0777");
	return no_room_run(arg);
}

static int
quota_run(void *arg)
{
	mounts_make("size=8M,mode=0777,usrquota,usrquota_block_hardlimit=1M");
	return no_room_run(arg);
}

static int
read_only_run(void *unused)
{
	(void)unused;
	mounts_make("size=1M");
	CHECK(!mount(NULL, mnt, NULL, MS_REMOUNT | MS_RDONLY, NULL), "%s", mnt);
	refused(there("old"), 0, 0, EROFS, "open ");
	refused(there("old"), PAGE, CREATE, EROFS, "open ");
	refused(there("new"), PAGE, CREATE, EROFS, "open ");
	refused(mnt, PAGE, CREATE | TMPFILE, EROFS, "open: ");
	CHECK(scratch_len(there("old")) == (off_t)OLD_BYTES, "old");
	return 0;
}

static int
no_sysfs_run(void *unused)
{
	(void)unused;
	mounts_make("size=1M");
	CHECK(!mknod(scratch_path("gone"), S_IFCHR | 0600, makedev(511, 4095)),
		"mknod");
	refused(scratch_path("gone"), 0, 0, ENOENT, "subsystem of the device");
	CHECK(!mount("none", "/sys", "tmpfs", 0, "mode=0"), "/sys");
	refused("/dev/zero", 0, 0, ENOENT, "subsystem of the device");
	CHECK(pmem_has_auto_flush() == 0, "nobody says so");
	map_once(there("old"), 0, 0);
	CHECK(!setgid(65534) && !setuid(65534), "setuid");
	refused("/dev/zero", 0, 0, EACCES, "subsystem of the device");
	CHECK(pmem_has_auto_flush() == 0, "nobody may read it");
	return 0;
}

/* Each in a child, which takes its mounts with it. */
static void
mounts_run(int (*run)(void *), int err)
{
	int status = child_run(run, &err);

	rmdir(scratch_path("mnt"));
	if (status)
		exit(status);
}

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	scratch_path("");
	if (!strcmp(what, "mounts")) {
		mounts_run(full_run, ENOSPC);
		mounts_run(read_only_run, EROFS);
		mounts_run(no_sysfs_run, ENOENT);
		return 0;
	}
	if (!strcmp(what, "quota")) {
		mounts_run(quota_run, EDQUOT);
		return 0;
	}
	scratch_file("old", OLD_BYTES, 'o');
	map_once(scratch_path("old"), 0, 0);
	CHECK(!child_run(file_size_run, NULL), "file size");
	CHECK(!child_run(descriptors_run, NULL), "descriptors");
	CHECK(!child_run(address_space_run, NULL), "address space");
	bookkeeping_test();
	store_test();
	return 0;
}
