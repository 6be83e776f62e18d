/*
 * buffer.c: targets become memory on a known node; see buffer.h
 *
 * A wrong answer about the node of memory makes every number taken on it wrong,
 * so it is checked when the pages are there.
 */
#include "buffer.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <hwloc.h>

#include "buffer_path.h"
#include "libpmem.h"

/* A huge page, the unit that DAX and transparent huge pages map at best. */
#define HUGE_BYTES ((size_t)2 << 20)

bool
buffer_chooses_node(const char *target)
{
	return strcmp(target, "dram") == 0;
}

/* First huge page boundary above the reserved bytes. */
static char *
data_start(char *mapping)
{
	uintptr_t end = (uintptr_t)mapping + BUFFER_RESERVED_BYTES;
	uintptr_t rest = end % HUGE_BYTES;

	return mapping + BUFFER_RESERVED_BYTES + (rest ? HUGE_BYTES - rest : 0);
}

/* The one node all pages are on, or -1: on several, or the kernel does not
 * tell. */
static int
pages_node(const struct platform *p, const char *addr, size_t bytes)
{
	hwloc_bitmap_t nodes;
	int node = -1;

	if (p->node_count == 1)
		return (int)p->nodes[0].node;
	nodes = hwloc_bitmap_alloc();
	if (nodes &&
		hwloc_get_area_memlocation(p->topology, addr, bytes, nodes,
			HWLOC_MEMBIND_BYNODESET) == 0 &&
		hwloc_bitmap_weight(nodes) == 1)
		node = hwloc_bitmap_first(nodes);
	hwloc_bitmap_free(nodes);
	return node;
}

static int
memory_bind(const struct platform *p, char *addr, size_t bytes, unsigned node)
{
	hwloc_bitmap_t nodes = hwloc_bitmap_alloc();
	int err = 0;

	if (!nodes || hwloc_bitmap_only(nodes, node))
		err = -ENOMEM;
	else if (hwloc_set_area_membind(p->topology, addr, bytes, nodes,
			 HWLOC_MEMBIND_BIND,
			 HWLOC_MEMBIND_STRICT | HWLOC_MEMBIND_BYNODESET))
		err = -errno;
	hwloc_bitmap_free(nodes);
	/* With one node there is nowhere else; containers forbid the call. */
	return p->node_count == 1 ? 0 : err;
}

static int
dram_map(struct buffer *b, const struct platform *p, unsigned mem_node,
	char error[PLATFORM_ERROR_BYTES])
{
	const struct platform_node *node = platform_node_find(p, mem_node);
	int err;

	if (p->from_file)
		return platform_refuse(error, -ENOTSUP,
			"cannot bind memory: the topology is from a file");
	if (!node)
		return platform_refuse(error, -ENODEV,
			"cannot bind memory: there is no node %u", mem_node);
	if (node->memory_bytes < b->mapping_bytes)
		return platform_refuse(error, -ENOSPC,
			"node %u is too small: it has %ju bytes, %zu are "
			"needed",
			mem_node, (uintmax_t)node->memory_bytes,
			b->mapping_bytes);
	b->mapping = mmap(NULL, b->mapping_bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (b->mapping == MAP_FAILED)
		return platform_refuse(error, -errno, "cannot map memory: %s",
			strerror(errno));
	err = memory_bind(p, b->mapping, b->mapping_bytes, mem_node);
	if (err) {
		munmap(b->mapping, b->mapping_bytes);
		return platform_refuse(error, err,
			"cannot bind memory to node %u: %s", mem_node,
			strerror(-err));
	}
	/* A wish: a kernel without huge pages refuses. What it does with them
	 * is the fact "thp" of the provenance. */
	madvise(b->mapping, b->mapping_bytes, MADV_HUGEPAGE);
	b->kind = BUFFER_DRAM;
	b->medium = "dram";
	b->emulated = true;
	return 0;
}

int
buffer_open(struct buffer *b, const struct platform *p, const char *target,
	unsigned mem_node, size_t bytes, char error[PLATFORM_ERROR_BYTES])
{
	bool chooses = buffer_chooses_node(target);
	int err;

	if (bytes == 0 || bytes > SIZE_MAX / 2)
		return platform_refuse(
			error, -EINVAL, "no buffer has %zu bytes", bytes);
	*b = (struct buffer){
		.bytes = bytes,
		.mapping_bytes = bytes + HUGE_BYTES,
		.mem_node = -1,
	};
	err = chooses ? dram_map(b, p, mem_node, error) :
			buffer_path_map(b, target, error);
	if (err)
		return err;
	b->addr = data_start(b->mapping);
	memset(b->addr, 0, bytes);
	if (b->mem_node < 0)
		b->mem_node = pages_node(p, b->addr, bytes);
	if (chooses && b->mem_node != (int)mem_node) {
		buffer_close(b);
		return platform_refuse(error, -ENODEV,
			"memory did not land on node %u", mem_node);
	}
	return 0;
}

void
buffer_close(struct buffer *b)
{
	if (b->kind == BUFFER_DRAM)
		munmap(b->mapping, b->mapping_bytes);
	else
		pmem_unmap(b->mapping, b->mapping_bytes);
}
