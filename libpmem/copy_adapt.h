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
 * A look takes some 20 ns where it hits and a miss more where it does not, so
 * it is for long copies: the length from which on is a row's stream_min_bytes.
 * It reads bytes of the destination, which others do not.
 *
 * Included by copy_x86.c after the templates of the kernels that these jump to.
 */

/* Lines looked at, all at once: the time is that of the slowest. One that
 * misses is enough to stream. Four find a destination of which a third is not
 * in the cache in four of five looks. */
#define ADAPT_LOOKS 4

/* A load from memory takes at least 3 times what a hit does, the clock's own
 * time included, where both were seen (AMD family 26: 20 ns and 140; family 25:
 * 40 and 160); from a cache that cores share, less. */
#define ADAPT_MISS_BY_HIT 3

#define ADAPT_CALIBRATIONS 64

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
PRIM uint64_t
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

/* The least of many, since interrupts only add. */
void
copy_calibrate(void)
{
	char line[LINE_BYTES] = {0};
	uint64_t hit = UINT64_MAX;

	for (int i = 0; i < ADAPT_CALIBRATIONS; i++) {
		uint64_t ticks = adapt_look(line, sizeof(line));

		if (ticks < hit)
			hit = ticks;
	}
	copy_miss_ticks = hit * ADAPT_MISS_BY_HIT;
}
