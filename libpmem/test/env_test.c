/*
 * env_test.c: every environment variable with every class of value, each read
 * by a process of its own
 *
 * A value that does not parse leaves the variable as if it were not set, with a
 * text that names it; it never becomes another value.
 */
#include "env.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "libpmem.h"
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

struct trial {
	const struct variable *variable;
	const struct reading *reading;
};

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

/* The other variables stay as if they were not set. */
static int
trial_run(void *arg)
{
	const struct trial *t = arg;
	struct env env = {0};

	CHECK(!setenv(t->variable->name, t->reading->text, 1), "setenv");
	errno = 4711;
	env_load(&env);
	CHECK(errno == 4711, "errno changed");
	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++) {
		const struct variable *v = &variables[i];
		long long expected = v == t->variable ? t->reading->value :
							IGNORED;

		CHECK(loaded(&env, v) == expected, "%s=\"%s\": %s is %lld",
			t->variable->name, t->reading->text, v->name,
			loaded(&env, v));
	}
	text_check(t->variable->name, t->reading);
	return 0;
}

/* PMEM_IS_PMEM_FORCE counts from the first call on, set before or not. */
static int
force_run(void *arg)
{
	const struct reading *r = arg;
	char byte;

	CHECK(!setenv("PMEM_IS_PMEM_FORCE", r->text, 1), "setenv");
	CHECK(pmem_is_pmem(&byte, 1) == (r->value == 1), "\"%s\"", r->text);
	text_check("PMEM_IS_PMEM_FORCE", r);
	CHECK(!setenv("PMEM_IS_PMEM_FORCE", "1", 1), "setenv");
	CHECK(pmem_is_pmem(&byte, 1) == (r->value == 1), "read again");
	CHECK(pmem_is_pmem((void *)-64, 64) == (r->value == 1), "anywhere");
	CHECK(!pmem_is_pmem(&byte, 0), "length 0");
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

static int
unset_run(void *arg)
{
	struct env env;

	(void)arg;
	env_load(&env);
	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++)
		CHECK(loaded(&env, &variables[i]) == IGNORED, "%s",
			variables[i].name);
	CHECK(env_is_pmem_force() == ENV_UNSET, "force");
	CHECK(env_log_level() == 0 && !env_log_file(), "log");
	CHECK(!*pmem_errormsg(), "%s", pmem_errormsg());
	return 0;
}

static void
all_unset(void)
{
	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++)
		unsetenv(variables[i].name);
	unsetenv("PMEM_IS_PMEM_FORCE");
	unsetenv("PMEM_LOG_LEVEL");
	unsetenv("PMEM_LOG_FILE");
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
main(void)
{
	size_t values = 0;

	all_unset();
	CHECK(child_run(unset_run, NULL) == 0, "not set");
	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++) {
		const struct reading *r = variables[i].readings;

		for (; r->text; r++, values++) {
			struct trial t = {&variables[i], r};

			CHECK(child_run(trial_run, &t) == 0, "%s=\"%s\"",
				variables[i].name, r->text);
		}
	}
	each(switches, force_run);
	each(decimals, level_run);
	printf("%zu values of %zu variables\n", values,
		sizeof(variables) / sizeof(*variables));
	return 0;
}
