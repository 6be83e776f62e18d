/*
 * env_test.c: every environment variable with every class of value, each read
 * by a process of its own when it loads the library
 *
 * A value that does not parse leaves the variable as if it were not set, with a
 * text that names it; it never becomes another value. A program with another
 * user's rights reads none.
 *
 * usage: env_test [setuid]
 */
#include "env.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "libpmem.h"
#include "policy.h"
#include "scratch.h"

/* Read as a number, the value; IGNORED: not set, and a text says so. */
#define IGNORED (-2LL)

struct reading {
	const char *text;
	long long value;
};

static const struct reading switches[] = {
	{"0", 0},
	{"1", 1},
	{"", IGNORED},
	{"2", IGNORED},
	{"-1", IGNORED},
	{"-0", IGNORED},
	{"+1", IGNORED},
	{"01", IGNORED},
	{"1x", IGNORED},
	{" 1", IGNORED},
	{"1 ", IGNORED},
	{"1\n", IGNORED},
	{"0x1", IGNORED},
	{"yes", IGNORED},
	{"99999999999999999999", IGNORED},
	{NULL, 0},
};

static const struct reading decimals[] = {
	{"0", 0},
	{"1", 1},
	{"007", 7},
	{"4096", 4096},
	{"9223372036854775807", LLONG_MAX},
	{"18446744073709551616", IGNORED},
	{"99999999999999999999", IGNORED},
	{"", IGNORED},
	{"-1", IGNORED},
	{"+1", IGNORED},
	{" 1", IGNORED},
	{"1 ", IGNORED},
	{"1k", IGNORED},
	{"0x10", IGNORED},
	{"ff", IGNORED},
	{"1.5", IGNORED},
	{"junk", IGNORED},
	{NULL, 0},
};

static const struct reading addresses[] = {
	{"0", 0},
	{"10000000000", 1LL << 40},
	{"0x10000000000", 1LL << 40},
	{"0X7fff", 0x7fff},
	{"abcdef", 0xabcdef},
	{"7FFFFFFFFFFFFFFF", LLONG_MAX},
	{"10000000000000000", IGNORED},
	{"", IGNORED},
	{"0x", IGNORED},
	{"0x0x1", IGNORED},
	{"-1", IGNORED},
	{"+1", IGNORED},
	{"0x-1", IGNORED},
	{" 1", IGNORED},
	{"1 ", IGNORED},
	{"1xyz", IGNORED},
	{"junk", IGNORED},
	{NULL, 0},
};

/* Where env_load puts it: a switch, or a number with its flag. */
struct variable {
	const char *name;
	const struct reading *readings;
	size_t value_offset, flag_offset;
};

#define SWITCH(name, member) \
	{ \
		name, switches, offsetof(struct env, member), 0 \
	}

static const struct variable variables[] = {
	SWITCH("PMEM_NO_CLWB", no_clwb),
	SWITCH("PMEM_NO_CLFLUSHOPT", no_clflushopt),
	SWITCH("PMEM_NO_FLUSH", no_flush),
	SWITCH("PMEM_NO_MOVNT", no_movnt),
	SWITCH("PMEM_MOVNT_DURABLE", movnt_durable),
	SWITCH("PMEM_AVX", avx),
	SWITCH("PMEM_AVX512F", avx512f),
	SWITCH("PMEM_MOVDIR64B", movdir64b),
	{"PMEM_MOVNT_THRESHOLD", decimals,
		offsetof(struct env, movnt_threshold_bytes),
		offsetof(struct env, has_movnt_threshold)},
	{"PMEM_MMAP_HINT", addresses, offsetof(struct env, mmap_hint),
		offsetof(struct env, has_mmap_hint)},
};

#define VARIABLES (sizeof(variables) / sizeof(*variables))

static long long
loaded(const struct env *env, const struct variable *v)
{
	const char *base = (const char *)env;

	if (!v->flag_offset) {
		enum env_switch s = *(
			const enum env_switch *)(base + v->value_offset);

		return s == ENV_UNSET ? IGNORED : (long long)s;
	}
	if (!*(const bool *)(base + v->flag_offset))
		return IGNORED;
	return (long long)*(const size_t *)(base + v->value_offset);
}

static void
text_check(const char *name, const struct reading *r)
{
	char start[256];

	snprintf(start, sizeof(start), "%s=%s ignored: ", name, r->text);
	if (r->value == IGNORED)
		CHECK(!strncmp(pmem_errormsg(), start, strlen(start)), "\"%s\"",
			pmem_errormsg());
	else
		CHECK(!*pmem_errormsg(), "\"%s\"", pmem_errormsg());
}

/* Every variable as if it were not set, but that one. */
static void
loaded_check(const struct variable *set, const struct reading *r)
{
	const struct env *env = &policy_state.inputs.env;

	for (size_t i = 0; i < VARIABLES; i++) {
		const struct variable *v = &variables[i];
		long long expected = v == set ? r->value : IGNORED;

		CHECK(loaded(env, v) == expected, "%s=\"%s\": %s is %lld",
			set->name, r->text, v->name, loaded(env, v));
	}
	text_check(set->name, r);
}

/* Starts a program anew with these arguments; its exit status. */
static int
restart(const char *program, const char *task, size_t number, size_t reading)
{
	char numbers[2][32];
	pid_t child;
	int status;

	snprintf(numbers[0], sizeof(numbers[0]), "%zu", number);
	snprintf(numbers[1], sizeof(numbers[1]), "%zu", reading);
	fflush(NULL);
	child = fork();
	CHECK(child >= 0, "fork");
	if (!child) {
		execl(program, "env_test", task, numbers[0], numbers[1], NULL);
		_exit(127);
	}
	CHECK(waitpid(child, &status, 0) == child, "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static size_t
values_test(size_t number)
{
	const struct variable *v = &variables[number];
	size_t i;

	for (i = 0; v->readings[i].text; i++) {
		CHECK(!setenv(v->name, v->readings[i].text, 1), "setenv");
		CHECK(restart("/proc/self/exe", "loaded", number, i) == 0,
			"%s=\"%s\"", v->name, v->readings[i].text);
	}
	CHECK(!unsetenv(v->name), "unsetenv");
	return i;
}

/* A child of fork goes on with what its parent has read. */
static int
force_inherited(void *arg)
{
	const struct reading *r = arg;
	char byte = 0;

	return pmem_is_pmem(&byte, 1) != (r->value == 1);
}

/* PMEM_IS_PMEM_FORCE counts from the first call on, set before or not. */
static int
force_run(void *arg)
{
	const struct reading *r = arg;
	char byte = 0;

	CHECK(!setenv("PMEM_IS_PMEM_FORCE", r->text, 1), "setenv");
	CHECK(pmem_is_pmem(&byte, 1) == (r->value == 1), "\"%s\"", r->text);
	text_check("PMEM_IS_PMEM_FORCE", r);
	CHECK(!setenv("PMEM_IS_PMEM_FORCE", "1", 1), "setenv");
	CHECK(pmem_is_pmem(&byte, 1) == (r->value == 1), "read again");
	CHECK(pmem_is_pmem((void *)-64, 64) == (r->value == 1), "anywhere");
	CHECK(!pmem_is_pmem(&byte, 0), "length 0");
	CHECK(child_run(force_inherited, arg) == 0, "child");
	return 0;
}

/* pmem_map_file asks only if it is asked. */
static int
implicit_run(void *unused)
{
	const char *path = scratch_path("f");
	int is_pmem = 0;
	char *p = pmem_map_file(path, 100, PMEM_FILE_CREATE, 0600, NULL, NULL);

	(void)unused;
	CHECK(p, "%s", pmem_errormsg());
	CHECK(!setenv("PMEM_IS_PMEM_FORCE", "1", 1), "setenv");
	errno = 4711;
	CHECK(pmem_map_file(path, 0, 0, 0, NULL, &is_pmem) && is_pmem &&
			errno == 4711,
		"not forced");
	CHECK(!setenv("PMEM_IS_PMEM_FORCE", "0", 1), "setenv");
	CHECK(pmem_is_pmem(p, 100), "read again");
	return 0;
}

static int
level_run(void *arg)
{
	const struct reading *r = arg;
	long long expected = r->value == IGNORED ? 0 : r->value;

	CHECK(!setenv("PMEM_LOG_LEVEL", r->text, 1), "setenv");
	CHECK(env_log_level() == (expected > INT_MAX ? INT_MAX : expected),
		"\"%s\": %d", r->text, env_log_level());
	text_check("PMEM_LOG_LEVEL", r);
	return 0;
}

/* NULL: none is set. */
static void
all_set(const char *value)
{
	static const char *const others[] = {
		"PMEM_IS_PMEM_FORCE", "PMEM_LOG_LEVEL", "PMEM_LOG_FILE"};

	for (size_t i = 0; i < VARIABLES + 3; i++) {
		const char *name = i < VARIABLES ? variables[i].name :
						   others[i - VARIABLES];

		CHECK(!(value ? setenv(name, value, 1) : unsetenv(name)), "%s",
			name);
	}
}

static int
unset_run(void *arg)
{
	struct env env;

	(void)arg;
	errno = 4711;
	env_load(&env);
	for (size_t i = 0; i < VARIABLES; i++)
		CHECK(loaded(&env, &variables[i]) == IGNORED, "%s",
			variables[i].name);
	CHECK(env_is_pmem_force() == ENV_UNSET, "force");
	CHECK(env_log_level() == 0 && !env_log_file(), "log");
	CHECK(!*pmem_errormsg(), "%s", pmem_errormsg());
	CHECK(errno == 4711, "errno changed");
	return 0;
}

/* With another user's rights: as if there were no variables. */
static int
privileged_run(void)
{
	char byte = 0;

	if (!getauxval(AT_SECURE))
		return 77;
	CHECK(!pmem_is_pmem(&byte, 1), "PMEM_IS_PMEM_FORCE was read");
	return unset_run(NULL);
}

static void
setuid_test(void)
{
	static const char *const values[] = {"1", "junk"};
	const char *program = scratch_setuid_copy();
	int status;

	if (!program)
		test_skip("needs root");
	CHECK(!chmod(scratch_path(""), 0755), "chmod");
	for (size_t i = 0; i < 2; i++) {
		all_set(values[i]);
		status = restart(program, "privileged", 0, 0);
		if (status == 77)
			test_skip("the file system grants no setuid");
		CHECK(status == 0, "\"%s\": status %d", values[i], status);
	}
}

static void
each(const struct reading *readings, int (*run)(void *))
{
	for (const struct reading *r = readings; r->text; r++) {
		struct reading copy = *r;

		CHECK(child_run(run, &copy) == 0, "\"%s\"", r->text);
	}
}

int
main(int argc, char **argv)
{
	const char *task = argc > 1 ? argv[1] : "";
	size_t number = argc > 3 ? (size_t)atoi(argv[2]) : 0, values = 0;

	if (!strcmp(task, "loaded")) {
		loaded_check(&variables[number],
			&variables[number].readings[atoi(argv[3])]);
		return 0;
	}
	if (!strcmp(task, "privileged"))
		return privileged_run();
	if (!strcmp(task, "setuid")) {
		setuid_test();
		return 0;
	}
	all_set(NULL);
	CHECK(child_run(unset_run, NULL) == 0, "not set");
	for (size_t i = 0; i < VARIABLES; i++)
		values += values_test(i);
	each(switches, force_run);
	CHECK(child_run(implicit_run, NULL) == 0, "implicitly");
	each(decimals, level_run);
	printf("%zu values of %zu variables\n", values, VARIABLES);
	return 0;
}
