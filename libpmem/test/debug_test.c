/*
 * debug_test.c: the debug library: what its trace says at each level, where it
 * goes, and that its assertions hold a program up
 *
 * The environment is read when the library is loaded: each case is a run of
 * this program of its own.
 *
 * usage: debug_test [setuid]
 *
 * setuid is the test that no trace is written for a program which runs with
 * another user's rights.
 */
#include "libpmem.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <regex.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "scratch.h"

#define LEN ((size_t)8192)
#define LEVELS 5

/* What a run of this program is to do, and with what in its environment. */
struct run {
	const char *task, *level, *file;
	const char *program;
};

static void
variable_put(const char *name, const char *value)
{
	CHECK(!(value ? setenv(name, value, 1) : unsetenv(name)), "%s", name);
}

static const char *
errors_path(void)
{
	return scratch_path("stderr");
}

/* Runs it with standard error in a file; wait status, and the process. */
static int
run_status(const struct run *run, pid_t *pid)
{
	const char *errors = errors_path(), *dir = scratch_path("");
	struct rlimit no_core = {0, 0};
	pid_t child = fork();
	int status, to;

	CHECK(child >= 0, "fork");
	if (!child) {
		variable_put("PMEM_LOG_LEVEL", run->level);
		variable_put("PMEM_LOG_FILE", run->file);
		to = open(
			errors, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		CHECK(dup2(to, STDERR_FILENO) == STDERR_FILENO, "%s", errors);
		setrlimit(RLIMIT_CORE, &no_core);
		execl(run->program ? run->program : "/proc/self/exe",
			"debug_test", run->task, dir, NULL);
		_exit(127);
	}
	CHECK(waitpid(child, &status, 0) == child, "waitpid");
	if (pid)
		*pid = child;
	return status;
}

/* All that a file holds; to be freed. */
static char *
content(const char *path)
{
	size_t size = 1 << 20, n;
	char *text = malloc(size);
	FILE *f = fopen(path, "re");

	CHECK(text && f, "%s", path);
	n = fread(text, 1, size - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

static void
run_ok(const struct run *run, pid_t *pid)
{
	int status = run_status(run, pid);
	char *errors = content(errors_path());

	CHECK(status == 0, "level %s file %s: status %x\n%s", run->level,
		run->file, (unsigned)status, errors);
	free(errors);
}

/* Calls that are traced, each at its level. */
static const struct traced {
	const char *function;
	int level;
} traced[] = {
	{"policy_trace", 1},
	{"error_set_errno", 1},
	{"flags_trace", 1},
	{"pmem_map_file", 2},
	{"pmem_unmap", 2},
	{"pmem_msync", 2},
	{"pmem_deep_drain", 2},
	{"pmem_is_pmem", 3},
	{"pmem_check_version", 3},
	{"pmem_has_auto_flush", 3},
	{"pmem_has_hw_drain", 3},
	{"pmem_drain", 4},
	{"pmem_deep_flush", 4},
	{"flush", 4},
	{"move", 4},
	{"set", 4},
};

/* The part of a line that a match stands for, as a number. */
static int
number(const char *line, const regmatch_t *match)
{
	return atoi(line + match->rm_so);
}

/* Whether all of the text is lines of a trace of at most that level, and holds
 * each function at its own level and no other. */
static void
trace_check(char *text, int level)
{
	bool seen[sizeof(traced) / sizeof(*traced)] = {false};
	regmatch_t match[4];
	regex_t form;
	char *line, *function;

	CHECK(!regcomp(&form,
		      "^<libpmem>: <([0-9]+)> \\[[a-z_]+\\.c:([0-9]+) "
		      "([a-z_]+)\\] .+$",
		      REG_EXTENDED),
		"regcomp");
	while ((line = strsep(&text, "\n")) && *line) {
		CHECK(!regexec(&form, line, 4, match, 0), "level %d: \"%s\"",
			level, line);
		CHECK(number(line, &match[1]) <= level, "level %d: \"%s\"",
			level, line);
		line[match[3].rm_eo] = '\0';
		function = line + match[3].rm_so;
		for (size_t i = 0; i < sizeof(traced) / sizeof(*traced); i++) {
			if (strcmp(function, traced[i].function) != 0)
				continue;
			CHECK(number(line, &match[1]) == traced[i].level, "%s",
				traced[i].function);
			seen[i] = true;
		}
	}
	regfree(&form);
	for (size_t i = 0; i < sizeof(traced) / sizeof(*traced); i++)
		CHECK(seen[i] == (traced[i].level <= level),
			"level %d: %s seen %d", level, traced[i].function,
			seen[i]);
}

static void
level_check(const char *value, int level)
{
	struct run run = {.task = "work", .level = value};
	char *text;

	run_ok(&run, NULL);
	text = content(errors_path());
	if (!level)
		CHECK(!*text, "PMEM_LOG_LEVEL=%s: %s", value, text);
	else
		CHECK(strstr(text, "/missing: No such file or directory\n"),
			"no error: %s", text);
	trace_check(text, level);
	free(text);
}

static void
levels_test(void)
{
	static const char *const silent[] = {NULL, "0", "", "-1", "+1", "junk",
		"1x", "0x4", " 4", "4 ", "4.5", "99999999999999999999"};

	for (size_t i = 0; i < sizeof(silent) / sizeof(*silent); i++)
		level_check(silent[i], 0);
	level_check("1", 1);
	level_check("2", 2);
	level_check("3", 3);
	level_check("4", 4);
	level_check("004", 4);
	level_check("5", 4);
	level_check("9999999999", 4);
}

/* The trace is there alone, whole and anew. */
static void
file_check(const char *path, const struct run *run, mode_t mask)
{
	char *text, *errors;
	struct stat st;

	umask(mask);
	run_ok(run, NULL);
	umask(022);
	text = content(path);
	errors = content(errors_path());
	CHECK(!*errors, "%s", errors);
	CHECK(!stat(path, &st) && (st.st_mode & 07777) == (0666 & ~mask),
		"mode %o", st.st_mode);
	trace_check(text, atoi(run->level));
	free(text);
	free(errors);
}

static void
file_test(void)
{
	const char *path = scratch_path("log");
	struct run run = {.task = "work", .level = "2", .file = path};

	file_check(path, &run, 0);
	file_check(path, &run, 0); /* not appended to the one before */
	CHECK(!unlink(path), "%s", path);
	file_check(path, &run, 027);
	run.level = "0";
	CHECK(!unlink(path), "%s", path);
	file_check(path, &run, 077);
	CHECK(scratch_len(path) == 0, "not empty");
	CHECK(!unlink(path), "%s", path);
}

static void
process_file_test(void)
{
	const char *name = scratch_path("trace-");
	struct run run = {.task = "work", .level = "4", .file = name};
	char path[PATH_MAX + 16], *text;
	pid_t pid;

	for (int i = 0; i < 2; i++) {
		run_ok(&run, &pid);
		snprintf(path, sizeof(path), "%s%d", name, (int)pid);
		text = content(path);
		trace_check(text, 4);
		free(text);
		CHECK(!unlink(path), "%s", path);
	}
	CHECK(scratch_len(name) == -1, "the name without a number");
}

/* One line says why there is no file; the trace goes to standard error. */
static void
no_file_check(const char *name, const char *reason)
{
	struct run run = {.task = "work", .level = "3", .file = name};
	int files = scratch_count();
	char *text, *rest;
	size_t end;

	run_ok(&run, NULL);
	CHECK(scratch_count() == files, "%.40s: a file was made", name);
	text = content(errors_path());
	CHECK(!strncmp(text, "<libpmem>: PMEM_LOG_FILE=", 25), "%.60s", text);
	rest = strchr(text, '\n');
	CHECK(rest, "%.60s", text);
	*rest++ = '\0';
	end = strlen(text) - strlen(reason);
	CHECK(!strcmp(text + end, reason), "\"%s\", not %s", text + end,
		reason);
	trace_check(rest, 3);
	free(text);
}

static void
unwritable_test(void)
{
	static char name[3 * PATH_MAX];
	struct run full = {.task = "work", .level = "4", .file = "/dev/full"};

	no_file_check(scratch_path(""), "Is a directory");
	no_file_check(scratch_path("none/log"), "No such file or directory");
	/* As long as a path may be, or longer: cut, it would be another's. */
	for (size_t len = PATH_MAX - 1; len <= PATH_MAX + 1; len++) {
		memset(name, '/', len);
		memcpy(name, scratch_path(""), strlen(scratch_path("")));
		memcpy(name + len - 5, "/log-", 6);
		no_file_check(name, "File name too long");
	}
	run_ok(&full, NULL);
}

static void
assertions_test(void)
{
	static const char *const tasks[] = {"wrapping flush",
		"flush at nothing", "wrapping copy", "wrapping source",
		"wrapping set", "wrapping deep flush"};

	for (size_t i = 0; i < sizeof(tasks) / sizeof(*tasks); i++) {
		struct run run = {.task = tasks[i]};
		int status = run_status(&run, NULL);
		char *text = content(errors_path());

		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT,
			"%s: status %x", tasks[i], (unsigned)status);
		CHECK(strstr(text, "Assertion `RANGE_EXISTS("), "%s", text);
		free(text);
	}
}

static void
assertion_fire(const char *task)
{
	static char byte;

	if (!strcmp(task, "wrapping flush"))
		pmem_persist(&byte, SIZE_MAX);
	if (!strcmp(task, "flush at nothing"))
		pmem_flush(NULL, 1);
	if (!strcmp(task, "wrapping copy"))
		pmem_memcpy((void *)-64, &byte, 65, 0);
	if (!strcmp(task, "wrapping source"))
		pmem_memmove_persist(&byte, (void *)-64, 65);
	if (!strcmp(task, "wrapping set"))
		pmem_memset_persist((void *)-64, 0, 65);
	if (!strcmp(task, "wrapping deep flush"))
		pmem_deep_flush((void *)-64, 65);
}

/* A program that is started while it is traced does not inherit the log. */
static void
descriptors_check(void)
{
	const char *log = getenv("PMEM_LOG_FILE");
	DIR *d = opendir("/proc/self/fd");
	struct dirent *entry;

	CHECK(d, "/proc/self/fd");
	while (log && (entry = readdir(d))) {
		char name[PATH_MAX];
		ssize_t n = readlinkat(
			dirfd(d), entry->d_name, name, sizeof(name) - 1);

		name[n < 0 ? 0 : n] = '\0';
		if (!strcmp(name, log))
			CHECK(fcntl(atoi(entry->d_name), F_GETFD) & FD_CLOEXEC,
				"%s", name);
	}
	closedir(d);
}

static void
work(const char *dir)
{
	char path[PATH_MAX], from[300] = "from", *p;

	snprintf(path, sizeof(path), "%s/missing", dir);
	CHECK(!pmem_map_file(path, 0, 0, 0, NULL, NULL) && errno == ENOENT,
		"errno %d", errno);
	p = pmem_map_file(dir, LEN, PMEM_FILE_CREATE | PMEM_FILE_TMPFILE, 0600,
		NULL, NULL);
	CHECK(p, "%s", pmem_errormsg());
	errno = 4711;
	pmem_is_pmem(p, LEN);
	pmem_memcpy(p, from, sizeof(from), 1u << 31);
	pmem_memset_nodrain(p, 's', LEN);
	pmem_persist(p, LEN);
	pmem_deep_flush(p, LEN);
	pmem_drain();
	CHECK(errno == 4711, "tracing changed errno");
	CHECK(!pmem_has_hw_drain() && pmem_has_auto_flush() >= 0, "has");
	CHECK(pmem_check_version(1, 99), "version");
	CHECK(!pmem_msync(p, LEN) && !pmem_deep_drain(p, LEN) &&
			!pmem_unmap(p, LEN),
		"%s", pmem_errormsg());
	descriptors_check();
}

/* With another user's rights: as if nothing were in the environment. */
static void
privileged(void)
{
	char byte = 0;

	if (!getauxval(AT_SECURE))
		exit(77);
	CHECK(!*pmem_errormsg(), "%s", pmem_errormsg());
	CHECK(!pmem_is_pmem(&byte, 1), "PMEM_IS_PMEM_FORCE was read");
	pmem_persist(&byte, 1);
}

static void
setuid_test(void)
{
	const char *dir = scratch_path(""), *log = scratch_path("log");
	const char *victim = scratch_file("victim", 100, 'v');
	struct run run = {.task = "privileged", .level = "4", .file = log};
	char *errors;
	int status;

	run.program = scratch_setuid_copy();
	if (!run.program)
		test_skip("needs root");
	/* Everybody may write all of it: only the library can refuse. */
	CHECK(!chmod(dir, 0777) && !chmod(victim, 0666), "chmod");
	CHECK(!symlink("victim", log), "%s", log);
	variable_put("PMEM_IS_PMEM_FORCE", "1");
	variable_put("PMEM_MMAP_HINT", "junk");
	status = run_status(&run, NULL);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		test_skip("the file system grants no setuid");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		test_skip("other users cannot read the library");
	errors = content(errors_path());
	CHECK(status == 0 && !strstr(errors, "<libpmem>"), "status %x\n%s",
		(unsigned)status, errors);
	free(errors);
	CHECK(scratch_len(victim) == 100, "the log was followed");
	/* The same without those rights does write it. */
	CHECK(!chmod(run.program, 0755), "chmod");
	status = run_status(&run, NULL);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 77, "status %x",
		(unsigned)status);
	CHECK(scratch_len(victim) > 100, "control: no trace");
}

int
main(int argc, char **argv)
{
	Dl_info info;

	CHECK(dladdr((void *)pmem_drain, &info) &&
			strstr(info.dli_fname, "/pmem_debug/libpmem.so.1"),
		"not the debug library");
	if (argc == 3) {
		if (!strcmp(argv[1], "work"))
			work(argv[2]);
		else if (!strcmp(argv[1], "privileged"))
			privileged();
		else
			assertion_fire(argv[1]);
		return 0;
	}
	if (argc == 2) {
		CHECK(!strcmp(argv[1], "setuid"), "%s", argv[1]);
		setuid_test();
		return 0;
	}
	levels_test();
	file_test();
	process_file_test();
	unwritable_test();
	assertions_test();
	return 0;
}
