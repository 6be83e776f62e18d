/*
 * env.c: the table of environment variables and their three parsers
 */
#include "env.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

/* Digits only: no sign, space or second prefix, since strtoull takes them and
 * different releases of pmem software have read them differently. */
static bool
parse_number(const char *text, int base, unsigned long long *value)
{
	const char *digits = base == 16 ? "0123456789abcdefABCDEF" :
					  "0123456789";

	if (base == 16 && text[0] == '0' && (text[1] | 0x20) == 'x')
		text += 2;
	if (!*text || text[strspn(text, digits)])
		return false;
	errno = 0;
	*value = strtoull(text, NULL, base);
	return !errno;
}

static void
ignored(const char *name, const char *text, const char *expected)
{
	error_set("%s=%s ignored: not %s", name, text, expected);
}

static enum env_switch
read_switch(const char *name)
{
	const char *text = secure_getenv(name);

	if (!text)
		return ENV_UNSET;
	if (!strcmp(text, "0"))
		return ENV_OFF;
	if (!strcmp(text, "1"))
		return ENV_ON;
	ignored(name, text, "0 or 1");
	return ENV_UNSET;
}

static bool
read_size(const char *name, const char *expected, size_t *value)
{
	const char *text = secure_getenv(name);
	unsigned long long v;

	if (!text)
		return false;
	if (!parse_number(text, 10, &v)) {
		ignored(name, text, expected);
		return false;
	}
	*value = v;
	return true;
}

static bool
read_address(const char *name, uintptr_t *value)
{
	const char *text = secure_getenv(name);
	unsigned long long v;

	if (!text)
		return false;
	if (!parse_number(text, 16, &v)) {
		ignored(name, text, "a hexadecimal address");
		return false;
	}
	*value = v;
	return true;
}

void
env_load(struct env *env)
{
	int saved_errno = errno;

	env->no_clwb = read_switch("PMEM_NO_CLWB");
	env->no_clflushopt = read_switch("PMEM_NO_CLFLUSHOPT");
	env->no_flush = read_switch("PMEM_NO_FLUSH");
	env->no_movnt = read_switch("PMEM_NO_MOVNT");
	env->movnt_durable = read_switch("PMEM_MOVNT_DURABLE");
	env->avx = read_switch("PMEM_AVX");
	env->avx512f = read_switch("PMEM_AVX512F");
	env->movdir64b = read_switch("PMEM_MOVDIR64B");
	env->has_movnt_threshold = read_size("PMEM_MOVNT_THRESHOLD",
		"a decimal number of bytes", &env->movnt_threshold_bytes);
	env->has_mmap_hint = read_address("PMEM_MMAP_HINT", &env->mmap_hint);
	errno = saved_errno;
}

enum env_switch
env_is_pmem_force(void)
{
	int saved_errno = errno;
	enum env_switch value = read_switch("PMEM_IS_PMEM_FORCE");

	errno = saved_errno;
	return value;
}

int
env_log_level(void)
{
	size_t level = 0;

	if (read_size("PMEM_LOG_LEVEL", "a decimal number", &level) &&
		level > INT_MAX)
		level = INT_MAX;
	return (int)level;
}

const char *
env_log_file(void)
{
	return secure_getenv("PMEM_LOG_FILE");
}
