/*
 * nodes.h: the NUMA nodes of the running CPU and of an address
 *
 * Node numbers are the kernel's, from sysfs; no library is asked. Both
 * questions are answered from tables, without locks, for the copy functions ask
 * them in their hot path: policy_at_hand reads the tables itself. They matter,
 * and the tables exist, only where rows differ between nodes.
 */
#ifndef LIBPMEM_NODES_H
#define LIBPMEM_NODES_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* Nodes are 0 to NODES_MAX - 1, more than any x86 machine has. */
#define NODES_MAX 64

/* Makes the tables; called again it reads anew which CPU is where, and knows
 * memory as before. What cannot be read, or have memory, stays unknown. */
void nodes_load(void);

/* The tables. Hidden: whoever reads them does not ask where they are. */
#pragma GCC visibility push(hidden)

#define NODES_CPUS 1024 /* what glibc's cpu_set_t counts to */
extern int16_t nodes_by_cpu[NODES_CPUS];

/* Mappings of pmem_map_file begin at multiples of 2 MiB. One byte for each of
 * them in the 47 bits of a program's address space, node + 1, so that memory
 * nobody wrote says unknown: 64 MiB of zero pages, of which only those of
 * mappings are ever written. NULL before nodes_load. */
#define NODES_UNIT_BYTES ((uintptr_t)1 << 21)
#define NODES_UNITS (((uintptr_t)1 << 47) / NODES_UNIT_BYTES)
extern _Atomic uint8_t *nodes_by_unit;

/* NODES_UNITS where the table exists and nodes_cpu has an answer, else 0: so
 * that a hot path has one compare for all that can be amiss. */
extern uintptr_t nodes_units_at_hand;

/* Where the kernel keeps the number of a thread's CPU, in bytes from the thread
 * pointer: in the area for restartable sequences. */
extern ptrdiff_t nodes_cpu_offset;

#pragma GCC visibility pop

/* CPU this thread runs on now: two loads, where sched_getcpu takes 4 ns. To be
 * asked only where nodes_units_at_hand is not 0; NODES_CPUS or more if the
 * kernel does not tell this thread. Async-signal-safe. */
static inline uint64_t
nodes_cpu(void)
{
	uint64_t cpu;

	__asm__ volatile("movl %%fs:(%1), %k0"
			 : "=r"(cpu)
			 : "r"(nodes_cpu_offset));
	return cpu;
}

/* Node of the CPU this thread runs on now, or -1. Async-signal-safe. */
int nodes_current(void);

/* Node of the mapping that holds addr, or -1 where nodes_assign told none or
 * there is no table. Async-signal-safe. */
int nodes_of(const void *addr);

/* Remembers the node (-1: unknown) of the pages [start, end), to 2 MiB: what
 * lies in the same 2 MiB as a mapping's last page may take its node, too. A
 * wrong node costs speed, never durability. */
void nodes_assign(uintptr_t start, uintptr_t end, int node);

#endif
