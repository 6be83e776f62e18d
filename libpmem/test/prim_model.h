/*
 * prim_model.h: primitives that report to the model before they act
 *
 * Stands in for prim_x86.h: it defines that header's include guard, so the very
 * sources of the kernels and of the flush loop compile against these names when
 * this file is included first (-include). The intrinsics that copy_x86.c
 * gives its template are here too, so that every isa, also one that no CPU at
 * hand has, runs as plain C.
 */
#ifndef LIBPMEM_PRIM_X86_H
#define LIBPMEM_PRIM_X86_H

#include <stdint.h>
#include <string.h>

#include "flush.h"
#include "model.h"

#define PRIM static inline __attribute__((always_inline))
/* __attribute__((target("avx"))) becomes empty: nothing here needs it. */
#define target(isa)

/* The model that hears of everything. */
extern struct model model;

PRIM void
recorded_load(void *v, const void *src, size_t n_bytes)
{
	model_load(&model, (uintptr_t)src, n_bytes);
	memcpy(v, src, n_bytes);
}

PRIM void
recorded_store(void *dest, const void *v, size_t n_bytes)
{
	model_store(&model, (uintptr_t)dest, n_bytes);
	memcpy(dest, v, n_bytes);
}

PRIM void
recorded_stream(void *dest, const void *v, size_t n_bytes)
{
	model_stream(&model, (uintptr_t)dest, n_bytes);
	memcpy(dest, v, n_bytes);
}

#define RECORDED_LOAD(name, type, pointer) \
	PRIM type name(pointer src) \
	{ \
		type v; \
\
		recorded_load(&v, src, sizeof(v)); \
		return v; \
	}
#define RECORDED_WRITE(name, kind, pointer, type, align_bytes) \
	PRIM void name(pointer dest, type v) \
	{ \
		model_aligned(&model, (uintptr_t)dest, align_bytes); \
		recorded_##kind(dest, &v, sizeof(v)); \
	}

RECORDED_LOAD(prim_load_1, uint8_t, const char *)
RECORDED_LOAD(prim_load_2, uint16_t, const char *)
RECORDED_LOAD(prim_load_4, uint32_t, const char *)
RECORDED_LOAD(prim_load_8, uint64_t, const char *)
RECORDED_WRITE(prim_store_1, store, char *, uint8_t, 1)
RECORDED_WRITE(prim_store_2, store, char *, uint16_t, 1)
RECORDED_WRITE(prim_store_4, store, char *, uint32_t, 1)
RECORDED_WRITE(prim_store_8, store, char *, uint64_t, 1)
RECORDED_WRITE(prim_stream_4, stream, char *, uint32_t, 1)
RECORDED_WRITE(prim_stream_8, stream, char *, uint64_t, 1)

/* The instructions of vectors fault where they are not aligned. */
#define PRIM_STREAM(insn, dest, reg, v) \
	do { \
		__typeof__(*(dest)) value_ = (v); \
\
		model_aligned(&model, (uintptr_t)(dest), sizeof(value_)); \
		recorded_stream(dest, &value_, sizeof(value_)); \
	} while (0)

PRIM void
prim_fence_loads(void)
{
	model_fence(&model);
}

/* Time stands still: copy_miss_ticks alone tells whether a look hits. */
PRIM uint64_t
prim_ticks(void)
{
	return 0;
}

PRIM void
prim_touch(const char *src)
{
	model_load(&model, (uintptr_t)src, 1);
}

PRIM void
prim_prefetch(const void *addr)
{
	(void)addr;
}

PRIM void
prim_flush_line(enum flush flush, const void *addr)
{
	model_flush(&model, flush, (uintptr_t)addr);
}

PRIM void
prim_fence(void)
{
	model_fence(&model);
}

/* Vectors as bytes, and the intrinsics of copy_x86.c over them. */
#define __m128i struct vec_16
#define __m256i struct vec_32
#define __m512i struct vec_64
struct vec_16 {
	uint8_t v[16];
};
struct vec_32 {
	uint8_t v[32];
};
struct vec_64 {
	uint8_t v[64];
};

#define RECORDED_SPLAT(name, type) \
	PRIM type name(int c) \
	{ \
		type v; \
\
		memset(&v, c, sizeof(v)); \
		return v; \
	}

RECORDED_LOAD(_mm_loadu_si128, struct vec_16, const struct vec_16 *)
RECORDED_WRITE(_mm_storeu_si128, store, struct vec_16 *, struct vec_16, 1)
RECORDED_SPLAT(_mm_set1_epi8, struct vec_16)
RECORDED_LOAD(_mm256_loadu_si256, struct vec_32, const struct vec_32 *)
RECORDED_WRITE(_mm256_store_si256, store, struct vec_32 *, struct vec_32, 32)
RECORDED_WRITE(_mm256_storeu_si256, store, struct vec_32 *, struct vec_32, 1)
RECORDED_SPLAT(_mm256_set1_epi8, struct vec_32)
RECORDED_LOAD(_mm512_loadu_si512, struct vec_64, const void *)
RECORDED_WRITE(_mm512_store_si512, store, void *, struct vec_64, 64)
RECORDED_WRITE(_mm512_storeu_si512, store, void *, struct vec_64, 1)

PRIM struct vec_64
_mm512_set1_epi32(int c)
{
	struct vec_64 v;

	for (size_t i = 0; i < sizeof(v); i += sizeof(c))
		memcpy(v.v + i, &c, sizeof(c));
	return v;
}

PRIM void
_movdir64b(void *dest, const void *src)
{
	struct vec_64 v;

	model_aligned(&model, (uintptr_t)dest, 64);
	recorded_load(&v, src, sizeof(v));
	recorded_stream(dest, &v, sizeof(v));
}

#endif
