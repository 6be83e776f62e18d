/*
 * steal.h: CPU time that the hypervisor gave to others while we measured
 */
#ifndef BENCH_STEAL_H
#define BENCH_STEAL_H

/* What the kernel has counted for one CPU so far, in its ticks. */
struct steal {
	unsigned cpu;
	unsigned long long stolen, total;
};

/* Reads the counts of the CPU that the thread runs on, which should be bound
 * there; all 0 if the kernel does not tell. */
void steal_read(struct steal *now);

/* Percent of the CPU's time since an earlier reading that was stolen; 0 within
 * the first second, of which the kernel's ticks say too little. */
double steal_pct(const struct steal *earlier);

#endif
