/*
 * cell.c: see cell.h
 */
#include "cell.h"

#include <sys/resource.h>

#include "crew.h"
#include "flush.h"

/* A sample of small operations: enough for a mean that a stray interrupt of a
 * few us does not double, and some 30 us of work. */
#define SAMPLE_OPERATIONS ((size_t)256)
#define SAMPLE_BYTES ((size_t)256 << 10)

/* A cold batch's destinations, unless one alone is larger: few pages for the
 * TLB, and quick to prepare. */
#define BATCH_BYTES ((size_t)4 << 20)

/* Destinations start on such a boundary: the pair of lines that spatial
 * prefetchers complete (Intel's optimization manual; AMD's L2 alike). */
#define PAIR_BYTES ((size_t)128)

/* Room to move bases in: some pages of destinations so that no page or set of
 * the cache decides, and half a page of sources, so that the distance modulo
 * 4096, which loads are compared by, varies. */
#define DEST_SLACK_BYTES ((size_t)1 << 20)
#define SRC_SLACK_BYTES ((size_t)2048)

/* Sections of one operation up to this size run once untimed first, for code
 * and branch predictors. A larger one takes long enough not to notice. */
#define WARM_UP_BYTES ((size_t)64 << 10)

/* The smallest caches of any x86-64 with persistent memory. */
#define L1D_LEAST_BYTES ((size_t)32 << 10)
#define L2_LEAST_BYTES ((size_t)256 << 10)

/* A line in each page is looked at: more would bring in lines that are looked
 * at later. On AMD family 26, of lines 128 bytes apart that were all flushed
 * none of the first two is found in cache, and half of the seventh and eighth.
 */
#define LOOK_PAGE_BYTES ((uintptr_t)4096)

/* A flush that took as long as so many misses was interrupted. */
#define INTERRUPTED_MISSES 6

/* Flushes tell dirty lines if most of them take longer dirty than clean, and
 * enough were seen for a mean. */
#define TOLD_LINES_LEAST 32
#define TOLD_LEAST_PCT 75

/* A section longer than the kernel's time slice is switched out whenever
 * another program wants the CPU: then it is taken as it is. */
#define RETAKES_MOST 4

/* What memset fills with; any byte will do. */
#define FILL 0x5a

static size_t
stride_bytes(const struct cell *cell)
{
	size_t end = cell->dst_offset + cell->size_bytes;

	return (end + PAIR_BYTES - 1) / PAIR_BYTES * PAIR_BYTES;
}

/* Bytes of destinations in a section that keep it in its state. */
static size_t
section_bytes(const struct cell_bench *bench, const struct cell *cell)
{
	size_t l1d = bench->l1d_bytes ? bench->l1d_bytes : L1D_LEAST_BYTES;
	size_t l2 = bench->l2_bytes ? bench->l2_bytes : L2_LEAST_BYTES;

	if (cell->drain == DRAIN_EACH)
		return l1d / 2;
	return cell->residency == RESIDENCY_COLD ? BATCH_BYTES : l2 / 2;
}

static size_t
section_operations(const struct cell_bench *bench, const struct cell *cell)
{
	size_t count = section_bytes(bench, cell) / stride_bytes(cell);

	if (count < 1)
		return 1;
	return count < CELL_BATCH ? count : CELL_BATCH;
}

static size_t
sample_sections(const struct cell_bench *bench, const struct cell *cell)
{
	size_t per_section = section_operations(bench, cell);
	size_t wanted = SAMPLE_BYTES / cell->size_bytes;

	if (wanted > SAMPLE_OPERATIONS)
		wanted = SAMPLE_OPERATIONS;
	return wanted <= per_section ? 1 : wanted / per_section;
}

size_t
cell_sample_operations(const struct cell_bench *bench, const struct cell *cell)
{
	return sample_sections(bench, cell) * section_operations(bench, cell);
}

size_t
cell_dest_bytes(size_t max_size_bytes)
{
	size_t most = max_size_bytes + 2 * PAIR_BYTES;

	return (most > BATCH_BYTES ? most : BATCH_BYTES) + DEST_SLACK_BYTES;
}

size_t
cell_src_bytes(size_t max_size_bytes)
{
	return max_size_bytes + LINE_BYTES + SRC_SLACK_BYTES;
}

void
cell_place(struct cell_place *place, const struct cell_bench *bench,
	const struct cell *cell, struct rng *rng)
{
	size_t stride = stride_bytes(cell);
	size_t order[CELL_BATCH];
	size_t room;
	char *base;

	place->count = section_operations(bench, cell);
	room = bench->dest_bytes - place->count * stride;
	base = bench->dest + rng_below(rng, room / PAIR_BYTES + 1) * PAIR_BYTES;
	rng_permutation(rng, order, place->count);
	for (size_t i = 0; i < place->count; i++)
		place->dest[i] = base + order[i] * stride + cell->dst_offset;
	place->src = bench->src +
		     rng_below(rng, SRC_SLACK_BYTES / LINE_BYTES) * LINE_BYTES +
		     cell->src_offset;
}

static const char *
line_of(const char *addr)
{
	return addr - (uintptr_t)addr % LINE_BYTES;
}

/* Loads one byte of each line that the range touches. */
static inline void
lines_load(const char *addr, size_t len_bytes)
{
	for (const char *line = line_of(addr); line < addr + len_bytes;
		line += LINE_BYTES)
		(void)*(const volatile char *)line;
}

/* Stores to each line that the range touches, inside the range. */
static void
lines_store(char *addr, size_t len_bytes)
{
	*(volatile char *)addr = FILL;
	for (char *line = addr - (uintptr_t)addr % LINE_BYTES + LINE_BYTES;
		line < addr + len_bytes; line += LINE_BYTES)
		*(volatile char *)line = FILL;
}

static void
evict(const struct cell_bench *bench, const struct cell *cell,
	const struct cell_place *place)
{
	const struct flush_kernel *k = &flush_kernels[bench->has_clflushopt ?
							      FLUSH_CLFLUSHOPT :
							      FLUSH_CLFLUSH];

	for (size_t i = 0; i < place->count; i++)
		k->range(place->dest[i], cell->size_bytes);
	__asm__ volatile("mfence" : : : "memory");
}

void
cell_prepare(const struct cell_bench *bench, const struct cell *cell,
	const struct cell_place *place)
{
	bool cold = cell->residency == RESIDENCY_COLD;

	if (!cold) {
		evict(bench, cell, place);
		for (size_t i = 0; i < place->count; i++) {
			if (cell->op == OP_FLUSH)
				lines_store(place->dest[i], cell->size_bytes);
			else
				lines_load(place->dest[i], cell->size_bytes);
		}
	}
	if (cell->op == OP_MOVE)
		lines_load(place->src, cell->size_bytes);
	/* Last: a CPU that expected the other state may have loaded lines on
	 * its way here. */
	if (cold)
		evict(bench, cell, place);
}

static inline void
operation(const struct variant *v, char *dest, const char *src, size_t len)
{
	switch (v->call) {
	case CALL_MOVE:
		v->run.move(dest, src, len);
		break;
	case CALL_SET:
		v->run.set(dest, FILL, len);
		break;
	case CALL_FLUSH:
		v->run.flush(dest, len);
		break;
	case CALL_MEMCPY:
		v->run.memcpy(dest, src, len);
		break;
	case CALL_MEMSET:
		v->run.memset(dest, FILL, len);
		break;
	}
}

uint64_t
cell_section(const struct cell_bench *bench, const struct cell *cell,
	const struct cell_place *place, const struct variant *variant)
{
	size_t per_drain = cell->drain == DRAIN_EACH ? 1 : place->count;
	uint64_t start = timing_begin(bench->timing);

	for (size_t i = 0; i < place->count; i += per_drain) {
		for (size_t j = i; j < i + per_drain; j++)
			operation(variant, place->dest[j], place->src,
				cell->size_bytes);
		if (variant->drain)
			variant->drain();
		if (cell->residency != RESIDENCY_REREAD)
			continue;
		for (size_t j = i; j < i + per_drain; j++)
			lines_load(place->dest[j], cell->size_bytes);
	}
	return timing_end(bench->timing) - start;
}

/* How often the kernel has taken the CPU from this thread so far. */
static long
switches(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_THREAD, &usage))
		return 0;
	return usage.ru_nivcsw + usage.ru_nvcsw;
}

/* Prepares and runs a section until it had the CPU to itself. */
static uint64_t
section_take(const struct cell_bench *bench, const struct cell *cell,
	const struct cell_place *place, const struct variant *variant)
{
	bool alone = !bench->crew || bench->crew->count == 1;

	for (int retakes = 0;; retakes++) {
		long before = switches();
		uint64_t ticks;

		cell_prepare(bench, cell, place);
		if (bench->crew)
			crew_meet(bench->crew);
		ticks = cell_section(bench, cell, place, variant);
		if (!alone || switches() == before || retakes == RETAKES_MOST)
			return ticks;
		if (bench->retakes)
			++*bench->retakes;
	}
}

double
cell_sample(const struct cell_bench *bench, const struct cell *cell,
	const struct cell_place *place, const struct variant *variant)
{
	size_t sections = sample_sections(bench, cell);
	double sum_ns = 0;

	if (cell->size_bytes <= WARM_UP_BYTES) {
		cell_prepare(bench, cell, place);
		cell_section(bench, cell, place, variant);
	}
	for (size_t i = 0; i < sections; i++)
		sum_ns += timing_section_ns(bench->timing,
			section_take(bench, cell, place, variant));
	return sum_ns / (double)(sections * place->count);
}

double
cell_cached_pct(const struct cell_tally *tally)
{
	return tally->lines ?
		       100.0 * (double)tally->cached / (double)tally->lines :
		       0;
}

double
cell_dirty_pct(const struct cell_tally *tally)
{
	double pct;

	if (tally->flushed < TOLD_LINES_LEAST ||
		tally->told * 100 < tally->flushed * TOLD_LEAST_PCT)
		return -1;
	pct = 100 * (tally->found_ticks - tally->clean_ticks) /
	      (tally->dirty_ticks - tally->clean_ticks);
	return pct < 0 ? 0 : pct > 100 ? 100 : pct;
}

/* A load tells whether the line is in cache, the first flush whether it was
 * dirty, for a load leaves dirty lines dirty; the next two are its measure. */
static void
line_look(struct cell_tally *tally, const struct timing *t, char *line)
{
	uint64_t found, clean, dirty;

	tally->lines++;
	tally->cached += timing_is_cached(t, line);
	found = timing_flush_ticks(t, line);
	lines_load(line, 1);
	clean = timing_flush_ticks(t, line);
	lines_store(line, 1);
	dirty = timing_flush_ticks(t, line);
	if (found > INTERRUPTED_MISSES * t->miss_ticks ||
		clean > INTERRUPTED_MISSES * t->miss_ticks ||
		dirty > INTERRUPTED_MISSES * t->miss_ticks)
		return;
	tally->flushed++;
	tally->told += dirty > clean;
	tally->found_ticks += (double)found;
	tally->clean_ticks += (double)clean;
	tally->dirty_ticks += (double)dirty;
}

/* Whether the last of these pages is among those before it. */
static bool
was_looked_at(const uintptr_t *pages, size_t before)
{
	for (size_t i = 0; i < before; i++) {
		if (pages[i] == pages[before])
			return true;
	}
	return false;
}

void
cell_look(struct cell_tally *tally, const struct cell_bench *bench,
	const struct cell *cell, const struct cell_place *place,
	size_t max_lines, struct rng *rng)
{
	size_t bytes = cell->dst_offset + cell->size_bytes;
	size_t parts = (max_lines + place->count - 1) / place->count;
	uintptr_t pages[CELL_BATCH];
	size_t looked = 0;

	if (max_lines > CELL_BATCH)
		max_lines = CELL_BATCH;
	for (size_t i = 0; looked < max_lines && i < place->count * parts;
		i++) {
		size_t part = bytes / parts;
		char *dest = place->dest[i % place->count] - cell->dst_offset;
		char *line = dest + i / place->count * part +
			     rng_below(rng, part ? part : bytes);

		pages[looked] = (uintptr_t)line / LOOK_PAGE_BYTES;
		if (was_looked_at(pages, looked))
			continue;
		looked++;
		line_look(tally, bench->timing,
			line - (uintptr_t)line % LINE_BYTES);
	}
}
