/*
 * nodes.h: the NUMA nodes of the running CPU and of an address
 *
 * Node numbers are the kernel's, from sysfs; no library is asked. Both
 * questions are answered from tables, without locks, for the copy functions ask
 * them in their hot path. They matter, and the tables exist, only where rows
 * differ between nodes.
 */
#ifndef LIBPMEM_NODES_H
#define LIBPMEM_NODES_H

#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/rseq.h>

/* Nodes are 0 to NODES_MAX - 1, more than any x86 machine has. */
#define NODES_MAX 64

/* Makes the tables. What cannot be read, or have memory, stays unknown. */
void nodes_load(void);

/* The tables; read by the two questions below only. */
#define NODES_CPUS 1024 /* what glibc's cpu_set_t counts to */
extern int16_t nodes_by_cpu[NODES_CPUS];

/* Mappings of pmem_map_file begin at multiples of 2 MiB. One byte for each of
 * them in the 47 bits of a program's address space, node + 1, so that memory
 * nobody wrote says unknown: 64 MiB of zero pages, of which only those of
 * mappings are ever written. NULL before nodes_load. */
#define NODES_UNIT_BYTES ((uintptr_t)1 << 21)
#define NODES_UNITS (((uintptr_t)1 << 47) / NODES_UNIT_BYTES)
extern _Atomic uint8_t *nodes_by_unit;

/* Node of the CPU this thread runs on now, or -1. Async-signal-safe. The kernel
 * keeps the CPU's number in the thread's restartable-sequence area, where it
 * is one load; sched_getcpu looks there too, but takes 4 ns. */
static inline int
nodes_current(void)
{
	const char *thread = __builtin_thread_pointer();
	const volatile struct rseq
		*rseq = (const volatile struct rseq *)(thread + __rseq_offset);
	unsigned cpu = __rseq_size ? rseq->cpu_id : (unsigned)sched_getcpu();

	return cpu < NODES_CPUS ? nodes_by_cpu[cpu] : -1;
}

/* Node of the mapping that holds addr, or -1 where nodes_assign told none or
 * there are no tables. Async-signal-safe; one load. */
static inline int
nodes_of(const void *addr)
{
	uintptr_t unit = (uintptr_t)addr / NODES_UNIT_BYTES;

	if (!nodes_by_unit || unit >= NODES_UNITS)
		return -1;
	return atomic_load_explicit(
		       &nodes_by_unit[unit], memory_order_relaxed) -
	       1;
}

/* Remembers the node (-1: unknown) of the pages [start, end), to 2 MiB: what
 * lies in the same 2 MiB as a mapping's last page may take its node, too. A
 * wrong node costs speed, never durability. */
void nodes_assign(uintptr_t start, uintptr_t end, int node);

#endif
