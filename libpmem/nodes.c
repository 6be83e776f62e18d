/*
 * nodes.c: a table from CPU to node
 */
#include "nodes.h"

#include <sched.h>
#include <stdint.h>
#include <stdio.h>

#include "sysfs.h"

/* 1024 CPUs are what glibc's cpu_set_t counts to; 64 nodes are more than any
 * x86 machine sold today. Beyond these a node is unknown. */
#define MAX_CPUS 1024
#define MAX_NODES 64

static int16_t cpu_nodes[MAX_CPUS];

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
		for (int cpu = first; cpu <= last && cpu < MAX_CPUS; cpu++) {
			if (cpu >= 0)
				cpu_nodes[cpu] = node;
		}
		if (*list++ != ',')
			break;
	}
}

void
nodes_load(void)
{
	char path[64], list[4096];

	for (int cpu = 0; cpu < MAX_CPUS; cpu++)
		cpu_nodes[cpu] = -1;
	for (int16_t node = 0; node < MAX_NODES; node++) {
		snprintf(path, sizeof(path),
			"/sys/devices/system/node/node%d/cpulist", node);
		if (sysfs_read(path, list, sizeof(list)) > 0)
			cpu_list_assign(list, node);
	}
}

int
nodes_current(void)
{
	int cpu = sched_getcpu();

	return cpu >= 0 && cpu < MAX_CPUS ? cpu_nodes[cpu] : -1;
}
