/*
 * nodes.c: tables from CPU and from address to node
 */
#include "nodes.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/rseq.h>

#include "sysfs.h"

int16_t nodes_by_cpu[NODES_CPUS];
_Atomic uint8_t *nodes_by_unit;
uintptr_t nodes_units_at_hand;
ptrdiff_t nodes_cpu_offset;

/* Reads "0-3,8\n" lists of /sys/devices/system/node/nodeN/cpulist. */
static void
cpu_list_assign(const char *list, int16_t node)
{
	int first, last, used;

	while (sscanf(list, "%d%n", &first, &used) == 1) {
		list += used;
		last = first;
		if (sscanf(list, "-%d%n", &last, &used) == 1)
			list += used;
		/* No CPU is below 0: do not count up from there. */
		for (int cpu = first < 0 ? 0 : first;
			cpu <= last && cpu < NODES_CPUS; cpu++)
			nodes_by_cpu[cpu] = node;
		if (*list++ != ',')
			break;
	}
}

static void
units_load(void)
{
	void *map = mmap(NULL, NODES_UNITS, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (map != MAP_FAILED)
		nodes_by_unit = map;
}

void
nodes_load(void)
{
	char path[64], list[4096];

	for (int cpu = 0; cpu < NODES_CPUS; cpu++)
		nodes_by_cpu[cpu] = -1;
	for (int16_t node = 0; node < NODES_MAX; node++) {
		snprintf(path, sizeof(path),
			"/sys/devices/system/node/node%d/cpulist", node);
		if (sysfs_read(path, list, sizeof(list)) > 0)
			cpu_list_assign(list, node);
	}
	if (!nodes_by_unit)
		units_load();
	nodes_cpu_offset = __rseq_offset +
			   (ptrdiff_t)offsetof(struct rseq, cpu_id);
	nodes_units_at_hand = nodes_by_unit && __rseq_size ? NODES_UNITS : 0;
}

int
nodes_current(void)
{
	int cpu = sched_getcpu();

	return cpu >= 0 && cpu < NODES_CPUS ? nodes_by_cpu[cpu] : -1;
}

int
nodes_of(const void *addr)
{
	uintptr_t unit = (uintptr_t)addr / NODES_UNIT_BYTES;

	if (!nodes_by_unit || unit >= NODES_UNITS)
		return -1;
	return atomic_load_explicit(
		       &nodes_by_unit[unit], memory_order_relaxed) -
	       1;
}

void
nodes_assign(uintptr_t start, uintptr_t end, int node)
{
	bool known = node >= 0 && node < NODES_MAX;
	uint8_t value = (uint8_t)(known ? node + 1 : 0);

	if (!nodes_by_unit)
		return;
	for (uintptr_t unit = start / NODES_UNIT_BYTES;
		unit * NODES_UNIT_BYTES < end && unit < NODES_UNITS; unit++)
		atomic_store_explicit(
			&nodes_by_unit[unit], value, memory_order_relaxed);
}
