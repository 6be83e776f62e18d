/*
 * faults_test.c: every system call of the library fails once, at each place and
 * in each plausible way
 *
 * Whatever failed, a call has done what it promises or has failed with that
 * errno and a text; it left no descriptor, mapping or file behind, and the next
 * call works. The calls fail in a mock (mock.h).
 */
#include "libpmem.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "check.h"
#include "device.h"
#include "domain.h"
#include "mock.h"
#include "policy.h"
#include "ranges.h"
#include "scratch.h"

#define OLD_BYTES ((size_t)10000)
#define DAX_BYTES ((size_t)4 << 20)

struct scenario {
	const char *name;
	const char *path; /* in the scratch directory */
	size_t len;
	int flags;
	bool no_tmpfile, map_sync, hint, no_room;
};

#define CREATE PMEM_FILE_CREATE
#define SPARSE PMEM_FILE_SPARSE
#define EXCL PMEM_FILE_EXCL
#define UNNAMED (PMEM_FILE_CREATE | PMEM_FILE_TMPFILE)

static const struct scenario scenarios[] = {
	{.name = "map", .path = "file"},
	{.name = "map as on DAX", .path = "file", .map_sync = true},
	{.name = "map with a hint", .path = "file", .hint = true},
	{"create", "new", 5000, CREATE, 0, 0, 0, 0},
	{"create sparse", "new", 5000, CREATE | SPARSE, 0, 0, 0, 0},
	{"create exclusively", "new", 5 << 20, CREATE | EXCL, 0, 0, 0, 0},
	{"create by a link", "link", 5000, CREATE, 0, 0, 0, 0},
	{"create by an absolute link", "far", 5000, CREATE, 0, 0, 0, 0},
	{"extend", "file", 2 * OLD_BYTES, CREATE, 0, 0, 0, 0},
	{"cut", "file", OLD_BYTES / 2, CREATE, 0, 0, 0, 0},
	{"unnamed", "", 5000, UNNAMED, 0, 0, 0, 0},
	{"unnamed by unlink", "", 5000, UNNAMED, true, 0, 0, 0},
	{.name = "device", .path = "dax"},
	/* These fail anyway: what else fails does so while they are undone. */
	{"create without room", "new", 5000, CREATE, 0, 0, 0, true},
	{"link without room", "link", 5000, CREATE, 0, 0, 0, true},
	{"extend without room", "file", 2 * OLD_BYTES, CREATE, 0, 0, 0, true},
	{"cut without room", "file", OLD_BYTES / 2, CREATE, 0, 0, 0, true},
	{"unnamed without room", "", 5000, UNNAMED, true, 0, 0, true},
};

/* A tree that stands for /sys: one device DAX of nd region 3. */
static void
sysfs_make(void)
{
	static const char *const dirs[] = {"sys", "sys/sys", "sys/sys/dev",
		"sys/sys/dev/char", "sys/sys/devices", "sys/sys/devices/ndbus0",
		"sys/sys/devices/ndbus0/region3",
		"sys/sys/devices/ndbus0/region3/dax3.0", "sys/sys/bus",
		"sys/sys/bus/nd", "sys/sys/bus/nd/devices",
		"sys/sys/bus/nd/devices/region3"};

	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++)
		CHECK(!mkdir(scratch_path(dirs[i]), 0700), "%s", dirs[i]);
	CHECK(!symlink("../../devices/ndbus0/region3/dax3.0",
		      scratch_path("sys/sys/dev/char/250:7")),
		"device");
	CHECK(!symlink("../../bus/dax",
		      scratch_path("sys/sys/dev/char/250:7/subsystem")),
		"subsystem");
}

static void
attribute(const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "sys/sys/%s", name);
	f = fopen(scratch_path(path), "we");
	CHECK(f && fputs(text, f) >= 0 && !fclose(f), "%s", path);
}

static void
files_reset(void)
{
	static int made;

	scratch_file("file", OLD_BYTES, 'f');
	unlink(scratch_path("new"));
	unlink(scratch_path("target"));
	if (made++)
		return;
	CHECK(!symlink("target", scratch_path("link")), "link");
	CHECK(!symlink(scratch_path("target"), scratch_path("far")), "far");
}

/* The existing file, as it was. */
static bool
file_is_old(void)
{
	static char bytes[OLD_BYTES + 1];
	FILE *f = fopen(scratch_path("file"), "re");
	size_t n;

	CHECK(f, "file");
	n = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] != 'f')
			return false;
	}
	return n == OLD_BYTES;
}

static void
scenario_set(const struct scenario *s)
{
	struct env *env = &policy_state.inputs.env;

	mock_no_tmpfile(s->no_tmpfile);
	mock_map_sync(s->map_sync);
	mock_no_room(s->no_room);
	env->has_mmap_hint = s->hint;
	env->mmap_hint = (uintptr_t)1 << 40;
}

/* Calls of which the library has nothing better when they fail, too, while it
 * undoes what it did: the file may stay, the error is the first one. */
static bool
undo_failed(const struct scenario *s, const struct mock_failure *f)
{
	static const char *const calls[] = {
		"fstat", "lstat", "unlink", "ftruncate"};

	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		if (s->no_room && errno == ENOMEM && f->call &&
			!strcmp(f->call, calls[i]))
			return true;
	}
	return false;
}

/* errno is what the call that failed said, or what a caller is told instead. */
static bool
errno_expected(const struct mock_failure *f, const struct scenario *s)
{
	if (errno == f->err || (s->no_room && errno == ENOMEM))
		return true;
	/* A device whose size cannot be read has one errno; one that was not
	 * there before it was opened has appeared meanwhile. */
	return !strcmp(s->path, "dax") &&
	       (errno == EINVAL || (errno == EAGAIN && f->err == ENOENT));
}

static void
outcome_check(const struct scenario *s, const struct mock_failure *f, void *p,
	size_t len, int is_pmem, int files)
{
	bool old = !strcmp(s->path, "file"), undone = !undo_failed(s, f);

	CHECK(s->no_room ? !p : p || f->err, "%s: %s", s->name,
		pmem_errormsg());

	if (p) {
		CHECK(len && is_pmem >= 0, "%s: %s", s->name, f->call);
		CHECK(is_pmem || errno == EOPNOTSUPP, "%s: %s: errno %d",
			s->name, f->call, errno);
		return;
	}
	CHECK(errno_expected(f, s), "%s: %s errno %d: errno %d", s->name,
		f->call, f->err, errno);
	CHECK(strstr(pmem_errormsg(), strerror(errno)) || errno == EINVAL,
		"%s: %s errno %d: \"%s\"", s->name, f->call, f->err,
		pmem_errormsg());
	CHECK(len == 4711 && is_pmem == -1, "%s: %s: outputs touched", s->name,
		f->call);
	CHECK(!old || !undone || file_is_old(), "%s: %s: content", s->name,
		f->call);
	CHECK(!undone || scratch_count() == files, "%s: %s left a file",
		s->name, f->call);
}

/* Maps with a failure at one place; false if that is past the last place. */
static bool
map_once(const struct scenario *s, int place, int *choice)
{
	const char *path = scratch_path(s->path);
	struct holdings before;
	struct mock_failure f;
	size_t len = 4711;
	int is_pmem = -1, files, saved_errno;
	void *p;

	files_reset();
	files = scratch_count();
	before = holdings_take();
	mock_fail(place, (*choice)++);
	p = pmem_map_file(path, s->len, s->flags, 0600, &len, &is_pmem);
	saved_errno = errno;
	f = mock_disarm();
	if (f.call && !f.err)
		*choice = -1; /* no more errnos: on to the next place */
	errno = saved_errno;
	outcome_check(s, &f, p, len, is_pmem, files);
	CHECK(!p || !pmem_unmap(p, len), "%s", pmem_errormsg());
	holdings_check(&before, f.call ? f.call : "nothing failed");
	return f.call;
}

static void
map_test(const struct scenario *s)
{
	int place = 0, choice = 0, failures = 0;

	scenario_set(s);
	while (map_once(s, place, &choice)) {
		failures += choice > 0;
		if (choice < 0) {
			choice = 0;
			place++;
		}
	}
	printf("%s: %d calls, %d failures\n", s->name, place, failures);
	CHECK(place >= 4, "%s: only %d calls", s->name, place);
}

/* Fails one call by name within what follows. */
static void
failing(const char *call, int err, int expected)
{
	struct mock_failure f;
	int got = errno;

	f = mock_disarm();
	CHECK(f.call && !strcmp(f.call, call) && f.err == err,
		"%s was not called", call);
	CHECK(got == expected, "%s: errno %d", call, got);
}

static void *
map_plain(void)
{
	return pmem_map_file(scratch_path("file"), 0, 0, 0, NULL, NULL);
}

/* The registry is allocated by the first mapping of a process. */
static void
registry_test(void)
{
	struct holdings before = holdings_take();

	mock_fail_call("calloc", ENOMEM);
	CHECK(!map_plain(), "no memory for the registry");
	failing("calloc", ENOMEM, ENOMEM);
	holdings_check(&before, "calloc");
	mock_fail_call("calloc", ENOMEM);
	CHECK(pmem_unmap(NULL, PAGE_BYTES) == -1, "no memory to split");
	failing("calloc", ENOMEM, ENOMEM);
}

/* A device may refuse every place that is chosen for it. */
static void
placed_by_kernel_test(void)
{
	char *p;

	mock_places_itself(true);
	mock_map_sync(true);
	p = map_plain();
	CHECK(p && pmem_is_pmem(p, OLD_BYTES), "%s", pmem_errormsg());
	CHECK(!pmem_unmap(p, OLD_BYTES), "%s", pmem_errormsg());
	mock_map_sync(false);
	mock_places_itself(false);
}

static void
unmap_test(void)
{
	char *p;

	mock_map_sync(true);
	p = map_plain();
	CHECK(p && pmem_is_pmem(p, OLD_BYTES), "%s", pmem_errormsg());
	mock_fail_call("munmap", ENOMEM);
	CHECK(pmem_unmap(p, PAGE_BYTES) == -1, "munmap");
	CHECK(p[0] == 'f' && pmem_is_pmem(p, OLD_BYTES), "still mapped");
	failing("munmap", ENOMEM, ENOMEM);
	CHECK(!strcmp(pmem_errormsg(), "munmap: Cannot allocate memory"), "%s",
		pmem_errormsg());
	CHECK(!pmem_unmap(p, OLD_BYTES), "%s", pmem_errormsg());
	mock_map_sync(false);
}

/* A call other than a map fails at every place: it says so with that errno, or
 * does its work all the same. */
static void
sweep(const char *name, int (*call)(char *), char *p)
{
	struct holdings before = holdings_take();
	struct mock_failure f;
	int place = 0, choice = 0, failures = 0, result;

	do {
		errno = 0;
		mock_fail(place, choice++);
		result = call(p);
		f = mock_disarm();
		if (f.err && result < 0) {
			failures++;
			CHECK(errno == f.err ||
					(f.err == ENOENT && errno == ENOTSUP),
				"%s: %s errno %d: errno %d", name, f.call,
				f.err, errno);
			CHECK(strstr(pmem_errormsg(), strerror(errno)), "%s",
				pmem_errormsg());
		}
		if (f.call && !f.err) {
			choice = 0;
			place++;
		}
		holdings_check(&before, name);
	} while (f.call);
	CHECK(result >= 0, "%s: %s", name, pmem_errormsg());
	printf("%s: %d calls, %d failures\n", name, place, failures);
	CHECK(failures, "%s: nothing failed", name);
}

static int
auto_flush_call(char *p)
{
	(void)p;
	return pmem_has_auto_flush();
}

static int
deep_call(char *p)
{
	return pmem_deep_persist(p, 5000);
}

static int
msync_call(char *p)
{
	return pmem_msync(p, 5000);
}

static void
sync_test(void)
{
	char *p = map_plain();

	CHECK(p, "%s", pmem_errormsg());
	sweep("msync", msync_call, p);
	sweep("deep persist of a file", deep_call, p);
	mock_fail_call("msync", EIO);
	CHECK(pmem_msync(p, 1) == -1, "msync");
	failing("msync", EIO, EIO);
	mock_fail_call("msync", EBUSY);
	CHECK(pmem_deep_persist(p, 1) == -1, "msync");
	failing("msync", EBUSY, EBUSY);
	CHECK(!pmem_msync(p, 1) && !pmem_deep_drain(p, 1), "works again");
	CHECK(!pmem_unmap(p, OLD_BYTES), "%s", pmem_errormsg());
}

/* The rules of the page for device DAX, and its deep flush. */
static void
device_refused(size_t len, int flags, const char *text)
{
	errno = 0;
	CHECK(!pmem_map_file(scratch_path("dax"), len, flags, 0, NULL, NULL),
		"%s", text);
	CHECK(errno == EINVAL && !strcmp(pmem_errormsg(), text),
		"errno %d, \"%s\", not \"%s\"", errno, pmem_errormsg(), text);
}

#define WRONG_LENGTH \
	"Device DAX length must be either 0 or the exact size of the device: " \
	"4194304"

static void
device_rules_test(void)
{
	static const int ok[] = {0, PMEM_FILE_CREATE, PMEM_FILE_SPARSE, 5};
	static const char size[] = "dev/char/250:7/size";
	size_t len;
	int is_pmem;
	void *p;

	device_refused(1, 0, WRONG_LENGTH);
	device_refused((size_t)-1, 0, WRONG_LENGTH);
	device_refused(DAX_BYTES + 1, PMEM_FILE_CREATE, WRONG_LENGTH);
	device_refused(0, 2, "flag unsupported for Device DAX 2");
	device_refused(0, 3, "flag unsupported for Device DAX 3");
	device_refused(0, 8, "flag unsupported for Device DAX 8");
	device_refused(0, 9, "flag unsupported for Device DAX 9");
	device_refused(0, 16, "invalid flag specified 10");
	for (size_t i = 0; i < sizeof(ok) / sizeof(*ok); i++) {
		p = pmem_map_file(scratch_path("dax"), i % 2 ? DAX_BYTES : 0,
			ok[i], 0, &len, &is_pmem);
		CHECK(p && len == DAX_BYTES && is_pmem, "%s", pmem_errormsg());
		CHECK(!pmem_unmap(p, len), "%s", pmem_errormsg());
	}
	attribute(size, "-1\n");
	device_refused(0, 0, "unable to read Device DAX size");
	attribute(size, "junk\n");
	device_refused(0, 0, "unable to read Device DAX size");
	attribute(size, "4194304\n");
}

/* A user's word counts for more than the kind of memory. Read once in a
 * process: run in one that has not asked yet. */
static int
forced_off_run(void *unused)
{
	int is_pmem = -1;

	(void)unused;
	CHECK(!setenv("PMEM_IS_PMEM_FORCE", "0", 1), "setenv");
	CHECK(pmem_map_file(scratch_path("dax"), 0, 0, 0, NULL, &is_pmem), "%s",
		pmem_errormsg());
	CHECK(is_pmem == 0 && errno == EOPNOTSUPP, "%d, errno %d", is_pmem,
		errno);
	return 0;
}

static void
link_make(const char *target, const char *name)
{
	CHECK(!symlink(target, scratch_path(name)), "%s", name);
}

/* A device whose attributes, as those of its driver's bus, come and go. */
static void
device_attributes_test(void)
{
	const dev_t dax = makedev(MOCK_DAX_MAJOR, MOCK_DAX_MINOR);
	const dev_t other = makedev(MOCK_DAX_MAJOR, MOCK_DAX_MINOR + 1);
	const dev_t odd = makedev(MOCK_DAX_MAJOR, MOCK_DAX_MINOR + 2);

	CHECK(device_is_dax(dax) == 1 && device_is_dax(other) == -ENOENT,
		"is dax");
	CHECK(device_region(dax) == 3 && device_region(other) == -1, "region");
	link_make("../../devices/platform/dax1.0", "sys/sys/dev/char/250:8");
	link_make("../../devices/ndbus0/region/dax", "sys/sys/dev/char/250:9");
	CHECK(device_region(other) == -1 && device_region(odd) == -1,
		"not on an nd bus");
	CHECK(device_node(dax) == -1, "no node");
	attribute("dev/char/250:7/numa_node", "5\n");
	CHECK(device_node(dax) == 5, "node %d", device_node(dax));
	attribute("dev/char/250:7/numa_node", "-1\n");
	CHECK(device_node(dax) == -1, "node %d", device_node(dax));
	CHECK(device_block_node(dax) == -1, "no block device");
	CHECK(device_deep_flush(4711) == -ENOTSUP, "no region");
}

static void
device_deep_test(void)
{
	static const char deep[] = "bus/nd/devices/region3/deep_flush";
	char path[64];
	char *p = pmem_map_file(scratch_path("dax"), 0, 0, 0, NULL, NULL);

	CHECK(p, "%s", pmem_errormsg());
	CHECK(pmem_deep_drain(p, 1) == -1 && errno == ENOTSUP, "no file: %d",
		errno);
	attribute(deep, "0\n");
	CHECK(!pmem_deep_drain(p, 1), "nothing needed");
	attribute(deep, "1\n");
	CHECK(!pmem_deep_persist(p, DAX_BYTES), "%s", pmem_errormsg());
	sweep("deep persist of a device", deep_call, p);
	for (int err = EPERM; err <= EIO; err += EIO - EPERM) {
		mock_fail_call("write", err);
		CHECK(pmem_deep_drain(p, 1) == -1, "hidden");
		failing("write", err, err);
	}
	mock_fail_call("write", EINTR);
	CHECK(!pmem_deep_drain(p, 1), "a signal is no failure");
	mock_disarm();
	mock_fail_call("read", EINTR);
	CHECK(!pmem_deep_drain(p, 1), "a signal is no failure");
	mock_disarm();
	attribute(deep, "2x\n");
	CHECK(pmem_deep_drain(p, 1) == -1 && errno == EINVAL, "junk");
	snprintf(path, sizeof(path), "sys/sys/%s", deep);
	CHECK(!unlink(scratch_path(path)), "unlink");
	CHECK(!pmem_unmap(p, DAX_BYTES), "%s", pmem_errormsg());
}

static void
auto_flush_is(int expected, const char *text)
{
	if (text)
		attribute("bus/nd/devices/region3/persistence_domain", text);
	CHECK(pmem_has_auto_flush() == expected, "\"%s\": not %d",
		text ? text : "no file", expected);
}

static void
auto_flush_test(void)
{
	auto_flush_is(0, NULL);
	auto_flush_is(1, "cpu_cache\n");
	auto_flush_is(0, "cpu_caches\n");
	auto_flush_is(0, "memory_controller\n");
	auto_flush_is(-1, "cpu_cache");
	auto_flush_is(-1, "");
	auto_flush_is(1, "cpu_cache\n");
	mock_fail_call("opendir", EACCES);
	auto_flush_is(0, NULL);
	failing("opendir", EACCES, errno);
	mock_fail_call("opendir", EMFILE);
	auto_flush_is(-1, NULL);
	failing("opendir", EMFILE, EMFILE);
	mock_fail_call("readdir", EIO);
	auto_flush_is(-1, NULL);
	failing("readdir", EIO, EIO);
	mock_fail_call("open", EACCES);
	auto_flush_is(0, NULL);
	failing("open", EACCES, errno);
	mock_fail_call("open", EMFILE);
	auto_flush_is(-1, NULL);
	failing("open", EMFILE, EMFILE);
	mock_fail_call("read", EIO);
	auto_flush_is(-1, NULL);
	failing("read", EIO, EIO);
	sweep("auto flush", auto_flush_call, NULL);
}

/* There is always a reason why a version does not do. */
static void
version_test(void)
{
	const char *text;

	mock_fail_call("malloc", ENOMEM);
	text = pmem_check_version(7, 0);
	failing("malloc", ENOMEM, errno);
	CHECK(text, "no reason");
	CHECK(!strcmp(text, "libpmem version mismatch"), "%s", text);
	CHECK(!strcmp(pmem_errormsg(),
		      "libpmem major version mismatch (need 7, found 1)"),
		"%s", pmem_errormsg());
	CHECK(!strcmp(pmem_check_version(7, 0), pmem_errormsg()), "again");
}

/* An unnamed file has its mode less the umask, and no name, however made. */
static void
unnamed_test(void)
{
	struct stat st;

	for (int refused = 0; refused < 2; refused++) {
		void *p;

		mock_no_tmpfile(refused);
		umask(027);
		p = pmem_map_file(
			scratch_path(""), 5000, UNNAMED, 0666, NULL, NULL);
		CHECK(umask(022) == 027, "umask");
		CHECK(p && !pmem_unmap(p, 5000), "%s", pmem_errormsg());
		st = mock_closed();
		CHECK((st.st_mode & 07777) == 0640 && st.st_nlink == 0 &&
				st.st_size == 5000,
			"mode %o, %lu names", st.st_mode,
			(unsigned long)st.st_nlink);
	}
	mock_no_tmpfile(false);
}

int
main(void)
{
	files_reset();
	sysfs_make();
	scratch_file("dax", DAX_BYTES, 'd');
	registry_test();
	mock_sysfs(scratch_path("sys"));
	auto_flush_test();
	mock_dax(scratch_path("dax"));
	attribute("dev/char/250:7/size", "4194304\n");
	CHECK(!child_run(forced_off_run, NULL), "PMEM_IS_PMEM_FORCE=0");
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++)
		map_test(&scenarios[i]);
	scenario_set(&scenarios[0]);
	placed_by_kernel_test();
	unmap_test();
	sync_test();
	version_test();
	unnamed_test();
	device_rules_test();
	device_attributes_test();
	device_deep_test();
	return 0;
}
