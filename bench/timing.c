/*
 * timing.c: see timing.h
 */
#include "timing.h"

#include <cpuid.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "flush.h"

/* One calibration lasts this long: a reading of both clocks is off by some
 * 100 ns in a guest, which is 0.001% of it. */
#define CALIBRATION_S 0.02

/* So many looks at a clock last some tenths of a second at least: by then it
 * has come to the end of a calibration, or never will. */
#define LOOKS_MOST 100000

/* Two calibrations of a usable clock agree to this: NTP slews no raw clock, and
 * migration between hosts scales the counter by far more. */
#define CALIBRATION_TOLERANCE 0.001

/* A clock whose smallest step is longer cannot time a batch of some us. */
#define COARSE_NS 1000

/* Samples for each median below; odd. */
#define SAMPLES 501

/* CPUID leaf 80000007H EDX bit 8: the counter runs at one rate in all states
 * of the CPU (Intel SDM vol. 3 "Invariant TSC", AMD APM vol. 2 likewise). */
static bool
tsc_invariant(void)
{
	unsigned a, b, c, d;

	return __get_cpuid(0x80000007, &a, &b, &c, &d) && (d & 1 << 8);
}

double
timing_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Threads share a clock. */
static void
step_back_note(struct timing *t)
{
	__atomic_store_n(&t->stepped_back, true, __ATOMIC_RELAXED);
}

/* A moment on both clocks. Of several tries the one with the least distance
 * between the readings around it, for an interrupt may fall into any. */
static void
moment_read(struct timing *t, uint64_t *ticks, double *seconds)
{
	uint64_t least = UINT64_MAX;
	double last = 0;

	for (int i = 0; i < 20; i++) {
		uint64_t before = timing_now(t);
		double at = timing_seconds();
		uint64_t after = timing_now(t);

		if (at < last || after < before)
			step_back_note(t);
		last = at;
		if (after - before < least) {
			least = after - before;
			*ticks = before + least / 2;
			*seconds = at;
		}
	}
}

/* Nanoseconds a tick; 0 if the clocks do not go on. */
static double
ns_per_tick_measure(struct timing *t)
{
	uint64_t start, end;
	double start_s, end_s;

	moment_read(t, &start, &start_s);
	for (int i = 0; i < LOOKS_MOST; i++) {
		moment_read(t, &end, &end_s);
		if (end_s - start_s >= CALIBRATION_S && end > start)
			return (end_s - start_s) * 1e9 / (double)(end - start);
	}
	return 0;
}

/* Sorts ticks in place by insertion, for they are few. */
static void
sort(uint64_t ticks[SAMPLES])
{
	for (size_t i = 1; i < SAMPLES; i++) {
		uint64_t v = ticks[i];
		size_t j = i;

		for (; j > 0 && ticks[j - 1] > v; j--)
			ticks[j] = ticks[j - 1];
		ticks[j] = v;
	}
}

static uint64_t
median(uint64_t ticks[SAMPLES])
{
	sort(ticks);
	return ticks[SAMPLES / 2];
}

static uint64_t
overhead_measure(const struct timing *t)
{
	uint64_t ticks[SAMPLES];

	for (size_t i = 0; i < SAMPLES; i++) {
		uint64_t start = timing_begin(t);

		ticks[i] = timing_end(t) - start;
	}
	return median(ticks);
}

static uint64_t
load_ticks(const struct timing *t, const void *line)
{
	uint64_t start = timing_begin(t);

	(void)*(const volatile char *)line;
	return timing_now(t) - start;
}

uint64_t
timing_flush_ticks(const struct timing *t, const void *line)
{
	uint64_t start = timing_begin(t);

	flush_kernels[FLUSH_CLFLUSH].range(line, 1);
	return timing_end(t) - start;
}

/* Hit and miss, on one line that is brought into both states in turn. */
static void
states_measure(struct timing *t)
{
	static _Alignas(LINE_BYTES) char line[LINE_BYTES];
	uint64_t hit[SAMPLES], miss[SAMPLES];

	for (size_t i = 0; i < SAMPLES; i++) {
		flush_kernels[FLUSH_CLFLUSH].range(line, 1);
		miss[i] = load_ticks(t, line);
		hit[i] = load_ticks(t, line);
	}
	t->hit_ticks = median(hit);
	/* Memory that other programs use much makes misses slower, and the line
	 * between hits and misses must not move with it. */
	sort(miss);
	t->miss_ticks = miss[SAMPLES / 10];
}

/* Whether the clock goes on and is fine enough. */
static int
steps_check(struct timing *t, char error[TIMING_ERROR_BYTES])
{
	uint64_t last = timing_now(t), least = UINT64_MAX;

	for (int i = 0; i < 10000; i++) {
		uint64_t now = timing_now(t);

		if (now < last)
			step_back_note(t);
		if (now > last && now - last < least)
			least = now - last;
		last = now;
	}
	if (t->stepped_back) {
		snprintf(error, TIMING_ERROR_BYTES,
			"no usable clock: it stepped backwards");
		return -ENOTSUP;
	}
	if ((double)least * t->ns_per_tick > COARSE_NS) {
		snprintf(error, TIMING_ERROR_BYTES,
			"no usable clock: its smallest step is longer "
			"than %d ns",
			COARSE_NS);
		return -ENOTSUP;
	}
	return 0;
}

static bool
ticks_agree(const struct timing *t, double ns_per_tick)
{
	return fabs(ns_per_tick / t->ns_per_tick - 1) <= CALIBRATION_TOLERANCE;
}

int
timing_recheck(struct timing *t, char error[TIMING_ERROR_BYTES])
{
	double again = ns_per_tick_measure(t), now_s, ns;
	uint64_t now;

	moment_read(t, &now, &now_s);
	ns = (now_s - t->opened_s) * 1e9;
	if (t->stepped_back)
		snprintf(error, TIMING_ERROR_BYTES,
			"no stable clock: it stepped backwards");
	else if (!ticks_agree(t, again))
		snprintf(error, TIMING_ERROR_BYTES,
			"no stable clock: its tick was %.6g ns and is %.6g ns",
			t->ns_per_tick, again);
	else if (!ticks_agree(t, ns / (double)(now - t->opened_ticks)))
		snprintf(error, TIMING_ERROR_BYTES,
			"no stable clock: it was set while we measured");
	else
		return 0;
	return -ENOTSUP;
}

int
timing_open(struct timing *t, char error[TIMING_ERROR_BYTES])
{
	return timing_open_clock(t, tsc_invariant(), error);
}

int
timing_open_clock(struct timing *t, bool tsc, char error[TIMING_ERROR_BYTES])
{
	int err;

	*t = (struct timing){.tsc = tsc};
	moment_read(t, &t->opened_ticks, &t->opened_s);
	t->ns_per_tick = ns_per_tick_measure(t);
	if (!(t->ns_per_tick > 0)) {
		snprintf(error, TIMING_ERROR_BYTES,
			"no usable clock: it stands still");
		return -ENOTSUP;
	}
	err = steps_check(t, error);
	if (!err)
		err = timing_recheck(t, error);
	if (err)
		return err;
	t->overhead_ticks = overhead_measure(t);
	states_measure(t);
	return 0;
}

bool
timing_tells_misses(const struct timing *t)
{
	return (double)t->miss_ticks >= 1.5 * (double)t->hit_ticks;
}

bool
timing_is_cached(const struct timing *t, const void *line)
{
	return load_ticks(t, line) < (t->hit_ticks + t->miss_ticks) / 2;
}

double
timing_section_ns(struct timing *t, uint64_t ticks)
{
	int64_t net = (int64_t)(ticks - t->overhead_ticks);

	if ((int64_t)ticks < 0)
		step_back_note(t);
	if (net < 1)
		net = 1;
	return (double)net * t->ns_per_tick;
}
