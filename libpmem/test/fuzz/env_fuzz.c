/*
 * env_fuzz.c: any text as the value of every environment variable
 *
 * What is taken must be exactly what a plain reading of digits says.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "env.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

/* Digits of the base and nothing else, without overflow. */
static bool
plain(const char *text, unsigned base, uint64_t *value)
{
	const char *digits = "00112233445566778899aAbBcCdDeEfF", *d;

	if (base == 16 && (!strncmp(text, "0x", 2) || !strncmp(text, "0X", 2)))
		text += 2;
	if (!*text)
		return false;
	for (*value = 0; *text; text++) {
		d = strchr(digits, *text);
		if (!d || (d - digits) / 2 >= (int)base ||
			__builtin_mul_overflow(*value, base, value) ||
			__builtin_add_overflow(
				*value, (uint64_t)(d - digits) / 2, value))
			return false;
	}
	return true;
}

static enum env_switch
plain_switch(const char *text)
{
	if (!strcmp(text, "0") || !strcmp(text, "1"))
		return text[0] == '1' ? ENV_ON : ENV_OFF;
	return ENV_UNSET;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct env env;
	uint64_t value;

	setenv("PMEM_NO_FLUSH", text, 1);
	setenv("PMEM_MOVNT_THRESHOLD", text, 1);
	setenv("PMEM_MMAP_HINT", text, 1);
	setenv("PMEM_IS_PMEM_FORCE", text, 1);
	env_load(&env);
	require(env.no_flush == plain_switch(text));
	require(env_is_pmem_force() == plain_switch(text));
	require(env.has_movnt_threshold == plain(text, 10, &value));
	require(!env.has_movnt_threshold || env.movnt_threshold_bytes == value);
	require(env.has_mmap_hint == plain(text, 16, &value));
	require(!env.has_mmap_hint || env.mmap_hint == value);
	free(text);
	return 0;
}
