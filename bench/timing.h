/*
 * timing.h: the clock, the ends of a timed section, and the time of one line
 *
 * A section opens with every earlier load and store done and closes with every
 * store of its own performed: SFENCE alone does not wait on some CPUs, and a
 * burst of operations would time how fast the store queue fills. So timing_end
 * is MFENCE followed by a load and the counter, each waiting for the one
 * before. The load is of the timer's own line, for a load of the destination
 * would charge a miss to those variants that leave it outside the cache.
 *
 * The clock is the time-stamp counter where CPUID calls it invariant, measured
 * against CLOCK_MONOTONIC_RAW; else CLOCK_MONOTONIC_RAW itself.
 */
#ifndef BENCH_TIMING_H
#define BENCH_TIMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct timing {
	bool tsc;
	double ns_per_tick;
	uint64_t overhead_ticks; /* median of empty sections */
	/* Ticks to load one line that is in L1 (median), and one that is in no
	 * cache (the quickest tenth's), the timer's own ticks included. */
	uint64_t hit_ticks, miss_ticks;
	/* Both clocks in timing_open. */
	uint64_t opened_ticks;
	double opened_s;
	bool stepped_back; /* a clock was seen to; so is a section's end before
			      its begin */
};

/* Room for any message of timing, NUL included. */
#define TIMING_ERROR_BYTES 200

/* Chooses and measures the clock; about 60 ms. 0, or -ENOTSUP with one line
 * "what: why" in error: the clock stands still, steps backwards, is too coarse,
 * or two calibrations disagree. */
int timing_open(struct timing *t, char error[TIMING_ERROR_BYTES]);

/* The same with the clock that tsc says. */
int timing_open_clock(
	struct timing *t, bool tsc, char error[TIMING_ERROR_BYTES]);

/* For the end of a run. Fails, as above, if the clock runs otherwise than it
 * did in timing_open, if either clock was set since or steps backwards, or if a
 * section ended before it began. */
int timing_recheck(struct timing *t, char error[TIMING_ERROR_BYTES]);

/* Whether a load's time tells a line in cache from one in memory: it takes at
 * least half as long again. Without that no residency can be verified. */
bool timing_tells_misses(const struct timing *t);

/* Whether a line is in a cache: by the time of one load, which leaves it there.
 * True below the middle between hit and miss. */
bool timing_is_cached(const struct timing *t, const void *line);

/* Ticks of one CLFLUSH of the line and its fence; it is in no cache then. */
uint64_t timing_flush_ticks(const struct timing *t, const void *line);

/* Nanoseconds of a section that took so many ticks, the overhead of an empty
 * one taken off; at least one tick, for what is measured took time. Ticks below
 * 0, as a signed number, are one too, and noted for timing_recheck. */
double timing_section_ns(struct timing *t, uint64_t ticks);

/* Seconds of CLOCK_MONOTONIC_RAW: for deadlines. */
double timing_seconds(void);

static inline __attribute__((always_inline)) uint64_t
timing_now(const struct timing *t)
{
	struct timespec now;

	if (__builtin_expect(t->tsc, 1)) {
		uint32_t low, high;

		/* LFENCE: waits for all before, holds back all after. */
		__asm__ volatile("lfence\n\trdtsc\n\tlfence"
				 : "=a"(low), "=d"(high)
				 :
				 : "memory");
		return (uint64_t)high << 32 | low;
	}
	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static inline __attribute__((always_inline)) uint64_t
timing_begin(const struct timing *t)
{
	__asm__ volatile("mfence" : : : "memory");
	return timing_now(t);
}

static inline __attribute__((always_inline)) uint64_t
timing_end(const struct timing *t)
{
	uint64_t own;

	__asm__ volatile("mfence\n\tmov %1, %0"
			 : "=r"(own)
			 : "m"(t->overhead_ticks)
			 : "memory");
	return timing_now(t);
}

#endif
