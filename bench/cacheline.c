/*
 * cacheline.c: states of lines, and the instructions that are probed
 */
#include "cacheline.h"

#include <immintrin.h>

#include "cpu.h"
#include "prim_x86.h"

const char *const line_state_names[LINE_STATE_COUNT] = {
	[LINE_ABSENT] = "absent",
	[LINE_CLEAN_L1] = "clean_l1",
	[LINE_DIRTY_L1] = "dirty_l1",
	[LINE_CLEAN_L2] = "clean_l2",
	[LINE_DIRTY_L2] = "dirty_l2",
};

void
lines_fence(void)
{
	__asm__ volatile("sfence\n\tmfence" : : : "memory");
}

static void
lines_load(const struct line_set *set)
{
	for (size_t i = 0; i < set->lines; i++)
		(void)*(const volatile char *)line_at(set, i);
}

static void
lines_store(const struct line_set *set, uint64_t content)
{
	for (size_t i = 0; i < set->lines; i++)
		prim_store_8(line_at(set, i), content);
}

static void
lines_push(const struct line_pusher *pusher)
{
	struct line_set others = {
		pusher->addr, LINE_BYTES, pusher->bytes / LINE_BYTES};

	lines_load(&others);
}

void
lines_prepare(const struct line_set *set, enum line_state state,
	const struct line_pusher *pusher, uint64_t content)
{
	lines_store(set, content);
	if (state == LINE_CLEAN_L1 || state == LINE_CLEAN_L2) {
		line_actions[ACTION_CLFLUSH].run(set, content);
		lines_fence();
		lines_load(set);
	}
	if (state == LINE_CLEAN_L2 || state == LINE_DIRTY_L2)
		lines_push(pusher);
	/* After all that loads: the CPU, guessing states, may have loaded on
	 * the way here what another state needs. */
	if (state == LINE_ABSENT)
		line_actions[ACTION_CLFLUSH].run(set, content);
	lines_fence();
}

static void
action_none(const struct line_set *set, uint64_t content)
{
	(void)set;
	(void)content;
}

/* clang-format off */
#define ACTION(name, target, on_line) \
	static target void action_##name( \
		const struct line_set *set, uint64_t content) \
	{ \
		for (size_t i = 0; i < set->lines; i++) { \
			char *line = line_at(set, i); \
			(void)content; \
			on_line; \
		} \
	}
/* clang-format on */
#define NO_TARGET
#define TARGET(isa) __attribute__((target(isa)))

/* One whole line by vectors of a type. */
#define STREAM_LINE(insn, vec, splat, reg) \
	for (size_t at = 0; at < LINE_BYTES; at += sizeof(vec)) \
	PRIM_STREAM(insn, (vec *)(void *)(line + at), reg, \
		splat((long long)content))

ACTION(clflush, NO_TARGET, prim_flush_line(FLUSH_CLFLUSH, line))
ACTION(clflushopt, NO_TARGET, prim_flush_line(FLUSH_CLFLUSHOPT, line))
ACTION(clwb, NO_TARGET, prim_flush_line(FLUSH_CLWB, line))
ACTION(stream_part, NO_TARGET, prim_stream_8(line, content))
ACTION(stream_8, NO_TARGET, STREAM_LINE("movnti", long long, (long long), "r"))
ACTION(stream_16, NO_TARGET,
	STREAM_LINE("movntdq", __m128i, _mm_set1_epi64x, "x"))
ACTION(stream_32, TARGET("avx"),
	STREAM_LINE("vmovntdq", __m256i, _mm256_set1_epi64x, "x"))
ACTION(stream_64, TARGET("avx512f"),
	STREAM_LINE("vmovntdq", __m512i, _mm512_set1_epi64, "v"))

/* MOVDIR64B moves a line from memory, so its source is one, on the stack. */
static TARGET("movdir64b") void action_stream_direct(
	const struct line_set *set, uint64_t content)
{
	uint64_t source[LINE_BYTES / sizeof(content)];

	for (size_t i = 0; i < LINE_BYTES / sizeof(content); i++)
		source[i] = content;
	for (size_t i = 0; i < set->lines; i++)
		_movdir64b(line_at(set, i), source);
}

const struct line_action line_actions[ACTION_COUNT] = {
	[ACTION_NONE] = {"none", 0, action_none},
	[ACTION_CLFLUSH] = {"clflush", CPU_CLFLUSH, action_clflush},
	[ACTION_CLFLUSHOPT] = {"clflushopt", CPU_CLFLUSHOPT, action_clflushopt},
	[ACTION_CLWB] = {"clwb", CPU_CLWB, action_clwb},
	[ACTION_STREAM_PART] = {"part", CPU_SSE2, action_stream_part},
	[ACTION_STREAM_8] = {"8", CPU_SSE2, action_stream_8},
	[ACTION_STREAM_16] = {"16", CPU_SSE2, action_stream_16},
	[ACTION_STREAM_32] = {"32", CPU_AVX, action_stream_32},
	[ACTION_STREAM_64] = {"64", CPU_AVX512F, action_stream_64},
	[ACTION_STREAM_DIRECT] = {"direct", CPU_MOVDIR64B,
		action_stream_direct},
};

enum line_action_id
line_action_flush(enum flush flush)
{
	switch (flush) {
	case FLUSH_CLWB:
		return ACTION_CLWB;
	case FLUSH_CLFLUSHOPT:
		return ACTION_CLFLUSHOPT;
	case FLUSH_CLFLUSH:
		return ACTION_CLFLUSH;
	case FLUSH_NONE:
		break;
	}
	return ACTION_NONE;
}

uint64_t
line_load_ticks(const struct timing *t, const char *line, uint64_t *content)
{
	uint64_t start = timing_begin(t);

	*content = *(const volatile uint64_t *)(const void *)line;
	return timing_now(t) - start;
}
