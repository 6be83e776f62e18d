/*
 * copy_part.h: the pieces that copies are made of
 *
 * Part of copy_template.h, which says what its macros are.
 */

/* Stores 1 to 3 bytes, as FN(bytes) loaded them. */
INLINE void
FN(bytes_store)(char *dest, uint32_t v, size_t n)
{
	prim_store_1(dest, (uint8_t)v);
	if (n & 2)
		prim_store_2(dest + n - 2, (uint16_t)(v >> (8 * (n - 2))));
}

/*
 * 1 to 64 bytes with ordinary stores, which may overlap: as much from the front
 * as from the last whole word back, then one word that ends at the end. So a
 * word of an aligned destination is first touched by a store that holds all of
 * it.
 */
INLINE void
FN(part)(char *dest, const INPUT *in, size_t at, size_t n)
{
	size_t words = at + n / 8 * 8, last = at + n - 8;

	if (n >= 16) {
		HALF first = FN(half)(in, at);
		HALF fourth = FN(half)(in, words - 16);
		uint64_t word = FN(word)(in, last);

		if (n >= 32) {
			HALF second = FN(half)(in, at + 16);
			HALF third = FN(half)(in, words - 32);

			HALF_STORE(dest + at + 16, second);
			HALF_STORE(dest + words - 32, third);
		}
		HALF_STORE(dest + at, first);
		HALF_STORE(dest + words - 16, fourth);
		if (n % 8)
			prim_store_8(dest + last, word);
	} else if (n >= 8) {
		uint64_t first = FN(word)(in, at);
		uint64_t word = FN(word)(in, last);

		prim_store_8(dest + at, first);
		if (n != 8)
			prim_store_8(dest + last, word);
	} else if (n >= 4) {
		uint32_t first = FN(word_half)(in, at);
		uint32_t second = FN(word_half)(in, at + n - 4);

		prim_store_4(dest + at, first);
		prim_store_4(dest + at + n - 4, second);
	} else {
		FN(bytes_store)(dest + at, FN(bytes)(in, at, n), n);
	}
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

/* As much as a line, with ordinary stores, wherever it begins. What crosses a
 * line boundary crosses it between words. */
INLINE void
FN(line_anywhere)(char *dest, const INPUT *in, size_t at)
{
	VEC v[LINE_VECS];

	for (size_t i = 0; i < LINE_VECS; i++)
		v[i] = FN(vec)(in, at + i * VEC_BYTES);
	for (size_t i = 0; i < LINE_VECS; i++)
		VEC_STORE_UNALIGNED(dest + at + i * VEC_BYTES, v[i]);
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

/* A part and its flush. What crosses a line boundary crosses between words. */
INLINE void
FN(part_flush)(
	enum flush flush, char *dest, const INPUT *in, size_t at, size_t n)
{
	FN(part)(dest, in, at, n);
	FN(flush)(flush, dest, at, at + n);
}

/*
 * 0 to 63 bytes with streaming stores, a word each; what is less than half a
 * word has none and is stored ordinarily. Pieces are as long as the length's
 * binary digits, so that all of them can be loaded first. No word of an aligned
 * destination is written by halves: streams are not ordered among themselves.
 */
INLINE void
FN(part_stream)(char *dest, const INPUT *in, size_t n)
{
	size_t at_16 = n & 32, at_8 = n & 48, at_4 = n & 56, at_rest = n & 60;
	uint64_t word[7] = {0};
	uint32_t half = 0, rest = 0;

	if (n & 32) {
		word[0] = FN(word)(in, 0);
		word[1] = FN(word)(in, 8);
		word[2] = FN(word)(in, 16);
		word[3] = FN(word)(in, 24);
	}
	if (n & 16) {
		word[4] = FN(word)(in, at_16);
		word[5] = FN(word)(in, at_16 + 8);
	}
	if (n & 8)
		word[6] = FN(word)(in, at_8);
	if (n & 4)
		half = FN(word_half)(in, at_4);
	if (n & 3)
		rest = FN(bytes)(in, at_rest, n & 3);

	if (n & 32) {
		prim_stream_8(dest, word[0]);
		prim_stream_8(dest + 8, word[1]);
		prim_stream_8(dest + 16, word[2]);
		prim_stream_8(dest + 24, word[3]);
	}
	if (n & 16) {
		prim_stream_8(dest + at_16, word[4]);
		prim_stream_8(dest + at_16 + 8, word[5]);
	}
	if (n & 8)
		prim_stream_8(dest + at_8, word[6]);
	if (n & 4)
		prim_stream_4(dest + at_4, half);
	if (n & 3) {
		FN(bytes_store)(dest + at_rest, rest, n & 3);
		FN(flush)(copy_edge_flush, dest, at_rest, n);
	}
}

/* Parts of a line that are streamed, out of the way of whole lines. */
APART char *
FN(move_part_stream)(char *dest, const char *src, size_t n)
{
	INPUT in = {.src = src};

	FN(part_stream)(dest, &in, n);
	return dest;
}

APART char *
FN(set_part_stream)(char *dest, int c, size_t n)
{
	INPUT in = FN(splat)(c);

	FN(part_stream)(dest, &in, n);
	return dest;
}

/* How much of a destination lies before its first whole line. */
INLINE size_t
FN(head)(const char *dest, size_t len)
{
	size_t to_line = -(uintptr_t)dest % LINE_BYTES;

	return to_line < len ? to_line : len;
}
