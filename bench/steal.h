/*
 * steal.h: CPU time that the hypervisor gave to others while we measured
 */
#ifndef BENCH_STEAL_H
#define BENCH_STEAL_H

/* What the kernel had counted for one CPU, in its ticks. */
struct steal {
	unsigned cpu;
	unsigned long long stolen, total;
	/* Since the first reading on CPUs left meanwhile. */
	unsigned long long left_stolen, left_total;
};

/* Reads the counts of the CPU that the thread runs on, which should be bound
 * there; all 0 if the kernel does not tell. */
void steal_read(struct steal *now);

/* For a thread that was bound to another CPU: goes on with that. */
void steal_follow(struct steal *s);

/* Percent of the CPU's time since an earlier reading that was stolen; 0 within
 * the first second, of which the kernel's ticks say too little. */
double steal_pct(const struct steal *earlier);

#endif
