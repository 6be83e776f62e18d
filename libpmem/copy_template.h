/*
 * copy_template.h: the body of every copy kernel
 *
 * Included once for each isa; there is no include guard. The including file
 * defines, and this file undefines at its end:
 *
 *   ISA                 the name of the isa (avx): prefixes every function
 *   TARGET              attribute that lets the compiler use the isa, or empty
 *   VEC                 type that holds VEC_BYTES bytes: its widest register,
 *                       or a pointer to them for an isa that moves memory
 *   VEC_BYTES           how much one VEC_STORE or VEC_STREAM writes
 *   LINE_VECS           how many of them make a line
 *   VEC_LOAD(src)       unaligned load                       -> VEC
 *   VEC_STORE(dest, v)  store, dest aligned to VEC_BYTES
 *   VEC_STORE_UNALIGNED(dest, v)
 *   VEC_STREAM(dest, v) non-temporal store, dest aligned to VEC_BYTES
 *   VEC_SPLAT(c)        every byte is c; may name an object of the calling
 *                       function                             -> VEC
 *   HALF, HALF_LOAD, HALF_STORE, HALF_SPLAT
 *                       the same with 16 bytes and an unaligned store
 *   COPY_VARIANTS(V)    V(isa, store, flush) for each kernel to make, of ISA or
 *                       another that has its registers
 *   EDGE_<isa>          enum edge, for each of these isas
 *
 * and has included prim_x86.h, or its recording twin in the tests.
 *
 * What each length does, with a flush for every line once, after all stores to
 * it:
 *
 *   a line or less     a few stores, which may overlap (copy_part.h)
 *   up to two lines    the same, with vectors
 *   more               whole lines, flushed as they go, and what is left of a
 *                      line at either end (copy_lines.h)
 *   the same, overlapping its source   in a direction (copy_overlap.h)
 *
 * Only whole lines are streamed, but for EDGE_STREAMED: a
 * write-combining buffer that is not full leaves slowly on some CPUs, and on
 * others a streaming store that hits the cache is as fast as any. What may
 * overlap its source is loaded before it is stored, or
 * goes away from the overlap, so moves need no bounce buffer.
 *
 * memset is the same body: its loads give the splatted byte.
 */

#define COPY_PASTE_(a, b) a##_##b
#define COPY_PASTE(a, b) COPY_PASTE_(a, b)
#define FN(name) COPY_PASTE(ISA, name)
#define INPUT struct FN(input)
#define INLINE static inline __attribute__((always_inline)) TARGET
#define APART static __attribute__((noinline)) TARGET

/* Where the bytes come from: src for a move, the splats for a set. */
struct FN(input) {
	const char *src;
	VEC vec;
	HALF half;
	uint64_t word;
	int is_set;
};

INLINE VEC
FN(vec)(const INPUT *in, size_t at)
{
	return in->is_set ? in->vec : VEC_LOAD(in->src + at);
}

INLINE HALF
FN(half)(const INPUT *in, size_t at)
{
	return in->is_set ? in->half : HALF_LOAD(in->src + at);
}

INLINE uint64_t
FN(word)(const INPUT *in, size_t at)
{
	return in->is_set ? in->word : prim_load_8(in->src + at);
}

INLINE uint32_t
FN(word_half)(const INPUT *in, size_t at)
{
	return in->is_set ? (uint32_t)in->word : prim_load_4(in->src + at);
}

/* 1 to 3 bytes in the low end of a word; never reads past them. */
INLINE uint32_t
FN(bytes)(const INPUT *in, size_t at, size_t n)
{
	uint32_t v;

	if (in->is_set)
		return (uint32_t)in->word;
	v = prim_load_1(in->src + at);
	if (n & 2) {
		uint32_t last = prim_load_2(in->src + at + n - 2);

		v |= last << (8 * (n - 2));
	}
	return v;
}

/* All but the vector, which may name an object of the function that has it. */
INLINE INPUT
FN(splat)(int c)
{
	return (INPUT){
		.half = HALF_SPLAT(c),
		.word = (uint8_t)c * UINT64_C(0x0101010101010101),
		.is_set = 1,
	};
}

#include "copy_part.h"

#include "copy_lines.h"
#include "copy_overlap.h"

/* What is not whole lines, for every kernel of the isa with ordinary stores. */
INLINE void
FN(ragged_cached)(enum flush flush, char *dest, const INPUT *in, size_t len)
{
	if (flush == FLUSH_NONE)
		FN(ragged_unflushed)(dest, in, len);
	else
		FN(ragged_flushed)(flush, dest, in, len);
}

APART char *
FN(move_ragged_cached)(
	char *dest, const char *src, size_t len, enum flush flush)
{
	INPUT in = {.src = src};

	FN(ragged_cached)(flush, dest, &in, len);
	return dest;
}

APART char *
FN(set_ragged_cached)(char *dest, int c, size_t len, enum flush flush)
{
	INPUT in = FN(splat)(c);

	in.vec = VEC_SPLAT(c);
	FN(ragged_cached)(flush, dest, &in, len);
	return dest;
}

/* The same for streams; the kernel's function for whole lines is given. */
APART char *
FN(move_ragged_stream)(char *dest, const char *src, size_t len,
	enum flush flush, char *(*lines)(char *, const char *, size_t))
{
	INPUT in = {.src = src};
	struct FN(middle) m = FN(middle)(dest, len);

	FN(ends_prefetch)(dest, len, m);
	lines(dest + m.at, src + m.at, m.end - m.at);
	FN(ends_store)(flush, dest, &in, len, m);
	return dest;
}

APART char *
FN(set_ragged_stream)(char *dest, int c, size_t len, enum flush flush,
	char *(*lines)(char *, int, size_t))
{
	INPUT in = FN(splat)(c);
	struct FN(middle) m = FN(middle)(dest, len);

	FN(ends_prefetch)(dest, len, m);
	lines(dest + m.at, c, m.end - m.at);
	FN(ends_store)(flush, dest, &in, len, m);
	return dest;
}

/* The same for streams that stream parts of lines, too. */
APART char *
FN(move_ragged_streamed)(char *dest, const char *src, size_t len,
	char *(*lines)(char *, const char *, size_t))
{
	struct FN(middle) m = FN(middle)(dest, len);

	FN(move_part_stream)(dest, src, m.at);
	lines(dest + m.at, src + m.at, m.end - m.at);
	FN(move_part_stream)(dest + m.end, src + m.end, len - m.end);
	return dest;
}

APART char *
FN(set_ragged_streamed)(
	char *dest, int c, size_t len, char *(*lines)(char *, int, size_t))
{
	struct FN(middle) m = FN(middle)(dest, len);

	FN(set_part_stream)(dest, c, m.at);
	lines(dest + m.at, c, m.end - m.at);
	FN(set_part_stream)(dest + m.end, c, len - m.end);
	return dest;
}

INLINE void
FN(move_lines)(enum store store, enum flush flush, char *dest, const char *src,
	size_t len)
{
	INPUT in = {.src = src};

	FN(lines)(store, flush, dest, &in, len);
}

INLINE void
FN(set_lines)(enum store store, enum flush flush, char *dest, int c, size_t len)
{
	INPUT in = FN(splat)(c);

	in.vec = VEC_SPLAT(c);
	FN(lines)(store, flush, dest, &in, len);
}

/* Up to two lines of ordinary stores; whether that was all. 0 bytes are left to
 * the others. */
INLINE int
FN(short)(enum store store, enum flush flush, char *dest, const INPUT *in,
	size_t len)
{
	if (store == STORE_STREAM)
		return 0;
	if (len - 1 < LINE_BYTES)
		FN(part_flush)(flush, dest, in, 0, len);
	else if (len - 1 < 2 * LINE_BYTES &&
		 (flush == FLUSH_NONE ||
			 ((uintptr_t)dest | len) % VEC_BYTES == 0))
		FN(two_lines)(flush, dest, in, len);
	else
		return 0;
	return 1;
}

/* Whether a stream is of a part of one line, and parts are streamed. */
INLINE int
FN(short_stream)(enum store store, enum edge edge, const char *dest, size_t len)
{
	return store == STORE_STREAM && edge == EDGE_STREAMED &&
	       len != LINE_BYTES &&
	       (uintptr_t)dest % LINE_BYTES + len <= LINE_BYTES;
}

INLINE char *
FN(move)(enum store store, enum flush flush, enum edge edge, char *dest,
	const char *src, size_t len,
	char *(*lines)(char *, const char *, size_t))
{
	uintptr_t ahead = (uintptr_t)dest - (uintptr_t)src;
	INPUT in = {.src = src};

	if (FN(short)(store, flush, dest, &in, len))
		return dest;
	if (FN(short_stream)(store, edge, dest, len))
		return FN(move_part_stream)(dest, src, len);
	if (ahead < len || -ahead < len)
		return FN(move_overlap)(dest, src, len, store, flush, edge);
	if (((uintptr_t)dest | len) % LINE_BYTES == 0)
		return lines(dest, src, len);
	if (store == STORE_CACHED)
		return FN(move_ragged_cached)(dest, src, len, flush);
	if (edge == EDGE_STREAMED)
		return FN(move_ragged_streamed)(dest, src, len, lines);
	return FN(move_ragged_stream)(dest, src, len, flush, lines);
}

INLINE char *
FN(set)(enum store store, enum flush flush, enum edge edge, char *dest, int c,
	size_t len, char *(*lines)(char *, int, size_t))
{
	INPUT in = FN(splat)(c);

	in.vec = VEC_SPLAT(c);
	if (FN(short)(store, flush, dest, &in, len))
		return dest;
	if (FN(short_stream)(store, edge, dest, len))
		return FN(set_part_stream)(dest, c, len);
	if (((uintptr_t)dest | len) % LINE_BYTES == 0)
		return lines(dest, c, len);
	if (store == STORE_CACHED)
		return FN(set_ragged_cached)(dest, c, len, flush);
	if (edge == EDGE_STREAMED)
		return FN(set_ragged_streamed)(dest, c, len, lines);
	return FN(set_ragged_stream)(dest, c, len, flush, lines);
}

/* A kernel is a function for short operations, which jumps to others for the
 * rest: so the short ones save no registers. */
/* clang-format off */
#define COPY_EMIT_OP(isa, op, type, store, flush) \
	APART char * \
	isa##_##op##_lines_##store##_##flush(char *dest, type from, size_t len) \
	{ \
		FN(op##_lines)(TOKEN_STORE(store), TOKEN_FLUSH(flush), \
			dest, from, len); \
		return dest; \
	} \
	static TARGET char *isa##_##op##_##store##_##flush( \
		char *dest, type from, size_t len) \
	{ \
		return FN(op)(TOKEN_STORE(store), TOKEN_FLUSH(flush), \
			EDGE_##isa, dest, from, len, \
			isa##_##op##_lines_##store##_##flush); \
	}
#define COPY_EMIT(isa, store, flush) \
	COPY_EMIT_OP(isa, move, const char *, store, flush) \
	COPY_EMIT_OP(isa, set, int, store, flush)
/* clang-format on */

COPY_VARIANTS(COPY_EMIT)

#undef COPY_EMIT
#undef COPY_EMIT_OP
#undef COPY_PASTE_
#undef COPY_PASTE
#undef FN
#undef INLINE
#undef APART
#undef INPUT
#undef ISA
#undef TARGET
#undef VEC
#undef VEC_BYTES
#undef LINE_VECS
#undef VEC_LOAD
#undef VEC_STORE
#undef VEC_STORE_UNALIGNED
#undef VEC_STREAM
#undef VEC_SPLAT
#undef HALF
#undef HALF_LOAD
#undef HALF_STORE
#undef HALF_SPLAT
#undef COPY_VARIANTS
