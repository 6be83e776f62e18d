/*
 * copy_x86.c: the copy kernels of x86-64, and their table
 *
 * Each block sets the parameters that copy_template.h documents and includes
 * it. All instances stand in one translation unit, so that a kernel without a
 * row is an unused function and a row without a kernel does not compile.
 *
 * Compiled without the compilers' memcpy idioms (see CMakeLists.txt): a loop
 * turned into a libc call would neither stream nor store words whole.
 */
#include "copy.h"

#include "copy_rows.h"
#include "cpu.h"
#include "prim_x86.h"
#include "tokens.h"

enum flush copy_edge_flush = FLUSH_CLFLUSH;

/* How a stream without a flush makes parts of lines durable: by ordinary stores
 * and copy_edge_flush, or by streaming stores of words. */
enum edge { EDGE_STORED, EDGE_STREAMED };
#define EDGE_generic EDGE_STORED
#define EDGE_sse2 EDGE_STORED
#define EDGE_avx EDGE_STORED
#define EDGE_avx512f EDGE_STORED
#define EDGE_movdir64b EDGE_STORED
#define EDGE_avx_movnti EDGE_STREAMED
#define EDGE_avx512f_movnti EDGE_STREAMED

/* generic: the general registers, for a machine whose vector units are off */
struct words {
	uint64_t low, high;
};

PRIM struct words
words_load(const char *src)
{
	return (struct words){prim_load_8(src), prim_load_8(src + 8)};
}

PRIM void
words_store(char *dest, struct words v)
{
	prim_store_8(dest, v.low);
	prim_store_8(dest + 8, v.high);
}

PRIM uint64_t
word_splat(int c)
{
	return (uint8_t)c * UINT64_C(0x0101010101010101);
}

PRIM struct words
words_splat(int c)
{
	return (struct words){word_splat(c), word_splat(c)};
}

/* Hardly ever runs, so small rather than fast. */
#define ISA generic
#define TARGET __attribute__((cold))
#define VEC uint64_t
#define VEC_BYTES sizeof(VEC)
#define LINE_VECS 8
#define VEC_LOAD(src) prim_load_8(src)
#define VEC_STORE(dest, v) prim_store_8(dest, v)
#define VEC_STORE_UNALIGNED(dest, v) prim_store_8(dest, v)
#define VEC_STREAM(dest, v) prim_stream_8(dest, v)
#define VEC_SPLAT(c) word_splat(c)
#define HALF struct words
#define HALF_LOAD(src) words_load(src)
#define HALF_STORE(dest, v) words_store(dest, v)
#define HALF_SPLAT(c) words_splat(c)
#define COPY_VARIANTS(V) COPY_ROWS_generic(V)
#include "copy_template.h"

/* All wider isas take the 16-byte pieces of an edge with SSE2 moves, which the
 * compiler encodes in the caller's isa, so no transition penalty arises. */
#define SSE2_LOAD(src) _mm_loadu_si128((const __m128i *)(const void *)(src))
#define SSE2_STORE(dest, v) _mm_storeu_si128((__m128i *)(void *)(dest), v)

#define ISA sse2
#define TARGET
#define VEC __m128i
#define VEC_BYTES sizeof(VEC)
#define LINE_VECS 4
#define VEC_LOAD(src) SSE2_LOAD(src)
#define VEC_STORE(dest, v) SSE2_STORE(dest, v)
#define VEC_STORE_UNALIGNED(dest, v) SSE2_STORE(dest, v)
#define VEC_STREAM(dest, v) \
	PRIM_STREAM("movntdq", (__m128i *)(void *)(dest), "x", v)
#define VEC_SPLAT(c) _mm_set1_epi8((char)(c))
#define HALF __m128i
#define HALF_LOAD(src) SSE2_LOAD(src)
#define HALF_STORE(dest, v) SSE2_STORE(dest, v)
#define HALF_SPLAT(c) _mm_set1_epi8((char)(c))
#define COPY_VARIANTS(V) COPY_ROWS_sse2(V)
#include "copy_template.h"

#define ISA avx
#define TARGET __attribute__((target("avx")))
#define VEC __m256i
#define VEC_BYTES sizeof(VEC)
#define LINE_VECS 2
#define VEC_LOAD(src) _mm256_loadu_si256((const __m256i *)(const void *)(src))
#define VEC_STORE(dest, v) _mm256_store_si256((__m256i *)(void *)(dest), v)
#define VEC_STORE_UNALIGNED(dest, v) \
	_mm256_storeu_si256((__m256i *)(void *)(dest), v)
#define VEC_STREAM(dest, v) \
	PRIM_STREAM("vmovntdq", (__m256i *)(void *)(dest), "x", v)
#define VEC_SPLAT(c) _mm256_set1_epi8((char)(c))
#define HALF __m128i
#define HALF_LOAD(src) SSE2_LOAD(src)
#define HALF_STORE(dest, v) SSE2_STORE(dest, v)
#define HALF_SPLAT(c) _mm_set1_epi8((char)(c))
#define COPY_VARIANTS(V) COPY_ROWS_avx(V) COPY_ROWS_avx_movnti(V)
#include "copy_template.h"

#define ISA avx512f
#define TARGET __attribute__((target("avx512f")))
#define VEC __m512i
#define VEC_BYTES sizeof(VEC)
#define LINE_VECS 1
#define VEC_LOAD(src) _mm512_loadu_si512((const void *)(src))
#define VEC_STORE(dest, v) _mm512_store_si512((void *)(dest), v)
#define VEC_STORE_UNALIGNED(dest, v) _mm512_storeu_si512((void *)(dest), v)
#define VEC_STREAM(dest, v) \
	PRIM_STREAM("vmovntdq", (__m512i *)(void *)(dest), "v", v)
#define VEC_SPLAT(c) _mm512_set1_epi32((int)word_splat(c))
#define HALF __m128i
#define HALF_LOAD(src) SSE2_LOAD(src)
#define HALF_STORE(dest, v) SSE2_STORE(dest, v)
#define HALF_SPLAT(c) _mm_set1_epi8((char)(c))
#define COPY_VARIANTS(V) COPY_ROWS_avx512f(V) COPY_ROWS_avx512f_movnti(V)
#include "copy_template.h"

/* movdir64b: one instruction moves a line from memory, so a vector is the place
 * of its bytes; a set keeps them in a line on the stack. */
struct line {
	__m128i v[LINE_BYTES / sizeof(__m128i)];
};

#define ISA movdir64b
#define TARGET __attribute__((target("movdir64b")))
#define VEC const struct line *
#define VEC_BYTES LINE_BYTES
#define LINE_VECS 1
#define VEC_LOAD(src) ((const struct line *)(const void *)(src))
#define VEC_STORE(dest, v) (*(volatile struct line *)(void *)(dest) = *(v))
#define VEC_STORE_UNALIGNED(dest, v) VEC_STORE(dest, v)
#define VEC_STREAM(dest, v) _movdir64b(dest, v)
#define VEC_SPLAT(c) \
	(&(struct line){{_mm_set1_epi8((char)(c)), _mm_set1_epi8((char)(c)), \
		_mm_set1_epi8((char)(c)), _mm_set1_epi8((char)(c))}})
#define HALF __m128i
#define HALF_LOAD(src) SSE2_LOAD(src)
#define HALF_STORE(dest, v) SSE2_STORE(dest, v)
#define HALF_SPLAT(c) _mm_set1_epi8((char)(c))
#define COPY_VARIANTS(V) COPY_ROWS_movdir64b(V)
#include "copy_template.h"

#include "copy_adapt.h"

const char *const isa_names[ISA_COUNT] = {
	[ISA_GENERIC] = "generic",
	[ISA_SSE2] = "sse2",
	[ISA_AVX] = "avx",
	[ISA_AVX512F] = "avx512f",
	[ISA_MOVDIR64B] = "movdir64b",
	[ISA_AVX_MOVNTI] = "avx_movnti",
	[ISA_AVX512F_MOVNTI] = "avx512f_movnti",
	[ISA_AVX_ADAPT] = "avx_adapt",
	[ISA_AVX512F_ADAPT] = "avx512f_adapt",
};

const enum isa isa_narrower[ISA_COUNT] = {
	[ISA_GENERIC] = ISA_GENERIC,
	[ISA_SSE2] = ISA_GENERIC,
	[ISA_AVX] = ISA_SSE2,
	[ISA_AVX512F] = ISA_AVX,
	[ISA_MOVDIR64B] = ISA_AVX512F,
	[ISA_AVX_MOVNTI] = ISA_AVX,
	[ISA_AVX512F_MOVNTI] = ISA_AVX_MOVNTI,
	[ISA_AVX_ADAPT] = ISA_AVX,
	[ISA_AVX512F_ADAPT] = ISA_AVX_ADAPT,
};

enum isa
isa_streaming(enum isa isa)
{
	if (isa == ISA_AVX_ADAPT)
		return ISA_AVX;
	return isa == ISA_AVX512F_ADAPT ? ISA_AVX512F : isa;
}

const char *const store_names[STORE_COUNT] = {
	[STORE_CACHED] = "cached",
	[STORE_STREAM] = "stream",
};

/* What a row needs: its registers and its flush. Streaming is part of SSE2. */
#define NEEDS_generic CPU_SSE2
#define NEEDS_sse2 CPU_SSE2
#define NEEDS_avx (CPU_SSE2 | CPU_AVX)
#define NEEDS_avx512f (CPU_SSE2 | CPU_AVX512F)
#define NEEDS_movdir64b (CPU_SSE2 | CPU_MOVDIR64B)
#define NEEDS_avx_movnti NEEDS_avx
#define NEEDS_avx512f_movnti NEEDS_avx512f
#define NEEDS_avx_adapt NEEDS_avx
#define NEEDS_avx512f_adapt NEEDS_avx512f
#define NEEDS_clwb CPU_CLWB
#define NEEDS_clflushopt CPU_CLFLUSHOPT
#define NEEDS_clflush CPU_CLFLUSH
#define NEEDS_none 0

/* clang-format off */
#define ROW(isa_, store_, flush_) \
	{ \
		.name = #isa_ "/" #store_ "/" #flush_, \
		.isa = TOKEN_ISA(isa_), \
		.store = TOKEN_STORE(store_), \
		.flush = TOKEN_FLUSH(flush_), \
		.needs = NEEDS_##isa_ | NEEDS_##flush_, \
		.move = isa_##_move_##store_##_##flush_, \
		.set = isa_##_set_##store_##_##flush_, \
	},
/* clang-format on */

const struct copy_kernel copy_kernels[] = {COPY_ROWS(ROW)};
const size_t copy_kernel_count = sizeof(copy_kernels) / sizeof(*copy_kernels);

const struct copy_kernel *
copy_kernel_find(enum isa isa, enum store store, enum flush flush)
{
	for (size_t i = 0; i < copy_kernel_count; i++) {
		const struct copy_kernel *k = &copy_kernels[i];

		if (k->isa == isa && k->store == store && k->flush == flush)
			return k;
	}
	return NULL;
}
