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
 *   COPY_VARIANTS(V)    V(isa, store, flush) for each kernel to make
 *
 * and has included prim_x86.h, or its recording twin in the tests.
 *
 * The shape: a destination is a head up to the first line boundary, whole
 * lines, and a tail shorter than a line. Every piece loads all it needs before
 * it stores, and pieces go away from the overlap, so moves need no bounce
 * buffer. Each line is flushed once, after all stores to it. Only whole lines
 * are streamed: a write-combining buffer that is not full leaves slowly.
 * Ordinary stores of a line or two are not cut at line boundaries.
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

/*
 * 1 to 64 bytes with ordinary stores. Whole words first, then one word that
 * ends at the end and may overlap them: so a word of an aligned destination is
 * first touched by a store that holds all of it. The last piece is no wider
 * than a word, since no CPU promises to keep words whole in a wider store that
 * is not aligned.
 */
INLINE void
FN(part)(char *dest, const INPUT *in, size_t at, size_t n)
{
	if (n >= 16) {
		size_t halves = n / 16 * 16;
		HALF first = FN(half)(in, at);
		HALF second = n >= 32 ? FN(half)(in, at + 16) : first;
		HALF third = n >= 48 ? FN(half)(in, at + 32) : first;
		HALF fourth = n >= 64 ? FN(half)(in, at + 48) : first;
		uint64_t word = n & 8 ? FN(word)(in, at + halves) : 0;
		uint64_t last = FN(word)(in, at + n - 8);

		HALF_STORE(dest + at, first);
		if (n >= 32)
			HALF_STORE(dest + at + 16, second);
		if (n >= 48)
			HALF_STORE(dest + at + 32, third);
		if (n >= 64)
			HALF_STORE(dest + at + 48, fourth);
		if (n & 8)
			prim_store_8(dest + at + halves, word);
		if (n % 8)
			prim_store_8(dest + at + n - 8, last);
	} else if (n >= 8) {
		uint64_t first = FN(word)(in, at);
		uint64_t last = FN(word)(in, at + n - 8);

		prim_store_8(dest + at, first);
		if (n != 8)
			prim_store_8(dest + at + n - 8, last);
	} else if (n >= 4) {
		uint32_t first = FN(word_half)(in, at);
		uint32_t last = FN(word_half)(in, at + n - 4);

		prim_store_4(dest + at, first);
		if (n != 4)
			prim_store_4(dest + at + n - 4, last);
	} else {
		uint32_t v = FN(bytes)(in, at, n);

		prim_store_1(dest + at, (uint8_t)v);
		if (n & 2)
			prim_store_2(dest + at + n - 2,
				(uint16_t)(v >> (8 * (n - 2))));
	}
}

APART void
FN(move_part)(char *dest, const char *src, size_t n)
{
	INPUT in = {.src = src};

	FN(part)(dest, &in, 0, n);
}

APART void
FN(set_part)(char *dest, HALF half, uint64_t word, size_t n)
{
	INPUT in = {.half = half, .word = word, .is_set = 1};

	FN(part)(dest, &in, 0, n);
}

/* Where a call does not matter; it is shorter. */
INLINE void
FN(part_apart)(char *dest, const INPUT *in, size_t at, size_t n)
{
	if (in->is_set)
		FN(set_part)(dest + at, in->half, in->word, n);
	else
		FN(move_part)(dest + at, in->src + at, n);
}

_Static_assert(VEC_BYTES *LINE_VECS == LINE_BYTES, "LINE_VECS make a line");

/* One whole line; dest + at is its start. */
INLINE void
FN(line)(enum store store, char *dest, const INPUT *in, size_t at)
{
	VEC v[LINE_VECS];

	for (size_t i = 0; i < LINE_VECS; i++)
		v[i] = FN(vec)(in, at + i * VEC_BYTES);
	for (size_t i = 0; i < LINE_VECS; i++) {
		if (store == STORE_CACHED)
			VEC_STORE(dest + at + i * VEC_BYTES, v[i]);
		else
			VEC_STREAM(dest + at + i * VEC_BYTES, v[i]);
	}
}

/* Flushes the lines of [from, to), each once; from begins a line, or the
 * destination. */
INLINE void
FN(flush)(enum flush flush, const char *dest, size_t from, size_t to)
{
	const char *line = dest + from - (uintptr_t)(dest + from) % LINE_BYTES;

	if (flush == FLUSH_NONE)
		return;
	for (; line < dest + to; line += LINE_BYTES)
		prim_flush_line(flush, line);
}

/* A part at either end, with ordinary stores whatever the kernel; flushed here
 * if the kernel flushes nothing else. Streams gain nothing from its code close
 * by. */
INLINE void
FN(edge)(enum store store, enum flush flush, char *dest, const INPUT *in,
	size_t at, size_t n)
{
	if (store == STORE_CACHED)
		FN(part)(dest, in, at, n);
	else
		FN(part_apart)(dest, in, at, n);
	if (store == STORE_STREAM && flush == FLUSH_NONE)
		FN(flush)(copy_edge_flush, dest, at, at + n);
}

/* A line at most with ordinary stores. Nothing is gained by stopping at a line
 * boundary, for what crosses it crosses between words. All is loaded before the
 * first store, so overlap does not matter. */
INLINE void
FN(small)(enum flush flush, char *dest, const INPUT *in, size_t len)
{
	FN(part)(dest, in, 0, len);
	FN(flush)(flush, dest, 0, len);
}

/* Two lines with ordinary stores and no flush, forward: the same. Aligning them
 * would take longer than the boundaries that they cross; a flush hides that. */
INLINE void
FN(medium)(char *dest, const INPUT *in, size_t len)
{
	size_t at = 0;

	for (; len - at >= LINE_BYTES; at += LINE_BYTES) {
		VEC v[LINE_VECS];

		for (size_t i = 0; i < LINE_VECS; i++)
			v[i] = FN(vec)(in, at + i * VEC_BYTES);
		for (size_t i = 0; i < LINE_VECS; i++)
			VEC_STORE_UNALIGNED(dest + at + i * VEC_BYTES, v[i]);
	}
	if (at < len)
		FN(part_apart)(dest, in, at, len - at);
}

/* Flushes trail the stores by a block (copy.h says why), so a place below or
 * above which everything is flushed moves along with the stores. */
INLINE void
FN(forward)(enum store store, enum flush flush, char *dest, const INPUT *in,
	size_t len)
{
	size_t head = -(uintptr_t)dest % LINE_BYTES;
	size_t at = head < len ? head : len;
	size_t flushed = 0;

	/* The last part's line is read while others are streamed. */
	if (store == STORE_STREAM && (uintptr_t)(dest + len) % LINE_BYTES)
		prim_prefetch(dest + len);
	if (at)
		FN(edge)(store, flush, dest, in, 0, at);
	while (len - at >= LINE_BYTES) {
		FN(line)(store, dest, in, at);
		at += LINE_BYTES;
		if (at - flushed >= COPY_BLOCK_BYTES(store)) {
			FN(flush)(flush, dest, flushed, at);
			flushed = at;
		}
	}
	if (at < len)
		FN(edge)(store, flush, dest, in, at, len - at);
	FN(flush)(flush, dest, flushed, len);
}

/* For a destination that overlaps the end of its source. */
INLINE void
FN(backward)(enum store store, enum flush flush, char *dest, const INPUT *in,
	size_t len)
{
	size_t head = -(uintptr_t)dest % LINE_BYTES;
	size_t start = head < len ? head : len;
	size_t at = len - (len - start) % LINE_BYTES;
	size_t flushed = len;

	if (at < len)
		FN(edge)(store, flush, dest, in, at, len - at);
	while (at > start) {
		at -= LINE_BYTES;
		FN(line)(store, dest, in, at);
		if (flushed - at >= COPY_BLOCK_BYTES(store)) {
			FN(flush)(flush, dest, at, flushed);
			flushed = at;
		}
	}
	if (start)
		FN(edge)(store, flush, dest, in, 0, start);
	FN(flush)(flush, dest, 0, flushed);
}

/* Overlap is rare: out of the way of other copies, which then need few
 * registers, and one place for all flushes. */
APART void
FN(back_cached)(enum flush flush, char *dest, const char *src, size_t len)
{
	INPUT in = {.src = src};

	FN(backward)(STORE_CACHED, flush, dest, &in, len);
}

APART void
FN(back_stream)(enum flush flush, char *dest, const char *src, size_t len)
{
	INPUT in = {.src = src};

	FN(backward)(STORE_STREAM, flush, dest, &in, len);
}

INLINE void
FN(back)(enum store store, enum flush flush, char *dest, const char *src,
	size_t len)
{
	if (store == STORE_CACHED)
		FN(back_cached)(flush, dest, src, len);
	else
		FN(back_stream)(flush, dest, src, len);
}

/* Whether small operations are done apart; 0 bytes are left to the others. */
INLINE int
FN(is_small)(enum store store, size_t len)
{
	return store == STORE_CACHED && len - 1 < LINE_BYTES;
}

INLINE int
FN(is_medium)(enum store store, enum flush flush, size_t len)
{
	return store == STORE_CACHED && flush == FLUSH_NONE &&
	       len - 1 < COPY_MEDIUM_BYTES;
}

INLINE void
FN(move_small)(enum flush flush, char *dest, const char *src, size_t len)
{
	INPUT in = {.src = src};

	FN(small)(flush, dest, &in, len);
}

INLINE void
FN(move)(enum store store, enum flush flush, char *dest, const char *src,
	size_t len)
{
	INPUT in = {.src = src};

	if ((uintptr_t)dest - (uintptr_t)src < len)
		FN(back)(store, flush, dest, src, len);
	else if (FN(is_medium)(store, flush, len))
		FN(medium)(dest, &in, len);
	else
		FN(forward)(store, flush, dest, &in, len);
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

INLINE void
FN(set_small)(enum flush flush, char *dest, int c, size_t len)
{
	INPUT in = FN(splat)(c);

	FN(small)(flush, dest, &in, len);
}

INLINE void
FN(set)(enum store store, enum flush flush, char *dest, int c, size_t len)
{
	INPUT in = FN(splat)(c);

	in.vec = VEC_SPLAT(c);
	if (FN(is_medium)(store, flush, len))
		FN(medium)(dest, &in, len);
	else
		FN(forward)(store, flush, dest, &in, len);
}

/* A kernel is a function for small operations, which jumps to another for the
 * rest: so the small ones save no registers. */
/* clang-format off */
#define COPY_EMIT_OP(isa, op, type, store, flush) \
	APART void \
	isa##_##op##_lines_##store##_##flush(char *dest, type from, size_t len) \
	{ \
		FN(op)(TOKEN_STORE(store), TOKEN_FLUSH(flush), dest, from, len); \
	} \
	static TARGET void isa##_##op##_##store##_##flush( \
		char *dest, type from, size_t len) \
	{ \
		if (FN(is_small)(TOKEN_STORE(store), len)) \
			FN(op##_small)(TOKEN_FLUSH(flush), dest, from, len); \
		else \
			isa##_##op##_lines_##store##_##flush(dest, from, len); \
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
