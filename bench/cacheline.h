/*
 * cacheline.h: sets of cache lines, put into a stated state and acted upon
 *
 * The material of the probe's experiments. A set is lines at equal strides in
 * an arena: adjacent lines, or one on each of many pages.
 */
#ifndef BENCH_CACHELINE_H
#define BENCH_CACHELINE_H

#include <stddef.h>
#include <stdint.h>

#include "flush.h"
#include "timing.h"

struct line_set {
	char *base;
	size_t stride_bytes, lines;
};

static inline char *
line_at(const struct line_set *set, size_t i)
{
	return set->base + i * set->stride_bytes;
}

enum line_state {
	LINE_ABSENT, /* in no cache */
	LINE_CLEAN_L1, /* loaded */
	LINE_DIRTY_L1, /* stored to */
	LINE_CLEAN_L2, /* loaded, then pushed out of L1 */
	LINE_DIRTY_L2, /* stored to, then pushed out of L1 */
};
#define LINE_STATE_COUNT 5
extern const char *const line_state_names[LINE_STATE_COUNT];

/* Memory that pushes lines out of L1: other lines, twice its size. */
struct line_pusher {
	char *addr;
	size_t bytes;
};

/* Puts all lines of the set into the state, as far as the cache holds them, and
 * waits until they are. Lines begin with the 8 bytes of content, which is
 * written through to memory first where the state is clean or absent. */
void lines_prepare(const struct line_set *set, enum line_state state,
	const struct line_pusher *pusher, uint64_t content);

/* What is done to prepared lines. */
struct line_action {
	const char *name;
	uint32_t needs; /* enum cpu_feature bits; runs if all are present */
	/* On every line in ascending order, no fence. Those that store begin
	 * each line with content; the others ignore it. */
	void (*run)(const struct line_set *set, uint64_t content);
};

enum line_action_id {
	ACTION_NONE,
	ACTION_CLFLUSH,
	ACTION_CLFLUSHOPT,
	ACTION_CLWB,
	ACTION_STREAM_PART, /* 8 bytes of each line */
	ACTION_STREAM_8, /* the whole line, as below, in stores of 8 bytes */
	ACTION_STREAM_16,
	ACTION_STREAM_32,
	ACTION_STREAM_64,
	ACTION_STREAM_DIRECT, /* MOVDIR64B */
};
#define ACTION_COUNT 10
extern const struct line_action line_actions[ACTION_COUNT];

/* The action that flushes by this instruction; not FLUSH_NONE. */
enum line_action_id line_action_flush(enum flush flush);

/* Whether the action streams. */
static inline int
line_action_streams(enum line_action_id id)
{
	return id >= ACTION_STREAM_PART;
}

/* SFENCE, then MFENCE: all that stands before has been performed, streaming
 * stores and flushes included. */
void lines_fence(void);

/* Ticks that loading the first 8 bytes of a line takes, the timer's own among
 * them, and what it loaded. */
uint64_t line_load_ticks(
	const struct timing *t, const char *line, uint64_t *content);

#endif
