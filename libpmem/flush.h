/*
 * flush.h: the flush instructions, their names and the loop over a range
 *
 * A flush starts the write-back of cache lines; none of these kernels waits.
 * Only a fence after it (flush_fence) tells that the lines have reached the
 * persistence domain.
 */
#ifndef LIBPMEM_FLUSH_H
#define LIBPMEM_FLUSH_H

#include <stddef.h>
#include <stdint.h>

/* Bytes in a cache line: CPUID leaf 1 EBX[15:8] * 8 is 64 on every x86-64 CPU
 * that has CLFLUSH; the kernels are compiled for it. */
#define LINE_BYTES ((size_t)64)

enum flush { FLUSH_CLWB, FLUSH_CLFLUSHOPT, FLUSH_CLFLUSH, FLUSH_NONE };
#define FLUSH_COUNT 4

struct flush_kernel {
	const char *name; /* "clwb", "clflushopt", "clflush", "none" */
	enum flush flush;
	uint32_t needs; /* enum cpu_feature bits; runs if all are present */
	/* Flushes every line that [addr, addr + len_bytes) touches, each once,
	 * in ascending order; len_bytes 0 touches none. No fence. */
	void (*range)(const void *addr, size_t len_bytes);
};

/* Indexed by enum flush. */
extern const struct flush_kernel flush_kernels[FLUSH_COUNT];

/* The newest flush that a CPU with these features has, wish or older; CLFLUSH
 * is part of every x86-64 CPU that has persistent memory behind it. */
enum flush flush_narrow(enum flush wish, uint32_t features);

/* Orders all earlier stores, streaming stores and flushes of this thread
 * before all later stores: on return nothing waits in a write-combining
 * buffer. Needed after every flush instruction, CLFLUSH included, because
 * CLFLUSH does not cover streaming stores. */
void flush_fence(void);

#endif
