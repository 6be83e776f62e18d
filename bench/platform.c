/*
 * platform.c: hwloc's topology reduced to struct platform
 */
#include "platform.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hwloc.h>
#include <hwloc/linux.h>

const char *const tier_names[TIER_COUNT] = {
	[TIER_DRAM] = "dram",
	[TIER_HBM] = "hbm",
	[TIER_MEMORY_ONLY] = "memory-only",
};

int
platform_refuse(
	char error[PLATFORM_ERROR_BYTES], int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, PLATFORM_ERROR_BYTES, format, args);
	va_end(args);
	return err;
}

static int
topology_load(struct platform *p, const char *xml_path,
	char error[PLATFORM_ERROR_BYTES])
{
	if (hwloc_topology_init(&p->topology))
		return platform_refuse(error, -ENOMEM,
			"cannot read the topology: out of memory");
	if ((xml_path && hwloc_topology_set_xml(p->topology, xml_path)) ||
		hwloc_topology_load(p->topology)) {
		hwloc_topology_destroy(p->topology);
		return platform_refuse(error, -EINVAL,
			"cannot read the topology: hwloc refuses it: %.200s",
			xml_path ? xml_path : "this machine");
	}
	p->from_file = !hwloc_topology_is_thissystem(p->topology);
	return 0;
}

static bool
is_hbm(const struct hwloc_obj *node)
{
	return node->subtype && (strstr(node->subtype, "HBM") ||
					strstr(node->subtype, "MCDRAM"));
}

static bool
is_ordinary(const struct hwloc_obj *node)
{
	return !node->subtype || strcmp(node->subtype, "DRAM") == 0;
}

/* Whether `a` rather than `b`, both near a CPU, is the node the kernel counts
 * the CPU to. hwloc puts memory without CPUs beside the CPUs closest to it, so
 * several nodes may hold a CPU: the one of the fewest CPUs is nearest; among
 * those, memory of a special kind comes after ordinary, and firmware numbers
 * nodes without CPUs last. */
static bool
is_nearer(const struct hwloc_obj *a, const struct hwloc_obj *b)
{
	int weight_a = hwloc_bitmap_weight(a->cpuset);
	int weight_b = hwloc_bitmap_weight(b->cpuset);

	if (weight_a != weight_b)
		return weight_a < weight_b;
	if (is_ordinary(a) != is_ordinary(b))
		return is_ordinary(a);
	return a->os_index < b->os_index;
}

/* Node of a CPU by the topology alone. */
static const struct hwloc_obj *
cpu_node_guess(hwloc_topology_t topology, unsigned cpu)
{
	const struct hwloc_obj *best = NULL, *node = NULL;

	while ((node = hwloc_get_next_obj_by_type(
			topology, HWLOC_OBJ_NUMANODE, (hwloc_obj_t)node))) {
		if (hwloc_bitmap_isset(node->cpuset, cpu) &&
			(!best || is_nearer(node, best)))
			best = node;
	}
	return best;
}

/* CPUs of a node: as the kernel says, which a file cannot tell. */
static void
node_cpus(const struct platform *p, const struct hwloc_obj *node,
	hwloc_bitmap_t cpus)
{
	char path[80];

	snprintf(path, sizeof(path), "/sys/devices/system/node/node%u/cpumap",
		node->os_index);
	if (!p->from_file && hwloc_linux_read_path_as_cpumask(path, cpus) == 0)
		return;
	hwloc_bitmap_zero(cpus);
	for (int cpu = hwloc_bitmap_first(node->cpuset); cpu >= 0;
		cpu = hwloc_bitmap_next(node->cpuset, cpu)) {
		if (cpu_node_guess(p->topology, (unsigned)cpu) == node)
			hwloc_bitmap_set(cpus, (unsigned)cpu);
	}
}

/* CPUs this process may run on: what its control group allows and its parent
 * (taskset) left. */
static int
usable_cpus(const struct platform *p, hwloc_bitmap_t usable)
{
	const hwloc_bitmap_t allowed = (hwloc_bitmap_t)
		hwloc_topology_get_allowed_cpuset(p->topology);

	if (p->from_file ||
		hwloc_get_cpubind(p->topology, usable, HWLOC_CPUBIND_THREAD))
		return hwloc_bitmap_copy(usable, allowed);
	return hwloc_bitmap_and(usable, usable, allowed);
}

/* Position of a CPU among those of its core: 0 is the first. */
static unsigned
core_rank(const struct platform *p, unsigned cpu)
{
	const struct hwloc_obj *pu = hwloc_get_pu_obj_by_os_index(
		p->topology, cpu);

	return pu && pu->parent->type == HWLOC_OBJ_CORE ? pu->sibling_rank : 0;
}

/* Lists a node's CPUs, those of rank 0 first, then their siblings. */
static int
node_cpus_order(
	struct platform *p, struct platform_node *n, hwloc_const_bitmap_t cpus)
{
	size_t total = (size_t)hwloc_bitmap_weight(cpus);

	n->cpus = calloc(total + 1, sizeof(*n->cpus));
	if (!n->cpus)
		return -ENOMEM;
	for (unsigned rank = 0; n->cpu_count < total; rank++) {
		p->smt = p->smt || rank > 0;
		for (int cpu = hwloc_bitmap_first(cpus); cpu >= 0;
			cpu = hwloc_bitmap_next(cpus, cpu)) {
			if (core_rank(p, (unsigned)cpu) == rank)
				n->cpus[n->cpu_count++] = (unsigned)cpu;
		}
	}
	p->cpu_count += total;
	return 0;
}

static int
node_fill(struct platform *p, struct platform_node *n,
	const struct hwloc_obj *node, hwloc_const_bitmap_t usable)
{
	hwloc_bitmap_t cpus = hwloc_bitmap_alloc();
	int err = -ENOMEM;

	if (!cpus)
		return err;
	node_cpus(p, node, cpus);
	n->node = node->os_index;
	n->memory_bytes = node->attr->numanode.local_memory;
	n->tier = is_hbm(node)		    ? TIER_HBM :
		  hwloc_bitmap_iszero(cpus) ? TIER_MEMORY_ONLY :
					      TIER_DRAM;
	if (hwloc_bitmap_and(cpus, cpus, usable) == 0)
		err = node_cpus_order(p, n, cpus);
	hwloc_bitmap_free(cpus);
	return err;
}

static int
node_compare(const void *a, const void *b)
{
	const struct platform_node *x = a, *y = b;

	return (x->node > y->node) - (x->node < y->node);
}

static int
nodes_fill(struct platform *p)
{
	int count = hwloc_get_nbobjs_by_type(p->topology, HWLOC_OBJ_NUMANODE);
	hwloc_bitmap_t usable = hwloc_bitmap_alloc();
	int err = 0;

	p->nodes = calloc((size_t)count, sizeof(*p->nodes));
	if (!usable || !p->nodes || usable_cpus(p, usable))
		err = -ENOMEM;
	while (!err && p->node_count < (size_t)count) {
		const struct hwloc_obj *node = hwloc_get_obj_by_type(
			p->topology, HWLOC_OBJ_NUMANODE,
			(unsigned)p->node_count);

		err = node_fill(p, &p->nodes[p->node_count++], node, usable);
	}
	hwloc_bitmap_free(usable);
	if (!err)
		qsort(p->nodes, p->node_count, sizeof(*p->nodes), node_compare);
	return err;
}

static void
caches_fill(struct platform *p)
{
	const struct hwloc_obj *o = hwloc_get_obj_by_type(
		p->topology, HWLOC_OBJ_PU, 0);

	for (; o; o = o->parent) {
		if (o->type == HWLOC_OBJ_L1CACHE)
			p->l1d_bytes = o->attr->cache.size;
		else if (o->type == HWLOC_OBJ_L2CACHE)
			p->l2_bytes = o->attr->cache.size;
		else if (o->type == HWLOC_OBJ_L3CACHE)
			p->l3_bytes = o->attr->cache.size;
	}
}

int
platform_load(struct platform *p, const char *xml_path,
	char error[PLATFORM_ERROR_BYTES])
{
	int err;

	*p = (struct platform){0};
	if (!xml_path)
		xml_path = getenv("PMEM_BENCH_TOPOLOGY");
	err = topology_load(p, xml_path, error);
	if (err)
		return err;
	cpu_detect(&p->cpu);
	caches_fill(p);
	err = nodes_fill(p);
	if (!err)
		return 0;
	platform_free(p);
	return platform_refuse(
		error, err, "cannot read the topology: out of memory");
}

void
platform_free(struct platform *p)
{
	for (size_t i = 0; i < p->node_count; i++)
		free(p->nodes[i].cpus);
	free(p->nodes);
	hwloc_topology_destroy(p->topology);
}

const struct platform_node *
platform_node_find(const struct platform *p, unsigned node)
{
	for (size_t i = 0; i < p->node_count; i++) {
		if (p->nodes[i].node == node)
			return &p->nodes[i];
	}
	return NULL;
}

int
platform_bind(const struct platform *p, unsigned node, unsigned index,
	char error[PLATFORM_ERROR_BYTES])
{
	const struct platform_node *n = platform_node_find(p, node);
	hwloc_bitmap_t set;
	int err = 0;

	if (p->from_file)
		return platform_refuse(error, -ENOTSUP,
			"cannot bind to node %u: the topology is from a file",
			node);
	if (!n || n->cpu_count == 0)
		return platform_refuse(error, -ENODEV,
			"cannot bind to node %u: it has no CPU for us", node);
	set = hwloc_bitmap_alloc();
	if (!set || hwloc_bitmap_only(set, n->cpus[index % n->cpu_count]))
		err = -ENOMEM;
	else if (hwloc_set_cpubind(p->topology, set, HWLOC_CPUBIND_THREAD))
		err = -errno;
	if (err)
		platform_refuse(error, err, "cannot bind to node %u: %s", node,
			strerror(-err));
	hwloc_bitmap_free(set);
	return err;
}
