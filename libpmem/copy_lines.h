/*
 * copy_lines.h: copies that do not overlap their source, or are short
 *
 * Part of copy_template.h, which says what its macros are. How far flushes
 * trail the stores that they follow, and why, is in copy.h.
 */

/* More than a line and at most two. All is loaded before the first store, so
 * overlap does not matter. */
INLINE void
FN(two_lines)(enum flush flush, char *dest, const INPUT *in, size_t len)
{
	size_t end = len / 8 * 8 - LINE_BYTES;
	uint64_t word = FN(word)(in, len - 8);
	VEC first[LINE_VECS];
	VEC last[LINE_VECS];

	for (size_t i = 0; i < LINE_VECS; i++) {
		first[i] = FN(vec)(in, i * VEC_BYTES);
		last[i] = FN(vec)(in, end + i * VEC_BYTES);
	}
	for (size_t i = 0; i < LINE_VECS; i++) {
		VEC_STORE_UNALIGNED(dest + i * VEC_BYTES, first[i]);
		VEC_STORE_UNALIGNED(dest + end + i * VEC_BYTES, last[i]);
	}
	if (len % 8)
		prim_store_8(dest + len - 8, word);
	FN(flush)(flush, dest, 0, len);
}

/* Whole lines from at up to end, flushed in pairs; returns where pairs end. */
INLINE size_t
FN(pairs)(enum flush flush, char *dest, const INPUT *in, size_t at, size_t end)
{
	for (; at + 2 * LINE_BYTES <= end; at += 2 * LINE_BYTES) {
		FN(line)(STORE_CACHED, dest, in, at);
		FN(line)(STORE_CACHED, dest, in, at + LINE_BYTES);
		prim_flush_line(flush, dest + at);
		prim_flush_line(flush, dest + at + LINE_BYTES);
	}
	return at;
}

/* All whole lines from at up to end; returns where they end. */
INLINE size_t
FN(lines_cached)(
	enum flush flush, char *dest, const INPUT *in, size_t at, size_t end)
{
	at = FN(pairs)(flush, dest, in, at, end);
	if (end - at >= LINE_BYTES) {
		FN(line)(STORE_CACHED, dest, in, at);
		prim_flush_line(flush, dest + at);
		at += LINE_BYTES;
	}
	return at;
}

/* What is not whole lines. A store that crosses a line boundary takes long to
 * flush, so there is none. */
INLINE void
FN(ragged_flushed)(enum flush flush, char *dest, const INPUT *in, size_t len)
{
	size_t at = FN(head)(dest, len);

	if (at)
		FN(part_flush)(flush, dest, in, 0, at);
	at = FN(lines_cached)(flush, dest, in, at, len);
	if (at < len)
		FN(part_flush)(flush, dest, in, at, len - at);
}

/* The same of a line or more where nothing is flushed: as much as a line at
 * either end, wherever it begins, and whole lines between. */
INLINE void
FN(ragged_unflushed)(char *dest, const INPUT *in, size_t len)
{
	size_t at = LINE_BYTES - (uintptr_t)dest % LINE_BYTES;
	size_t end = len / 8 * 8 - LINE_BYTES;

	if (!len)
		return;
	FN(line_anywhere)(dest, in, 0);
	at = FN(pairs)(FLUSH_NONE, dest, in, at, end);
	for (; at < end; at += LINE_BYTES)
		FN(line)(STORE_CACHED, dest, in, at);
	FN(line_anywhere)(dest, in, end);
	if (len % 8)
		prim_store_8(dest + len - 8, FN(word)(in, len - 8));
}

/* Whole lines with streaming stores, flushed in blocks. */
INLINE void
FN(lines_stream)(enum flush flush, char *dest, const INPUT *in, size_t len)
{
	size_t block = flush == FLUSH_NONE ? len :
					     COPY_BLOCK_BYTES(STORE_STREAM);

	for (size_t at = 0; at < len; at += block) {
		size_t end = len - at < block ? len : at + block;

		for (size_t i = at; i < end; i += LINE_BYTES)
			FN(line)(STORE_STREAM, dest, in, i);
		FN(flush)(flush, dest, at, end);
	}
}

INLINE void
FN(lines)(enum store store, enum flush flush, char *dest, const INPUT *in,
	size_t len)
{
	if (store == STORE_CACHED)
		FN(lines_cached)(flush, dest, in, 0, len);
	else
		FN(lines_stream)(flush, dest, in, len);
}

/* The lines in the middle of a destination that is not whole lines. */
struct FN(middle) {
	size_t at, end;
};

INLINE struct FN(middle) FN(middle)(const char *dest, size_t len)
{
	size_t at = FN(head)(dest, len);

	return (struct FN(middle)){at, len - (len - at) % LINE_BYTES};
}

/* What whole lines leave: parts of lines at either end. Those that are stored
 * are fetched first and written last, so that the store need not wait. */
INLINE void
FN(ends_prefetch)(const char *dest, size_t len, struct FN(middle) middle)
{
	if (middle.at)
		prim_prefetch(dest);
	if (middle.end < len)
		prim_prefetch(dest + middle.end);
}

INLINE void
FN(ends_store)(enum flush flush, char *dest, const INPUT *in, size_t len,
	struct FN(middle) middle)
{
	size_t at = 0, n = middle.at;

	if (flush == FLUSH_NONE)
		flush = copy_edge_flush;
	for (int last = 0; last <= 1; last++) {
		if (n)
			FN(part_flush)(flush, dest, in, at, n);
		at = middle.end;
		n = len - at;
	}
}
