/*
 * copy_overlap.h: moves of more than two lines that overlap their source
 *
 * Part of copy_template.h, which says what its macros are. Rare, and so out of
 * the way of other copies: one function for every kernel of an isa. Flushes
 * trail the stores by a block (copy.h says why), so a place below or above
 * which everything is flushed moves along with the stores.
 */

/* A part at either end; durable here if the kernel flushes nothing else. */
APART void
FN(overlap_end)(enum store store, enum flush flush, enum edge edge, char *dest,
	const INPUT *in, size_t at, size_t n)
{
	int alone = store == STORE_STREAM && flush == FLUSH_NONE;

	if (alone && edge == EDGE_STREAMED) {
		FN(move_part_stream)(dest + at, in->src + at, n);
		return;
	}
	FN(part)(dest, in, at, n);
	if (alone)
		FN(flush)(copy_edge_flush, dest, at, at + n);
}

INLINE void
FN(forward)(enum store store, enum flush flush, enum edge edge, char *dest,
	const INPUT *in, size_t len)
{
	size_t at = FN(head)(dest, len);
	size_t flushed = 0;

	if (at)
		FN(overlap_end)(store, flush, edge, dest, in, 0, at);
	while (len - at >= LINE_BYTES) {
		FN(line)(store, dest, in, at);
		at += LINE_BYTES;
		if (at - flushed >= COPY_BLOCK_BYTES(store)) {
			FN(flush)(flush, dest, flushed, at);
			flushed = at;
		}
	}
	if (at < len)
		FN(overlap_end)(store, flush, edge, dest, in, at, len - at);
	FN(flush)(flush, dest, flushed, len);
}

/* For a destination that overlaps the end of its source. */
INLINE void
FN(backward)(enum store store, enum flush flush, enum edge edge, char *dest,
	const INPUT *in, size_t len)
{
	size_t start = FN(head)(dest, len);
	size_t at = len - (len - start) % LINE_BYTES;
	size_t flushed = len;

	if (at < len)
		FN(overlap_end)(store, flush, edge, dest, in, at, len - at);
	while (at > start) {
		at -= LINE_BYTES;
		FN(line)(store, dest, in, at);
		if (flushed - at >= COPY_BLOCK_BYTES(store)) {
			FN(flush)(flush, dest, at, flushed);
			flushed = at;
		}
	}
	if (start)
		FN(overlap_end)(store, flush, edge, dest, in, 0, start);
	FN(flush)(flush, dest, 0, flushed);
}

APART char *
FN(move_overlap)(char *dest, const char *src, size_t len, enum store store,
	enum flush flush, enum edge edge)
{
	INPUT in = {.src = src};

	if ((uintptr_t)dest - (uintptr_t)src < len)
		FN(backward)(store, flush, edge, dest, &in, len);
	else
		FN(forward)(store, flush, edge, dest, &in, len);
	return dest;
}
