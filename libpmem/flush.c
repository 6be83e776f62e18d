/*
 * flush.c: the flush kernels and the fence
 */
#include "flush.h"

#include "cpu.h"
#include "prim_x86.h"

/* One body; the constant selects the instruction. */
PRIM void
flush_range(enum flush flush, const void *addr, size_t len_bytes)
{
	uintptr_t line = (uintptr_t)addr & ~(uintptr_t)(LINE_BYTES - 1);
	size_t lines;

	if (!len_bytes)
		return;
	/* Counted, not compared: a range may end at the top of the address
	 * space, where the end wraps to 0. */
	lines = ((uintptr_t)addr - line + len_bytes - 1) / LINE_BYTES + 1;
	for (; lines; lines--, line += LINE_BYTES)
		prim_flush_line(flush, (const void *)line);
}

static void
flush_clwb(const void *addr, size_t len_bytes)
{
	flush_range(FLUSH_CLWB, addr, len_bytes);
}

static void
flush_clflushopt(const void *addr, size_t len_bytes)
{
	flush_range(FLUSH_CLFLUSHOPT, addr, len_bytes);
}

static void
flush_clflush(const void *addr, size_t len_bytes)
{
	flush_range(FLUSH_CLFLUSH, addr, len_bytes);
}

static void
flush_none(const void *addr, size_t len_bytes)
{
	(void)addr;
	(void)len_bytes;
}

const struct flush_kernel flush_kernels[FLUSH_COUNT] = {
	[FLUSH_CLWB] = {"clwb", FLUSH_CLWB, CPU_CLWB, flush_clwb},
	[FLUSH_CLFLUSHOPT] = {"clflushopt", FLUSH_CLFLUSHOPT, CPU_CLFLUSHOPT,
		flush_clflushopt},
	[FLUSH_CLFLUSH] = {"clflush", FLUSH_CLFLUSH, CPU_CLFLUSH,
		flush_clflush},
	[FLUSH_NONE] = {"none", FLUSH_NONE, 0, flush_none},
};

enum flush
flush_narrow(enum flush wish, uint32_t features)
{
	enum flush flush = wish;

	while (flush < FLUSH_CLFLUSH &&
		!(flush_kernels[flush].needs & features))
		flush++;
	return flush;
}

void
flush_fence(void)
{
	prim_fence();
}
