/*
 * maps_fuzz.c: any text as /proc/self/maps, when a hint makes it be read
 *
 * However wrong the list, a mapping is made, aligned, and away from what is
 * mapped already. The linker leads the library's fopen here.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "place.h"
#include "policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
FILE *__wrap_fopen(const char *path, const char *mode);
FILE *__real_fopen(const char *path, const char *mode);

/* All that place.c needs of the policy is the hint. */
struct policy_state policy_state;

static const uint8_t *text;
static size_t text_bytes;

static void
require(bool condition)
{
	if (!condition)
		abort();
}

FILE *
__wrap_fopen(const char *path, const char *mode)
{
	if (strcmp(path, "/proc/self/maps") != 0)
		return __real_fopen(path, mode);
	return text_bytes ? fmemopen((void *)text, text_bytes, "r") : NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct env *env = &policy_state.inputs.env;
	int fd = memfd_create("file", MFD_CLOEXEC);
	static char canary[] = "not mapped over";
	bool synced;
	void *addr;

	require(fd >= 0 && !ftruncate(fd, 4096));
	env->has_mmap_hint = true;
	env->mmap_hint = size ? (uintptr_t)data[0] << 40 : 0;
	text = data;
	text_bytes = size;
	require(!place_map(fd, 4096, &addr, &synced));
	require(!synced && (uintptr_t)addr % (2 << 20) == 0);
	memset(addr, 1, 4096);
	require(!strcmp(canary, "not mapped over"));
	require(!munmap(addr, 4096));
	close(fd);
	return 0;
}
