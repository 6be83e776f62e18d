/*
 * quiet.c: see quiet.h
 */
#include "quiet.h"

#include <math.h>

#include "flush.h"
#include "stats.h"

/* Each part of a look takes about 1 us at 3 GHz: a chain of multiplications of
 * 3 cycles each (all x86-64 since 2008), and groups of ten instructions, which
 * take two cycles or a little more. */
#define CHAIN_LENGTH 1000
#define CROWD_GROUPS 1500

/* Groups that run untimed first: what is looked at may have emptied the caches
 * of the crowd's lines and code. */
#define WARM_UP_GROUPS 100

/* A core is shared if the crowd takes so much longer than when it was quickest.
 * On AMD family 26, 19 of 20 looks are within 7% of that while the core is ours
 * alone, and more than half beyond 30% while another guest works beside us. */
#define SHARED_RATIO 1.15

/* The least ratio is this quantile of QUIET_LOOKS, not the smallest, and twice
 * in succession: whatever delays the chain makes a look's ratio as small as one
 * likes, and a least ratio too small would let no core pass for quiet. */
#define ALONE_QUANTILE 0.1

/* So long on a CPU that is shared before another one is tried: neighbours that
 * are at work pause for less than that. */
#define STAY_S 0.02

/* What may be spent on one sample. One that takes longer than neighbours pause
 * is hardly ever undisturbed, and would use up the patience for all others. */
#define SAMPLE_S 0.04

static double
chain_ticks(const struct timing *t)
{
	uint64_t begun = timing_now(t), x = begun;

	for (int i = 0; i < CHAIN_LENGTH; i++)
		__asm__ volatile("imul %0, %0" : "+r"(x));
	return (double)(timing_now(t) - begun);
}

/* Stores, loads and additions, so that neither ports nor the front end are
 * idle: stores alone are not slowed by a neighbour that only calculates. */
static double
crowd_ticks(const struct timing *t, int groups)
{
	static _Alignas(LINE_BYTES) char lines[4 * LINE_BYTES];
	uint64_t begun = timing_now(t), a = 0, b = 0, c = 0, d = 0, e = 0;

	for (int i = 0; i < groups; i++)
		__asm__ volatile("mov %0, (%5)\n\t"
				 "add $1, %0\n\tadd $1, %1\n\tadd $1, %2\n\t"
				 "mov %1, 64(%5)\n\t"
				 "add $1, %3\n\tadd $1, %4\n\tadd $1, %0\n\t"
				 "mov 128(%5), %%eax\n\tmov 192(%5), %%edx"
				 : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e)
				 : "r"(lines)
				 : "rax", "rdx", "cc", "memory");
	return (double)(timing_now(t) - begun);
}

/* Takes over what the last looks tell of a core that is ours alone. */
static void
alone_learn(struct quiet *q)
{
	double least;

	stats_sort(q->looks, q->look_count);
	least = stats_quantile(q->looks, q->look_count, ALONE_QUANTILE);
	q->alone = fmin(q->alone, fmax(least, q->least_before));
	q->least_before = least;
	q->look_count = 0;
}

double
quiet_look(const struct timing *t)
{
	double chain, crowd;

	if (!t->tsc)
		return 1;
	chain = chain_ticks(t);
	crowd_ticks(t, WARM_UP_GROUPS);
	crowd = crowd_ticks(t, CROWD_GROUPS);
	/* A chain of no time is a clock that stood still. */
	return crowd / fmax(1, fmin(chain, chain_ticks(t)));
}

/* Whether the core is shared now, by one look, of which it also learns. */
static bool
is_shared(struct quiet *q)
{
	double ratio = q->look(q->timing);

	q->looks[q->look_count++] = ratio;
	if (q->look_count == QUIET_LOOKS)
		alone_learn(q);
	return ratio > SHARED_RATIO * q->alone;
}

void
quiet_open(struct quiet *q)
{
	if (q->alone == 0)
		q->alone = INFINITY;
	q->least_before = INFINITY;
	for (int i = 0; i < 2 * QUIET_LOOKS; i++)
		is_shared(q);
}

static bool
is_affordable(const struct quiet *q, double seconds)
{
	return q->spent_s + seconds < q->patience_s;
}

/* Tries another CPU, unless this one is new or nobody wants to wait. Where that
 * is not allowed the thread stays. */
static void
move_on(struct quiet *q)
{
	char error[PLATFORM_ERROR_BYTES];
	double now_s = timing_seconds();

	if (q->patience_s == 0 || now_s < q->moved_s + STAY_S ||
		platform_node_find(q->platform, q->cpu_node)->cpu_count == 1)
		return;
	q->moved_s = now_s;
	if (!platform_bind(q->platform, q->cpu_node, q->cpu + 1, error)) {
		q->cpu++;
		steal_follow(q->steal);
	}
}

bool
quiet_wait(struct quiet *q)
{
	double begun_s = timing_seconds(), waited_s = 0;
	bool again;

	for (;;) {
		q->was_shared = is_shared(q);
		q->begun_s = begun_s + waited_s;
		if (!q->was_shared || waited_s >= STAY_S ||
			!is_affordable(q, waited_s))
			break;
		waited_s = timing_seconds() - begun_s;
	}
	q->spent_s += waited_s;
	again = q->was_shared && is_affordable(q, 0);
	if (again)
		move_on(q);
	return again;
}

bool
quiet_again(struct quiet *q)
{
	bool shared = is_shared(q) || q->was_shared;
	double now_s = timing_seconds();

	/* One such look may be an interrupt's; moving has its cost. */
	if (shared && is_shared(q))
		move_on(q);
	if (shared && q->sample_s < SAMPLE_S &&
		is_affordable(q, now_s - q->begun_s)) {
		q->spent_s += now_s - q->begun_s;
		q->sample_s += now_s - q->begun_s;
		q->again++;
		return true;
	}
	q->sample_s = 0;
	q->samples++;
	q->shared += shared;
	return false;
}

double
quiet_measuring_s(const struct quiet *q)
{
	return timing_seconds() - q->spent_s;
}

double
quiet_shared_pct(const struct quiet *q)
{
	return q->samples ? 100.0 * (double)q->shared / (double)q->samples : 0;
}
