/*
 * platform.h: the machine that is measured: NUMA nodes, CPUs, caches
 *
 * What hwloc knows, reduced to what the harness asks for. Nodes and CPUs carry
 * the kernel's numbers, and a CPU belongs to the node the kernel says it does
 * (what getcpu(2) answers), because that is how tuned rows are keyed.
 */
#ifndef BENCH_PLATFORM_H
#define BENCH_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cpu.h"

struct hwloc_topology;

enum tier {
	TIER_DRAM, /* a node with CPUs, or what else is ordinary */
	TIER_HBM, /* high-bandwidth memory, with or without CPUs */
	TIER_MEMORY_ONLY, /* no CPUs: CXL memory, pmem used as memory */
};
#define TIER_COUNT 3
extern const char *const tier_names[TIER_COUNT]; /* dram hbm memory-only */

struct platform_node {
	unsigned node; /* kernel number */
	enum tier tier;
	uint64_t memory_bytes; /* 0: a node of CPUs alone */
	/* Kernel numbers of the node's CPUs that this process may run on: one
	 * of each core first, then their SMT siblings. */
	unsigned *cpus;
	size_t cpu_count;
};

struct platform {
	struct cpu cpu; /* of this machine, by CPUID */
	struct platform_node *nodes; /* ascending by number */
	size_t node_count;
	/* CPUs this process may run on. With one, whatever else runs is timed
	 * along with what is measured. */
	size_t cpu_count;
	bool smt; /* some core has several of them */
	/* Of the first core; 0: no such level. */
	size_t l1d_bytes, l2_bytes, l3_bytes;
	/* The topology was read from a file: nothing can be bound. */
	bool from_file;
	struct hwloc_topology *topology;
};

/* Room for any message of platform and buffer, NUL included. */
#define PLATFORM_ERROR_BYTES 400

/* Writes the one line that goes with err into error, and returns err. */
__attribute__((format(printf, 3, 4))) int platform_refuse(
	char error[PLATFORM_ERROR_BYTES], int err, const char *format, ...);

/* Learns the machine, or with an XML file of hwloc (lstopo --of xml) the one it
 * describes. NULL: the file that PMEM_BENCH_TOPOLOGY names, else this machine.
 * 0, or a negative errno with one line "what: why" in error. */
int platform_load(struct platform *p, const char *xml_path,
	char error[PLATFORM_ERROR_BYTES]);

void platform_free(struct platform *p);

/* The node of that number, or NULL. */
const struct platform_node *platform_node_find(
	const struct platform *p, unsigned node);

/* Binds the calling thread to a CPU of the node: the index-th of its cpus,
 * modulo their number. 0, or a negative errno with "what: why" in error
 * (ENODEV: no such node, or it has no CPU; ENOTSUP: from_file). */
int platform_bind(const struct platform *p, unsigned node, unsigned index,
	char error[PLATFORM_ERROR_BYTES]);

#endif
