/*
 * probe_residency.c: the cells of the experiment, and one trial of a cell
 *
 * The load is of one line only, and the set is prepared anew for each: a second
 * load could meet what the first one, or a prefetcher it woke, brought in.
 */
#include "probe_residency.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "stats.h"

const char *const residency_setting_names[SETTING_COUNT] = {
	[SETTING_BASE] = "base",
	[SETTING_WAIT] = "wait",
	[SETTING_SCATTERED] = "scattered",
	[SETTING_HUGE] = "huge",
};

/* From one line to twice a usual L1 (64 KiB). */
static const size_t lines_tried[] = {1, 4, 16, 64, 256, 1024};
#define LINES_TRIED (sizeof(lines_tried) / sizeof(lines_tried[0]))

/* Room for the most lines at the widest stride, and places to choose from. */
#define ARENA_BYTES ((size_t)10 << 20)
#define HUGE_BYTES ((size_t)2 << 20)

/* Strides of scattered lines, in lines: odd, so that lines spread over all sets
 * of a cache, and longer than a page of 64. */
#define STRIDE_MIN_LINES 65
#define STRIDE_CHOICES 31

/* A write-combining buffer drains in some 100 ns. */
#define WAIT_NS 20000

/* Used where the size of L1 is unknown: more than any x86 CPU has. */
#define L1D_BYTES_DEFAULT ((size_t)128 << 10)

struct experiment {
	struct residency_cell *cells;
	size_t count;
	const struct timing *timing;
	struct rng *rng;
	char *small_pages, *huge_pages;
	struct line_pusher pusher;
};

/* Every action and state once in the base setting; in the others what decides:
 * streaming and flushing of lines in L1, and their controls. */
static bool
cell_wanted(const struct residency_cell *c)
{
	if (c->action == ACTION_NONE && c->state == LINE_ABSENT)
		return false; /* clflush is that control */
	if ((c->action == ACTION_CLFLUSHOPT || c->action == ACTION_CLWB) &&
		c->state != LINE_DIRTY_L1)
		return false;
	if (c->setting == SETTING_BASE)
		return true;
	return (c->state == LINE_CLEAN_L1 || c->state == LINE_DIRTY_L1) &&
	       (c->lines == 1 || c->lines == 64);
}

#define COMBINATIONS \
	((size_t)SETTING_COUNT * ACTION_COUNT * LINE_STATE_COUNT * LINES_TRIED)

static struct residency_cell
combination(size_t i)
{
	struct residency_cell cell = {.lines = lines_tried[i % LINES_TRIED]};

	i /= LINES_TRIED;
	cell.state = i % LINE_STATE_COUNT;
	i /= LINE_STATE_COUNT;
	cell.action = i % ACTION_COUNT;
	cell.setting = i / ACTION_COUNT;
	return cell;
}

/* Fills cells, which has room for COMBINATIONS; returns how many. */
static size_t
cells_make(struct residency_cell *cells, const struct cpu *cpu)
{
	size_t n = 0;

	for (size_t i = 0; i < COMBINATIONS; i++) {
		struct residency_cell c = combination(i);

		if (!(line_actions[c.action].needs & ~cpu->features) &&
			cell_wanted(&c))
			cells[n++] = c;
	}
	return n;
}

/* Where a trial's lines lie: anywhere, so that no set of the cache and no page
 * has a part in the result. */
static struct line_set
lines_draw(struct experiment *e, const struct residency_cell *cell)
{
	struct line_set set = {
		.stride_bytes = LINE_BYTES, .lines = cell->lines};
	char *arena = cell->setting == SETTING_HUGE ? e->huge_pages :
						      e->small_pages;
	size_t free_lines;

	if (cell->setting == SETTING_SCATTERED)
		set.stride_bytes *= STRIDE_MIN_LINES +
				    2 * rng_below(e->rng, STRIDE_CHOICES);
	free_lines = (ARENA_BYTES - set.lines * set.stride_bytes) / LINE_BYTES;
	set.base = arena + rng_below(e->rng, free_lines) * LINE_BYTES;
	return set;
}

static void
wait_ns(const struct timing *t, double ns)
{
	uint64_t start = timing_now(t);

	while ((double)(timing_now(t) - start) * t->ns_per_tick < ns)
		;
}

static int
cell_measure(void *context, size_t index, uint64_t *ticks)
{
	struct experiment *e = context;
	const struct residency_cell *cell = &e->cells[index];
	struct line_set set = lines_draw(e, cell);
	const char *line = line_at(&set, rng_below(e->rng, set.lines));
	uint64_t before = rng_next(e->rng), after = rng_next(e->rng), got;

	lines_prepare(&set, cell->state, &e->pusher, before);
	line_actions[cell->action].run(&set, after);
	lines_fence();
	if (cell->setting == SETTING_WAIT)
		wait_ns(e->timing, WAIT_NS);
	*ticks = line_load_ticks(e->timing, line, &got);
	if (got != (line_action_streams(cell->action) ? after : before))
		return -EIO;
	return 0;
}

static char *
arena_map(size_t bytes, int advice)
{
	char *addr = mmap(NULL, bytes + HUGE_BYTES, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (addr == MAP_FAILED)
		return NULL;
	/* A kernel without huge pages refuses the advice and has none. */
	(void)madvise(addr, bytes + HUGE_BYTES, advice);
	memset(addr, 1, bytes + HUGE_BYTES);
	return addr;
}

static void
arena_unmap(char *addr, size_t bytes)
{
	if (addr)
		munmap(addr, bytes + HUGE_BYTES);
}

/* Samples of all cells of an action, one after the other. */
static double *
samples_gather(const struct residency_result *r, const struct rounds *rounds,
	enum line_action_id action, size_t *count)
{
	double *all = calloc(r->count * rounds->count, sizeof(*all));

	*count = 0;
	for (size_t c = 0; all && c < r->count; c++) {
		if (r->cells[c].action != action)
			continue;
		memcpy(all + *count, rounds_cell(rounds, c),
			rounds->count * sizeof(*all));
		*count += rounds->count;
	}
	return all;
}

static int
result_evaluate(struct residency_result *r, const struct rounds *rounds,
	const struct timing *t)
{
	size_t hit_count, miss_count;
	double *hits = samples_gather(r, rounds, ACTION_NONE, &hit_count);
	double *misses = samples_gather(r, rounds, ACTION_CLFLUSH, &miss_count);
	int result = -ENOMEM;

	if (!hits || !misses)
		goto free_samples;
	result = separator_fit(
		&r->separator, hits, hit_count, misses, miss_count);
	if (result)
		goto free_samples;
	r->rounds = rounds->count;
	r->border_ns = r->separator.border * t->ns_per_tick;
	r->hit_ns = stats_median(hits, hit_count) * t->ns_per_tick;
	r->miss_ns = stats_median(misses, miss_count) * t->ns_per_tick;
	for (size_t c = 0; c < r->count; c++) {
		double *samples = rounds_cell(rounds, c);

		r->cells[c].cached = separator_share(
			&r->separator, samples, rounds->count);
		r->cells[c].median_ns = stats_median(samples, rounds->count) *
					t->ns_per_tick;
	}
free_samples:
	free(misses);
	free(hits);
	return result;
}

int
residency_run(struct residency_result *result, const struct timing *timing,
	const struct cpu *cpu, size_t l1d_bytes, struct rounds_plan pace,
	struct rng *rng)
{
	struct experiment e = {.timing = timing, .rng = rng};
	struct rounds rounds;
	int error = -ENOMEM;

	memset(result, 0, sizeof(*result));
	if (!(cpu->features & CPU_CLFLUSH))
		return -ENOTSUP;
	e.cells = calloc(COMBINATIONS, sizeof(*e.cells));
	e.pusher.bytes = 2 * (l1d_bytes ? l1d_bytes : L1D_BYTES_DEFAULT);
	e.pusher.addr = arena_map(e.pusher.bytes, MADV_HUGEPAGE);
	e.small_pages = arena_map(ARENA_BYTES, MADV_NOHUGEPAGE);
	e.huge_pages = arena_map(ARENA_BYTES, MADV_HUGEPAGE);
	if (!e.cells || !e.pusher.addr || !e.small_pages || !e.huge_pages)
		goto unmap_arenas;
	e.count = cells_make(e.cells, cpu);
	pace.cells = e.count;
	pace.measure = cell_measure;
	pace.context = &e;
	error = rounds_run(&rounds, &pace, rng);
	if (error)
		goto unmap_arenas;
	result->cells = e.cells;
	result->count = e.count;
	error = result_evaluate(result, &rounds, timing);
	rounds_free(&rounds);
unmap_arenas:
	arena_unmap(e.huge_pages, ARENA_BYTES);
	arena_unmap(e.small_pages, ARENA_BYTES);
	arena_unmap(e.pusher.addr, e.pusher.bytes);
	if (error) {
		free(e.cells);
		memset(result, 0, sizeof(*result));
	}
	return error;
}

enum movnt_verdict
residency_movnt(const struct residency_result *result)
{
	if (!separator_usable(&result->separator))
		return MOVNT_UNKNOWN;
	for (size_t c = 0; c < result->count; c++) {
		const struct residency_cell *cell = &result->cells[c];

		if (line_action_streams(cell->action) &&
			cell->state != LINE_ABSENT &&
			share_exceeds(&cell->cached, &result->separator))
			return MOVNT_RETAINED;
	}
	return MOVNT_NOT_PROMISED;
}

struct share
residency_share(const struct residency_result *result,
	enum line_action_id action, enum line_state state)
{
	size_t hits = 0, trials = 0;

	for (size_t c = 0; c < result->count; c++) {
		const struct residency_cell *cell = &result->cells[c];

		if (cell->action == action && cell->state == state) {
			hits += cell->cached.hits;
			trials += cell->cached.trials;
		}
	}
	return share_of(hits, trials);
}

void
residency_free(struct residency_result *result)
{
	free(result->cells);
	memset(result, 0, sizeof(*result));
}
