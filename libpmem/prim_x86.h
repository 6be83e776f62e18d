/*
 * prim_x86.h: the primitives that write, stream and flush on x86-64
 *
 * Copy kernels (copy_template.h) change memory through these names only. The
 * persistence model of the tests defines the same names to record instead, so
 * that the very source of the kernels is what is proven. Stores of up
 * to 8 bytes go through volatile: the compiler may neither split nor drop nor
 * merge them. Streams are assembler: to clang the intrinsics are ordinary
 * stores with a hint, and clang 14 was seen to lose the hint where it merged
 * two branches.
 */
#ifndef LIBPMEM_PRIM_X86_H
#define LIBPMEM_PRIM_X86_H

#include <immintrin.h>
#include <stdint.h>

#include "flush.h"

#define PRIM static inline __attribute__((always_inline))

/* Unaligned views; may_alias since callers' types are unknown here. */
struct prim_u16 {
	uint16_t v;
} __attribute__((packed, may_alias));
struct prim_u32 {
	uint32_t v;
} __attribute__((packed, may_alias));
struct prim_u64 {
	uint64_t v;
} __attribute__((packed, may_alias));

PRIM uint8_t
prim_load_1(const char *src)
{
	return (uint8_t)*src;
}

PRIM uint16_t
prim_load_2(const char *src)
{
	return ((const struct prim_u16 *)src)->v;
}

PRIM uint32_t
prim_load_4(const char *src)
{
	return ((const struct prim_u32 *)src)->v;
}

PRIM uint64_t
prim_load_8(const char *src)
{
	return ((const struct prim_u64 *)src)->v;
}

PRIM void
prim_store_1(char *dest, uint8_t v)
{
	*(volatile uint8_t *)dest = v;
}

PRIM void
prim_store_2(char *dest, uint16_t v)
{
	((volatile struct prim_u16 *)dest)->v = v;
}

PRIM void
prim_store_4(char *dest, uint32_t v)
{
	((volatile struct prim_u32 *)dest)->v = v;
}

PRIM void
prim_store_8(char *dest, uint64_t v)
{
	((volatile struct prim_u64 *)dest)->v = v;
}

/* Streams v, in a register of the kind named, to all of *dest. */
#define PRIM_STREAM(insn, dest, reg, v) \
	__asm__ volatile(insn " %1, %0" : "=m"(*(dest)) : reg(v))

/* MOVNTI needs no alignment. */
PRIM void
prim_stream_4(char *dest, uint32_t v)
{
	PRIM_STREAM("movnti", (struct prim_u32 *)dest, "r", v);
}

PRIM void
prim_stream_8(char *dest, uint64_t v)
{
	PRIM_STREAM("movnti", (struct prim_u64 *)dest, "r", v);
}

/* MFENCE: no later load starts before earlier flushes are done. */
PRIM void
prim_fence_loads(void)
{
	__asm__ volatile("mfence" : : : "memory");
}

/* The time stamp counter, once all earlier loads have their data. A later one
 * may start before it is read, which takes less than a miss. */
PRIM uint64_t
prim_ticks(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence\n\trdtsc"
			 : "=a"(low), "=d"(high)
			 :
			 : "memory");
	return (uint64_t)high << 32 | low;
}

/* Reads a byte and forgets it. */
PRIM void
prim_touch(const char *src)
{
	(void)*(const volatile char *)src;
}

/* Starts to bring the line that holds addr into the cache; never faults. Not
 * PREFETCHW, which some x86-64 CPUs have not. */
PRIM void
prim_prefetch(const void *addr)
{
	__builtin_prefetch(addr);
}

/* Starts the write-back of the line that holds addr. The assembler forms need
 * no target attribute, so that one body serves callers of every isa. */
PRIM void
prim_flush_line(enum flush flush, const void *addr)
{
	const volatile char *line = addr;

	switch (flush) {
	case FLUSH_CLWB:
		__asm__ volatile("clwb %0" : : "m"(*line) : "memory");
		break;
	case FLUSH_CLFLUSHOPT:
		__asm__ volatile("clflushopt %0" : : "m"(*line) : "memory");
		break;
	case FLUSH_CLFLUSH:
		__asm__ volatile("clflush %0" : : "m"(*line) : "memory");
		break;
	case FLUSH_NONE:
		break;
	}
}

/* SFENCE: waits for all flushes and empties the write-combining buffers. */
PRIM void
prim_fence(void)
{
	__asm__ volatile("sfence" : : : "memory");
}

#endif
