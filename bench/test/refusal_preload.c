/*
 * refusal_preload.c: mocks of faults that no machine here has
 *
 * Loaded before pmem-bench (LD_PRELOAD) it stands in for the kernel. PMEM_FAULT
 * says how:
 *
 * - steal: /proc/stat tells that a hypervisor takes half of every CPU
 * - steal_late: the same, but only after /proc/stat was read three times
 * - clock_set: CLOCK_MONOTONIC_RAW is an hour back at every third reading once
 *   a process has read it long enough to have begun measuring
 * - no_pmu: there are no performance counters
 * - two_nodes: memory can be bound to nodes that only the topology has, and is
 *   found there
 * - elsewhere: the same, but it is found on node 0
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

/* What takes the place of the C library's functions. */
FILE *mock_fopen(const char *path, const char *mode) __asm__("fopen");
int mock_clock_gettime(clockid_t clock, struct timespec *now) __asm__(
	"clock_gettime");
long mock_syscall(long number, ...) __asm__("syscall");

#define CPUS_MOST 1024

/* Calibrations read the clock some ten thousand times, a millisecond each. */
#define SET_AFTER_S 0.01

static bool
is_fault(const char *name)
{
	const char *fault = getenv("PMEM_FAULT");

	return fault && strcmp(fault, name) == 0;
}

/* Between two readings each CPU idles for 100 s, and after so many it is stolen
 * for as long. */
static FILE *
stolen_stat(unsigned after)
{
	static unsigned long idle, stolen;
	static unsigned readings;
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	idle += 10000;
	if (readings++ >= after)
		stolen += 10000;
	for (int cpu = 0; f && cpu < CPUS_MOST; cpu++)
		fprintf(f, "cpu%d 0 0 0 %lu 0 0 0 %lu 0 0\n", cpu, idle,
			stolen);
	if (!f || fclose(f))
		return NULL;
	return fmemopen(text, size, "r"); /* the text goes with the process */
}

FILE *
mock_fopen(const char *path, const char *mode)
{
	static FILE *(*real)(const char *, const char *);

	if (is_fault("steal") && strcmp(path, "/proc/stat") == 0)
		return stolen_stat(0);
	if (is_fault("steal_late") && strcmp(path, "/proc/stat") == 0)
		return stolen_stat(3);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "fopen");
	return real(path, mode);
}

int
mock_clock_gettime(clockid_t clock, struct timespec *now)
{
	static int (*real)(clockid_t, struct timespec *);
	static double first_s;
	static unsigned readings;
	double s;
	int status;

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	status = real(clock, now);
	if (status || clock != CLOCK_MONOTONIC_RAW || !is_fault("clock_set"))
		return status;
	now->tv_sec += 7200;
	s = (double)now->tv_sec + 1e-9 * (double)now->tv_nsec;
	if (first_s == 0)
		first_s = s;
	if (s - first_s > SET_AFTER_S && ++readings % 3 == 0)
		now->tv_sec -= 3600;
	return 0;
}

/* Where pages are, as move_pages(2) tells without moving any. */
static long
pages_find(size_t count, int *status, int node)
{
	for (size_t i = 0; i < count; i++)
		status[i] = node;
	return 0;
}

/* hwloc and PAPI reach the kernel through this. */
long
mock_syscall(long number, ...)
{
	static long (*real)(long, ...);
	static int bound_node;
	long arg[6];
	va_list args;

	va_start(args, number);
	for (int i = 0; i < 6; i++)
		arg[i] = va_arg(args, long);
	va_end(args);
	if (number == SYS_perf_event_open && is_fault("no_pmu")) {
		errno = ENOENT;
		return -1;
	}
	if (number == SYS_mbind &&
		(is_fault("two_nodes") || is_fault("elsewhere"))) {
		bound_node = __builtin_ctzl(*(unsigned long *)arg[3]);
		return 0;
	}
	if (number == SYS_move_pages && is_fault("two_nodes"))
		return pages_find((size_t)arg[1], (int *)arg[4], bound_node);
	if (number == SYS_move_pages && is_fault("elsewhere"))
		return pages_find((size_t)arg[1], (int *)arg[4], 0);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "syscall");
	return real(number, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
}
