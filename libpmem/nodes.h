/*
 * nodes.h: the NUMA node of the CPU that runs this thread
 *
 * Node numbers are the kernel's, from sysfs; no library is asked.
 */
#ifndef LIBPMEM_NODES_H
#define LIBPMEM_NODES_H

/* Reads the CPUs of each node. Needed once before nodes_current, and only where
 * rows differ between nodes. What cannot be read stays unknown. */
void nodes_load(void);

/* Node of the CPU this thread runs on now, or -1. Async-signal-safe; about a
 * nanosecond where the C library has restartable sequences. */
int nodes_current(void);

#endif
