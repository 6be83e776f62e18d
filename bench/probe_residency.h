/*
 * probe_residency.h: are lines still in the cache after an action?
 *
 * Lines are put into a state, an action is carried out on all of them and
 * fenced, and the load of one line drawn at random is timed. Streaming stores
 * that leave it in the cache are not durable by a fence alone; a flush that
 * leaves it there lets it be used again at no cost.
 *
 * Known answers are measured in the same rounds: lines prepared and left alone
 * (they must be found), and lines prepared and flushed by CLFLUSH, which by its
 * definition leaves none in any cache (they must not be found).
 */
#ifndef BENCH_PROBE_RESIDENCY_H
#define BENCH_PROBE_RESIDENCY_H

#include "cacheline.h"
#include "cpu.h"
#include "domain.h"
#include "evidence.h"
#include "rounds.h"

/* The circumstances other explanations of a result would depend on. */
enum residency_setting {
	SETTING_BASE, /* adjacent lines, small pages, loaded at once */
	SETTING_WAIT, /* 20 us between fence and load: buffers have drained */
	SETTING_SCATTERED, /* a line a page, strides drawn at random: no
			      neighbours, nothing for a prefetcher */
	SETTING_HUGE, /* huge pages, if the kernel gives them */
};
#define SETTING_COUNT 4
extern const char *const residency_setting_names[SETTING_COUNT];

struct residency_cell {
	enum residency_setting setting;
	enum line_action_id action;
	enum line_state state;
	size_t lines;
	struct share cached; /* loads as fast as of a line in cache */
	double median_ns; /* of the load, the timer's own time included */
};

struct residency_result {
	struct residency_cell *cells;
	size_t count;
	struct separator separator; /* fast: in cache; in ticks */
	double border_ns, hit_ns, miss_ns; /* medians of the controls */
	size_t rounds;
};

/* Runs the experiment on the calling thread's CPU, for about the given seconds.
 * 0 and *result, which residency_free frees; or -ENOMEM, -ENOTSUP (no CLFLUSH,
 * no known miss), -EIO (a load did not return what was stored), or what
 * rounds_plan.measure may return. */
int residency_run(struct residency_result *result, const struct timing *timing,
	const struct cpu *cpu, size_t l1d_bytes, struct rounds_plan pace,
	struct rng *rng);

/* The verdict on streaming stores, from all cells that stream to lines that
 * were in a cache; lines that were not are no test of what happens on a hit.
 * Retained needs one cell whose share of lines found exceeds the error of the
 * controls (share_exceeds). That none does proves nothing: "not promised". */
enum movnt_verdict residency_movnt(const struct residency_result *result);

/* Lines found after an action on dirty lines in L1, all numbers of lines and
 * settings taken together. */
struct share residency_share(const struct residency_result *result,
	enum line_action_id action, enum line_state state);

void residency_free(struct residency_result *result);

#endif
