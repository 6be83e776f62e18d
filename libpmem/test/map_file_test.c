/*
 * map_file_test.c: pmem_map_file by its table: each kind of path, flag and
 * length, with the errno and the text of every refusal
 *
 * Each refused call is also checked for what it must leave alone: outputs,
 * descriptors, mappings, files and their lengths.
 */
#include "libpmem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"
#include "ranges.h"
#include "scratch.h"

#define CREATE PMEM_FILE_CREATE
#define EXCL PMEM_FILE_EXCL
#define SPARSE PMEM_FILE_SPARSE
#define TMPFILE PMEM_FILE_TMPFILE

#define HUGE_BYTES ((uintptr_t)2 << 20)
#define OLD_BYTES ((size_t)10000)

struct refusal {
	const char *path; /* relative to the scratch directory, or absolute */
	size_t len;
	int flags;
	int err;
	const char *text; /* %s stands for the path */
};

#define NO_LEN "non-zero 'len' not allowed without PMEM_FILE_CREATE"

static const struct refusal refusals[] = {
	{NULL, 0, 0, EINVAL, "invalid (NULL) path"},
	{NULL, 0, 64, EINVAL, "invalid (NULL) path"},
	{"", 0, 0, ENOENT, "open : No such file or directory"},
	{"", 1, CREATE, ENOENT, "open : No such file or directory"},
	{"missing", 0, 0, ENOENT, "open %s: No such file or directory"},
	{"missing", 1, 0, EINVAL, NO_LEN},
	{"missing", 0, EXCL, ENOENT, "open %s: No such file or directory"},
	{"missing", 0, SPARSE, ENOENT, "open %s: No such file or directory"},
	{"missing", 0, 16, EINVAL, "invalid flag specified 10"},
	{"missing", 5, CREATE | 0x40, EINVAL, "invalid flag specified 41"},
	{"missing", 0, INT_MIN, EINVAL, "invalid flag specified 80000000"},
	{"missing", 0, CREATE, EINVAL,
		"zero 'len' not allowed with PMEM_FILE_CREATE"},
	{"missing", 0, CREATE | TMPFILE, EINVAL,
		"zero 'len' not allowed with PMEM_FILE_CREATE"},
	{"missing", (size_t)1 << 63, CREATE, EINVAL,
		"invalid file length 9223372036854775808"},
	{"missing", SIZE_MAX, CREATE, EINVAL,
		"invalid file length 18446744073709551615"},
	{"file", 1, 0, EINVAL, NO_LEN},
	{"file", 1, TMPFILE, EINVAL, NO_LEN},
	{"file", 0, CREATE, EINVAL,
		"zero 'len' not allowed with PMEM_FILE_CREATE"},
	{"file", 1, CREATE | EXCL, EEXIST, "open %s: File exists"},
	{"file", 1, CREATE | TMPFILE, ENOTDIR, "open: Not a directory"},
	{".", 0, TMPFILE, EINVAL,
		"PMEM_FILE_TMPFILE not allowed without PMEM_FILE_CREATE"},
	{"missing", 1, CREATE | TMPFILE, ENOENT,
		"open: No such file or directory"},
	{"/sys", 1, CREATE | TMPFILE, EACCES, "open: Permission denied"},
	{".", 0, 0, EISDIR, "open %s: Is a directory"},
	{".", 1, CREATE, EISDIR, "open %s: Is a directory"},
	{"file/x", 0, 0, ENOTDIR, "os_access \"%s\": Not a directory"},
	{"file/x", 1, CREATE, ENOTDIR, "os_access \"%s\": Not a directory"},
	{"missing/x", 1, CREATE, ENOENT, "open %s: No such file or directory"},
	{"loop", 0, 0, ELOOP,
		"os_access \"%s\": Too many levels of symbolic links"},
	{"loop", 1, CREATE, ELOOP,
		"os_access \"%s\": Too many levels of symbolic links"},
	{"broken", 1, CREATE | EXCL, EEXIST, "open %s: File exists"},
	{"broken-dir", 1, CREATE, ENOENT, "open %s: No such file or directory"},
	{"fifo", 0, 0, EINVAL, "file type 010000 not supported"},
	{"fifo", 1, CREATE, EINVAL, "file type 010000 not supported"},
	{"socket", 0, 0, EINVAL, "file type 0140000 not supported"},
	{"/dev/null", 0, 0, EINVAL,
		"\"%s\" is a character device but no Device DAX"},
	{"/dev/zero", 1, CREATE, EINVAL,
		"\"%s\" is a character device but no Device DAX"},
	{"/proc/self/exe", 0, 0, ETXTBSY, "open %s: Text file busy"},
	{"/proc/self/exe", 1, CREATE, ETXTBSY, "open %s: Text file busy"},
	{"empty", 0, 0, EINVAL, "mmap 0 bytes: Invalid argument"},
	{"/proc/self/comm", 0, 0, EINVAL, "mmap 0 bytes: Invalid argument"},
};

/* No such thing is reached by any of the texts above. */
#define UNTOUCHED_LEN ((size_t)0xdeadbeef)
#define UNTOUCHED_PMEM 0x5a5a

static void
files_make(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	scratch_file("file", OLD_BYTES, 'f');
	scratch_file("empty", 0, 0);
	CHECK(!symlink("loop", scratch_path("loop")), "loop");
	CHECK(!symlink("target", scratch_path("broken")), "broken");
	CHECK(!symlink("no-dir/target", scratch_path("broken-dir")), "link");
	CHECK(!mkfifo(scratch_path("fifo"), 0600), "fifo");
	snprintf(name.sun_path, sizeof(name.sun_path), "%s",
		scratch_path("socket"));
	CHECK(!bind(s, (struct sockaddr *)&name, sizeof(name)), "socket");
	close(s);
}

static void
refused(const char *path, size_t len, int flags, int err, const char *text)
{
	struct holdings before = holdings_take();
	int is_pmem = UNTOUCHED_PMEM, files = scratch_count();
	size_t mapped_len = UNTOUCHED_LEN;
	void *p;

	errno = 0;
	p = pmem_map_file(path, len, flags, 0600, &mapped_len, &is_pmem);
	CHECK(!p && errno == err, "%s %zu %x: %p, errno %d, not %d", path, len,
		(unsigned)flags, p, errno, err);
	CHECK(!strcmp(pmem_errormsg(), text), "\"%s\", not \"%s\"",
		pmem_errormsg(), text);
	CHECK(mapped_len == UNTOUCHED_LEN && is_pmem == UNTOUCHED_PMEM,
		"outputs touched: %s", text);
	holdings_check(&before, text);
	CHECK(scratch_count() == files, "file left: %s", text);
	CHECK(scratch_len(scratch_path("file")) == OLD_BYTES, "%s", text);
}

static void
refusals_test(void)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		const struct refusal *r = &refusals[i];
		const char *path = r->path;
		char text[PATH_MAX + 128];

		if (path && *path && *path != '/')
			path = scratch_path(path);
		if (strstr(r->text, "%s"))
			snprintf(text, sizeof(text), "%.*s%s%s",
				(int)(strstr(r->text, "%s") - r->text), r->text,
				path, strstr(r->text, "%s") + 2);
		else
			snprintf(text, sizeof(text), "%s", r->text);
		refused(path, r->len, r->flags, r->err, text);
	}
}

/* A path that no text has room for: cut, and nothing else is overwritten. */
static void
long_path_test(void)
{
	static char path[100000];

	for (size_t len = 4090; len < sizeof(path); len += len / 7) {
		int err;

		memset(path, 'a', len);
		path[len] = '\0';
		CHECK(!pmem_map_file(path, 0, 0, 0, NULL, NULL), "%zu", len);
		err = errno;
		CHECK(err == ENAMETOOLONG, "%zu: %d", len, err);
		CHECK(!strncmp(pmem_errormsg(), "os_access \"aaaa", 15),
			"%.80s", pmem_errormsg());
		CHECK(strlen(pmem_errormsg()) < 8192, "not cut");
	}
}

static char *
mapped(const char *path, size_t len, int flags, mode_t mode, size_t want_len)
{
	size_t mapped_len = UNTOUCHED_LEN;
	int is_pmem = UNTOUCHED_PMEM;
	char *p;

	errno = 0;
	p = pmem_map_file(path, len, flags, mode, &mapped_len, &is_pmem);
	CHECK(p, "%s %zu %x: %s", path, len, (unsigned)flags, pmem_errormsg());
	CHECK(is_pmem || errno == EOPNOTSUPP, "%s: errno %d", path, errno);
	CHECK(is_pmem == pmem_is_pmem(p, mapped_len), "%s", path);
	CHECK(mapped_len == want_len, "%s: %zu", path, mapped_len);
	CHECK((uintptr_t)p % HUGE_BYTES == 0, "%s: at %p", path, (void *)p);
	p[0] = p[mapped_len - 1] = 'w';
	return p;
}

static void
created(const char *name, size_t len, int flags, mode_t mode, mode_t mask,
	bool sparse)
{
	struct holdings before;
	const char *path = scratch_path(name);
	struct stat st;
	char *p;

	umask(mask);
	before = holdings_take();
	p = mapped(path, len, flags, mode, len);
	CHECK(!stat(path, &st), "%s", path);
	CHECK((st.st_mode & 07777) == (mode & ~mask), "%s: mode %o", name,
		st.st_mode);
	CHECK(st.st_size == (off_t)len, "%s: %lld", name,
		(long long)st.st_size);
	/* A block may be of any size up to a huge page; the two bytes written
	 * are in at most two of them. */
	CHECK(((size_t)st.st_blocks * 512 < len) == sparse, "%s: %lld blocks",
		name, (long long)st.st_blocks);
	CHECK(umask(mask) == mask, "umask changed");
	CHECK(!pmem_unmap(p, len), "%s", pmem_errormsg());
	holdings_check(&before, name);
	CHECK(!unlink(path), "%s", name);
}

static void
create_test(void)
{
	created("a", 1, CREATE, 0666, 022, false);
	created("a", 4097, CREATE | EXCL, 0600, 0, false);
	created("a", HUGE_BYTES, CREATE, 0, 022, false);
	created("a", 3 * HUGE_BYTES + 5, CREATE | SPARSE, 0777, 077, true);
	created("a", 64 * HUGE_BYTES, CREATE | SPARSE | EXCL, 04640, 0, true);
	umask(022);
}

/* Maps for its side effect on the file, and lets go. */
static void
map_once(const char *path, size_t len, int flags, size_t want_len)
{
	char *p = mapped(path, len, flags, 0600, want_len);

	CHECK(!pmem_unmap(p, want_len), "%s", pmem_errormsg());
}

static void
existing_test(void)
{
	const char *path = scratch_file("e", OLD_BYTES, 'e');
	char *p = mapped(path, 0, 0, 0, OLD_BYTES);

	CHECK(p[1] == 'e' && p[OLD_BYTES - 2] == 'e', "content");
	CHECK(p[OLD_BYTES] == 0, "past the end");
	CHECK(!pmem_unmap(p, OLD_BYTES), "%s", pmem_errormsg());
	map_once(path, 0, EXCL, OLD_BYTES);
	map_once(path, 0, SPARSE, OLD_BYTES);

	/* CREATE extends, keeps or cuts. */
	map_once(path, 20000, CREATE, 20000);
	CHECK(scratch_len(path) == 20000, "extended");
	map_once(path, 20000, CREATE | SPARSE, 20000);
	map_once(path, 5000, CREATE, 5000);
	CHECK(scratch_len(path) == 5000, "cut");
	map_once(path, 3000, CREATE | SPARSE, 3000);
	CHECK(scratch_len(path) == 3000, "cut sparse");
	CHECK(!unlink(path), "unlink");
}

static void
link_test(void)
{
	map_once(scratch_path("broken"), 100, CREATE, 100);
	CHECK(scratch_len(scratch_path("target")) == 100, "through the link");
	/* It fails after the target was made: that goes, the link stays. */
	CHECK(!unlink(scratch_path("target")), "unlink");
	CHECK(!pmem_map_file(scratch_path("broken"), (size_t)1 << 62,
		      CREATE | SPARSE, 0600, NULL, NULL),
		"too large");
	CHECK(scratch_len(scratch_path("target")) == -1, "target left");
	CHECK(scratch_len(scratch_path("broken")) > 0, "link removed");
}

/* Lengths that no file system has room for; a file that was there keeps its
 * length and bytes. */
static void
too_large_test(void)
{
	static const int flags[] = {CREATE, CREATE | SPARSE, CREATE | EXCL};
	const char *path = scratch_file("file", OLD_BYTES, 'f');
	struct holdings before = holdings_take();
	char *p;

	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		errno = 0;
		CHECK(!pmem_map_file(scratch_path("big"), (size_t)1 << 61,
			      flags[i], 0600, NULL, NULL),
			"mapped");
		CHECK(errno == EFBIG || errno == ENOSPC || errno == ENOMEM,
			"errno %d", errno);
		CHECK(scratch_len(scratch_path("big")) == -1, "file left");
		CHECK(!pmem_map_file(path, (size_t)1 << 61, flags[i], 0600,
			      NULL, NULL),
			"mapped");
		CHECK(scratch_len(path) == OLD_BYTES, "length changed");
	}
	holdings_check(&before, "too large");
	p = mapped(path, 0, 0, 0, OLD_BYTES);
	CHECK(p[OLD_BYTES - 2] == 'f', "content");
	CHECK(!pmem_unmap(p, OLD_BYTES), "%s", pmem_errormsg());
}

static void
tmpfile_test(void)
{
	static const char *const dirs[] = {"", "/dev/shm"};
	struct holdings before = holdings_take();
	int files = scratch_count();

	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++) {
		const char *dir = *dirs[i] ? dirs[i] : scratch_path("");

		map_once(dir, 5000, CREATE | TMPFILE, 5000);
		map_once(dir, 5000, CREATE | TMPFILE | EXCL, 5000);
		map_once(dir, 5000, CREATE | TMPFILE | SPARSE, 5000);
	}
	CHECK(scratch_count() == files, "a name was left");
	holdings_check(&before, "TMPFILE");
}

static void
alignment_test(void)
{
	const size_t len = (size_t)2 << 30;
	const char *path = scratch_path("giant");
	char *p = mapped(path, len, CREATE | SPARSE, 0600, len);

	CHECK((uintptr_t)p % ((uintptr_t)1 << 30) == 0, "2 GiB at %p", p);
	CHECK(!pmem_unmap(p, len), "%s", pmem_errormsg());
	CHECK(!unlink(path), "unlink");
}

static void
null_outputs_test(void)
{
	const char *path = scratch_file("n", 100, 0);
	size_t len = 0;
	void *p = pmem_map_file(path, 0, 0, 0, &len, NULL);

	CHECK(p && len == 100 && (errno == EOPNOTSUPP || pmem_is_pmem(p, len)),
		"%s", pmem_errormsg());
	CHECK(!pmem_unmap(p, len), "%s", pmem_errormsg());
	p = pmem_map_file(path, 0, 0, 0, NULL, NULL);
	CHECK(p && !pmem_unmap(p, len), "%s", pmem_errormsg());
}

/* A block device is refused before it is opened: there is none behind it. */
static void
block_device_test(void)
{
	const char *path = scratch_path("block");

	if (mknod(path, S_IFBLK | 0600, makedev(259, 4095))) {
		printf("may not make devices: no block device tested\n");
		return;
	}
	refused(path, 0, 0, EINVAL, "file type 060000 not supported");
	refused(path, 1, CREATE, EINVAL, "file type 060000 not supported");
	CHECK(!unlink(path), "unlink");
}

/* A user without any permission for the directory. */
static int
unprivileged(void *unused)
{
	const char *path = scratch_path("secret");

	(void)unused;
	CHECK(!setgid(65534) && !setuid(65534), "setuid");
	errno = 0;
	CHECK(!pmem_map_file(path, 0, 0, 0, NULL, NULL), "mapped");
	CHECK(errno == EACCES, "%d", errno);
	CHECK(!pmem_map_file(scratch_path("new"), 1, CREATE, 0600, NULL, NULL),
		"created");
	CHECK(errno == EACCES, "%d", errno);
	return 0;
}

static void
permission_test(void)
{
	scratch_file("secret", 10, 0);
	if (geteuid()) {
		printf("not root: permissions not tested\n");
		return;
	}
	CHECK(child_run(unprivileged, NULL) == 0, "child");
}

int
main(void)
{
	umask(022);
	CHECK(!strcmp(pmem_errormsg(), ""), "%s", pmem_errormsg());
	files_make();
	/* The first call allocates the registry, and the heap grows. */
	map_once(scratch_path("file"), 0, 0, OLD_BYTES);
	refusals_test();
	long_path_test();
	create_test();
	existing_test();
	link_test();
	too_large_test();
	tmpfile_test();
	alignment_test();
	null_outputs_test();
	block_device_test();
	permission_test();
	return 0;
}
