/*
 * copy_adapt.h: copies that look whether their destination is in the cache
 *
 * Streaming pays off where the destination is not in the cache, and ordinary
 * stores where it is: up to twice as fast either way, at the same length. So no
 * threshold is right for both. These kernels time a few loads from the
 * destination and then jump to the one or the other kernel of their registers
 * with the same flush; so what is flushed after is durable everywhere, and what
 * is not only where caches are in the persistence domain.
 *
 * A look takes some 40 ns where it hits and a miss more where it does not, so
 * it is for long copies: the length from which on is a row's stream_min_bytes.
 * It reads bytes of the destination, which others do not.
 *
 * Included by copy_x86.c after the templates of the kernels that these jump to.
 */

/* Lines looked at, all at once: the time is that of the slowest. One that
 * misses is enough to stream. Four find a destination of which a third is not
 * in the cache in four of five looks. */
#define ADAPT_LOOKS 4

/* Looks of either kind that calibrate; the least counts, since all else that
 * happens takes time. */
#define ADAPT_CALIBRATIONS 32

/* Knuth's multiplicative hashing: 2^64 / golden ratio, odd. */
#define ADAPT_HASH UINT64_C(0x9E3779B97F4A7C15)

/* A place in the destination: part of its length, of 2^64. */
PRIM size_t
adapt_place(uint64_t part, size_t len_bytes)
{
	return (size_t)((unsigned __int128)part * len_bytes >> 64);
}

/* Ticks for loads from places that each look draws anew: a look leaves its
 * lines in the cache, where the next one must not find just them. */
static __attribute__((noinline)) uint64_t
adapt_look(const char *dest, size_t len_bytes)
{
	uint64_t start = prim_ticks(), part = start;

	for (int i = 0; i < ADAPT_LOOKS; i++) {
		part *= ADAPT_HASH;
		prim_touch(dest + adapt_place(part, len_bytes));
	}
	return prim_ticks() - start;
}

PRIM int
adapt_is_cached(const char *dest, size_t len_bytes)
{
	return len_bytes && adapt_look(dest, len_bytes) < copy_miss_ticks;
}

/* clang-format off */
#define ADAPT_EMIT_OP(isa, op, type, flush) \
	static char *isa##_adapt_##op##_stream_##flush( \
		char *dest, type from, size_t len_bytes) \
	{ \
		if (adapt_is_cached(dest, len_bytes)) \
			return isa##_##op##_cached_##flush( \
				dest, from, len_bytes); \
		return isa##_##op##_stream_##flush(dest, from, len_bytes); \
	}
#define ADAPT_EMIT(isa, flush) \
	ADAPT_EMIT_OP(isa, move, const char *, flush) \
	ADAPT_EMIT_OP(isa, set, int, flush)
#define ADAPT_ISA(isa) \
	ADAPT_EMIT(isa, clwb) \
	ADAPT_EMIT(isa, clflushopt) \
	ADAPT_EMIT(isa, clflush) \
	ADAPT_EMIT(isa, none)
/* clang-format on */

ADAPT_ISA(avx)
ADAPT_ISA(avx512f)

#undef ADAPT_EMIT_OP
#undef ADAPT_EMIT
#undef ADAPT_ISA

uint64_t copy_miss_ticks;

/* The least of many looks at lines that are in the cache, or are not. */
static uint64_t
adapt_least(const char *lines, size_t size_bytes, int cached)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < ADAPT_CALIBRATIONS; i++) {
		uint64_t ticks;

		for (size_t at = 0; !cached && at < size_bytes;
			at += LINE_BYTES)
			prim_flush_line(FLUSH_CLFLUSH, lines + at);
		prim_fence_loads();
		ticks = adapt_look(lines, size_bytes);
		if (ticks < least)
			least = ticks;
	}
	return least;
}

/* Two thirds of the way, since most of what is not in the cache is slower than
 * memory that was just used, and caches that cores share are slower than one's
 * own: on AMD family 26 a look at the latter takes 42 to 63 ticks, at a shared
 * one 63 to 126, at memory 294 and more. */
void
copy_calibrate(void)
{
	char lines[(size_t)2 * ADAPT_LOOKS * LINE_BYTES]
		__attribute__((aligned(LINE_BYTES))) = {0};
	uint64_t hit = adapt_least(lines, sizeof(lines), 1);
	uint64_t miss = adapt_least(lines, sizeof(lines), 0);

	copy_miss_ticks = (hit + 2 * miss) / 3;
}
