/*
 * timing_test.c: a clock that cannot time is refused
 *
 * No machine here has such a clock: clock_gettime is wrapped (--wrap of the
 * linker), which does to CLOCK_MONOTONIC_RAW what each test wants. Where
 * the time-stamp counter is the clock, that remains the real one. Nothing is
 * judged by how long it took.
 */
#include "timing.h"

#include <errno.h>

#include "check.h"

/* What is done to the real clock's nanoseconds. */
static struct {
	int64_t step_ns; /* multiples of this alone; 0: as fine as it is */
	double rate;
	int64_t offset_ns; /* added from call number `from` on */
	unsigned long from, calls;
	unsigned long back_every; /* each so many calls 1 us back; 0: never */
} fault;

/* Of what a busy machine may disturb. */
#define TRIES 20

static const int64_t zero_ns = 1000000000000; /* nothing gets below 0 */

int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

int
__wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	static int64_t first;
	int err = __real_clock_gettime(clock, now);
	int64_t ns = (int64_t)now->tv_sec * 1000000000 + now->tv_nsec;

	if (err || clock != CLOCK_MONOTONIC_RAW)
		return err;
	if (!first)
		first = ns;
	ns = zero_ns + (int64_t)((double)(ns - first) * fault.rate);
	if (++fault.calls >= fault.from)
		ns += fault.offset_ns;
	if (fault.back_every && fault.calls % fault.back_every == 0)
		ns -= 1000;
	if (fault.step_ns)
		ns -= ns % fault.step_ns;
	now->tv_sec = ns / 1000000000;
	now->tv_nsec = ns % 1000000000;
	return 0;
}

static void
fault_none(void)
{
	fault.step_ns = 0;
	fault.rate = 1;
	fault.offset_ns = 0;
	fault.back_every = 0;
}

/* The machine may be too busy for two calibrations to agree: then a clock that
 * is sound is refused too, for that reason, and another try may do. */
static struct timing
sound(bool tsc)
{
	char error[TIMING_ERROR_BYTES];
	struct timing t;
	int err = -1;

	fault_none();
	for (int i = 0; err && i < TRIES; i++)
		err = timing_open_clock(&t, tsc, error);
	CHECK(err == 0, "%s", error);
	return t;
}

static void
refused_check(bool tsc, const char *wanted)
{
	char error[TIMING_ERROR_BYTES] = "";
	struct timing t;

	CHECK(timing_open_clock(&t, tsc, error) == -ENOTSUP);
	CHECK_TEXT(error, wanted);
}

static void
recheck_check(struct timing *t, const char *wanted)
{
	char error[TIMING_ERROR_BYTES] = "";

	CHECK(timing_recheck(t, error) == -ENOTSUP);
	CHECK(strncmp(error, wanted, strlen(wanted)) == 0, "%s", error);
}

static void
standing_clock_is_refused(void)
{
	fault_none();
	fault.rate = 0;
	refused_check(false, "no usable clock: it stands still");
	refused_check(true, "no usable clock: it stands still");
}

static void
coarse_clock_is_refused(void)
{
	fault_none();
	fault.step_ns = 4000000; /* a kernel's tick at 250 Hz */
	refused_check(false,
		"no usable clock: its smallest step is longer than 1000 "
		"ns");
}

/* A microsecond, now and then: no calibration shows it. */
static void
clock_stepping_back_is_refused(void)
{
	fault_none();
	fault.back_every = 1000;
	refused_check(false, "no usable clock: it stepped backwards");
	/* The counter is sound then, but not what its rate is taken from. */
	fault.back_every = 3;
	refused_check(true, "no usable clock: it stepped backwards");
}

/* Whether a clock that was set is refused for that; it is refused. On a busy
 * machine a calibration may be off too, and is told first. */
static bool
setting_is_told(int64_t offset_ns, char error[TIMING_ERROR_BYTES])
{
	struct timing t = sound(true);

	fault.from = fault.calls;
	fault.offset_ns = offset_ns;
	CHECK(timing_recheck(&t, error) == -ENOTSUP);
	return strcmp(error, "no stable clock: it was set while we measured") ==
	       0;
}

/* Set while a run measures, forward or back, by a second. */
static void
clock_set_meanwhile_is_refused(void)
{
	for (int sign = -1; sign <= 1; sign += 2) {
		char error[TIMING_ERROR_BYTES] = "";
		bool told = false;

		for (int i = 0; !told && i < TRIES; i++)
			told = setting_is_told(
				sign * (int64_t)1000000000, error);
		CHECK(told, "%s", error);
	}
}

/* A guest moved to a host of another clock. */
static void
clock_of_another_rate_is_refused(void)
{
	struct timing t = sound(true);

	fault.rate = 1.1;
	recheck_check(&t, "no stable clock: its tick was ");
}

/* A section whose end lies before its begin has no time, and the run none. */
static void
section_ending_before_it_began_is_noted(void)
{
	struct timing t = sound(true);

	CHECK(timing_section_ns(&t, t.overhead_ticks + 100) ==
		100 * t.ns_per_tick);
	CHECK(!t.stepped_back);
	CHECK(timing_section_ns(&t, 0) == t.ns_per_tick);
	CHECK(!t.stepped_back);
	CHECK(timing_section_ns(&t, -(uint64_t)1000) == t.ns_per_tick);
	CHECK(t.stepped_back);
	recheck_check(&t, "no stable clock: it stepped backwards");
}

int
main(void)
{
	standing_clock_is_refused();
	coarse_clock_is_refused();
	clock_stepping_back_is_refused();
	clock_set_meanwhile_is_refused();
	clock_of_another_rate_is_refused();
	section_ending_before_it_began_is_noted();
	return 0;
}
