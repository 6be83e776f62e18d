/*
 * baseline_libc.c: what a program would do without a library for it
 *
 * libc's memcpy and memset, a loop of CLWB over the lines, and a fence, behind
 * the names of libpmem, so that compare takes it for one. On a CPU without CLWB
 * the loop is of CLFLUSH. PMEM_NO_FLUSH=1 leaves the loop away, as for others.
 */
#include <cpuid.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES 64
#define PUBLIC __attribute__((visibility("default")))

static enum { NONE, CLWB, CLFLUSH } kind = CLFLUSH;

/* CPUID leaf 7 EBX bit 24: CLWB (Intel SDM vol. 2, AMD APM vol. 3). */
__attribute__((constructor)) static void
kind_choose(void)
{
	const char *no_flush = getenv("PMEM_NO_FLUSH");
	unsigned a, b, c, d;

	if (__get_cpuid_count(7, 0, &a, &b, &c, &d) && b & 1U << 24)
		kind = CLWB;
	if (no_flush && strcmp(no_flush, "1") == 0)
		kind = NONE;
}

static inline void
flush(const void *addr, size_t len)
{
	const char *end = (const char *)addr + len;
	const char *line = (const char *)addr - (uintptr_t)addr % LINE_BYTES;

	switch (kind) {
	case CLWB:
		for (; line < end; line += LINE_BYTES)
			__asm__ volatile("clwb %0" : : "m"(*line) : "memory");
		break;
	case CLFLUSH:
		for (; line < end; line += LINE_BYTES)
			__asm__ volatile("clflush %0"
					 :
					 : "m"(*line)
					 : "memory");
		break;
	case NONE:
		break;
	}
}

PUBLIC void pmem_drain(void);
PUBLIC void pmem_persist(const void *addr, size_t len);
PUBLIC void *pmem_memcpy_nodrain(void *dest, const void *src, size_t len);
PUBLIC void *pmem_memset_nodrain(void *dest, int c, size_t len);
PUBLIC void *pmem_memcpy_persist(void *dest, const void *src, size_t len);
PUBLIC void *pmem_memset_persist(void *dest, int c, size_t len);

void
pmem_drain(void)
{
	__asm__ volatile("sfence" : : : "memory");
}

void
pmem_persist(const void *addr, size_t len)
{
	flush(addr, len);
	pmem_drain();
}

void *
pmem_memcpy_nodrain(void *dest, const void *src, size_t len)
{
	memcpy(dest, src, len);
	flush(dest, len);
	return dest;
}

void *
pmem_memset_nodrain(void *dest, int c, size_t len)
{
	memset(dest, c, len);
	flush(dest, len);
	return dest;
}

void *
pmem_memcpy_persist(void *dest, const void *src, size_t len)
{
	pmem_memcpy_nodrain(dest, src, len);
	pmem_drain();
	return dest;
}

void *
pmem_memset_persist(void *dest, int c, size_t len)
{
	pmem_memset_nodrain(dest, c, len);
	pmem_drain();
	return dest;
}
