/*
 * cell.h: one cell (what is done, in which state of the caches) measured with
 * one variant (who does it)
 *
 * A sample is one or more timed sections. Before each section, outside of the
 * timed part, the state that the cell states is prepared for every variant in
 * the same way: all destination lines are flushed out of the cache and fenced;
 * for warm and reread they are loaded again (for op flush: stored to, for that
 * is what a program flushes); last, the source is read, and so lies as near as
 * it fits, as it does for a program that just made what it stores. Loads go in
 * ascending order, so a destination larger than a cache is in it as far as a
 * program that just walked over it would find it.
 *
 * A section runs operations over distinct destinations, for an operation that
 * came twice to the same lines would find the state that the variant left, not
 * the one prepared. Destinations are visited in random order and are at least
 * 128 bytes apart, the span that prefetchers of x86 pair, so that none brings
 * the next one in. Random numbers come from the place, which all variants of a
 * round share: differences between them do not come from there.
 *
 *   each    an operation, then a fence, 64 times or as many as fit half of L1
 *   batch   64 operations, then one fence: or as many as fit half of L2 (warm)
 *           or 4 MiB (cold); where that is fewer than 64, a fence is no longer
 *           of weight beside the operations
 *   reread  after each fence, every line that the operations before it wrote
 *           is loaded, inside the timed part
 *
 * A section during which the kernel gave the CPU to another program is taken
 * again, a few times. The kernel's count of switches tells, not the time, so
 * slow variants are not favoured. Threads that measure at once take none again,
 * for they would lose each other.
 */
#ifndef BENCH_CELL_H
#define BENCH_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "measurement.h"
#include "stats.h"
#include "timing.h"

/* Operations under one drain: the format's "batch". */
#define CELL_BATCH 64

struct cell {
	enum op op;
	enum residency residency;
	enum drain drain;
	size_t size_bytes;
	unsigned dst_offset, src_offset; /* from a line boundary */
};

/* Who does it. drain is called after each operation or batch as the cell says;
 * NULL where the call drains by itself (pmem_memcpy_persist). */
struct variant {
	enum variant_call {
		CALL_MOVE, /* kernels of the internal table */
		CALL_SET,
		CALL_FLUSH,
		CALL_MEMCPY, /* functions of the public API */
		CALL_MEMSET,
	} call;
	union {
		char *(*move)(char *dest, const char *src, size_t len_bytes);
		char *(*set)(char *dest, int c, size_t len_bytes);
		void (*flush)(const void *addr, size_t len_bytes);
		void *(*memcpy)(void *dest, const void *src, size_t len_bytes);
		void *(*memset)(void *dest, int c, size_t len_bytes);
	} run;
	void (*drain)(void);
};

/* The memory and the machine that samples are taken on. */
struct cell_bench {
	struct timing *timing;
	char *dest; /* page aligned: what is measured */
	size_t dest_bytes; /* at least cell_dest_bytes of every cell */
	char *src; /* page aligned */
	size_t src_bytes; /* at least cell_src_bytes of every cell */
	size_t l1d_bytes, l2_bytes; /* 0: unknown, the smallest there is */
	bool has_clflushopt; /* prepares faster than CLFLUSH */
	/* Threads that measure at once: they wait for each other before every
	 * section. NULL: one alone. */
	struct crew *crew;
	/* Counts sections that were taken again, because the kernel ran
	 * something else on this CPU meanwhile; or NULL. */
	size_t *retakes;
};

/* Bytes that a bench needs so that any cell up to this size can be placed. */
size_t cell_dest_bytes(size_t max_size_bytes);
size_t cell_src_bytes(size_t max_size_bytes);

/* Where a round's samples of a cell lie. */
struct cell_place {
	char *dest[CELL_BATCH]; /* count of them, in the order of visit */
	const char *src;
	size_t count;
};

/* Draws a place for a cell: bases at random within the bench. */
void cell_place(struct cell_place *place, const struct cell_bench *bench,
	const struct cell *cell, struct rng *rng);

/* Timed operations that one sample of the cell consists of: at most 256, at
 * most 256 KiB, at least one section. */
size_t cell_sample_operations(
	const struct cell_bench *bench, const struct cell *cell);

/* Brings caches into the cell's state. */
void cell_prepare(const struct cell_bench *bench, const struct cell *cell,
	const struct cell_place *place);

/* Runs one section as prepared; returns its ticks. */
uint64_t cell_section(const struct cell_bench *bench, const struct cell *cell,
	const struct cell_place *place, const struct variant *variant);

/* One sample: mean wall time per operation, in ns. */
double cell_sample(const struct cell_bench *bench, const struct cell *cell,
	const struct cell_place *place, const struct variant *variant);

/* What was seen of lines looked at. */
struct cell_tally {
	size_t lines, cached;
	/* Ticks of flushing lines as they were found, then the same lines
	 * again when known to be clean, and dirty; over the lines where no
	 * interrupt fell into these. */
	size_t flushed, told; /* such lines; those that took longer dirty */
	double found_ticks, clean_ticks, dirty_ticks;
};

/* Share of lines in cache; 0 if none was looked at. */
double cell_cached_pct(const struct cell_tally *tally);

/* Share of lines that were dirty: where between clean and dirty ones their
 * flushes lie. Below 0 if that cannot be told, for want of lines or because
 * flushing takes as long for either. */
double cell_dirty_pct(const struct cell_tally *tally);

/* Looks at a few random lines of the destination as they are now, at most
 * max_lines, and adds what the time of a load and of a flush tells. Their
 * content changes. */
void cell_look(struct cell_tally *tally, const struct cell_bench *bench,
	const struct cell *cell, const struct cell_place *place,
	size_t max_lines, struct rng *rng);

#endif
