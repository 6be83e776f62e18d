/*
 * compare_candidates.c: who might be the best in a cell
 *
 * Settings are what a user of the peer can choose by hand. A threshold only
 * tells whether a size streams, so "always" and "never" are as good, size by
 * size, as every threshold there is.
 */
#include "compare.h"

#include <stdlib.h>
#include <string.h>

#include "cpu.h"

#define NEVER "PMEM_MOVNT_THRESHOLD=9223372036854775807"
#define ALWAYS "PMEM_MOVNT_THRESHOLD=0"

static const struct setting {
	const char *label, *env[3];
	uint32_t needs; /* else the same as a narrower one */
} settings[] = {
	/* Without AVX a library may still take AVX-512. */
	{"sse2, never streams", {"PMEM_AVX=0", "PMEM_AVX512F=0", NEVER}, 0},
	{"sse2, always streams", {"PMEM_AVX=0", "PMEM_AVX512F=0", ALWAYS}, 0},
	{"avx, never streams", {"PMEM_AVX512F=0", NEVER}, CPU_AVX},
	{"avx, always streams", {"PMEM_AVX512F=0", ALWAYS}, CPU_AVX},
	{"avx512f, never streams", {"PMEM_AVX512F=1", NEVER}, CPU_AVX512F},
	{"avx512f, always streams", {"PMEM_AVX512F=1", ALWAYS}, CPU_AVX512F},
};

_Static_assert(sizeof(settings) / sizeof(settings[0]) == COMPARE_SETTINGS_MOST,
	"a place for every setting");

/* Of a library as its user set it, where streaming stores are trusted. */
static const struct compare_table by_hand = {
	.name = "by-hand",
	.about = "the peer, set by hand for each size",
};

/* The label that stands for libc's memcpy with a loop of flushes. */
#define LIBC "libc"

static void
peers_find(struct compare_libs *all)
{
	/* The first is the baseline, the second ours, the last the control. */
	for (size_t l = all->lib_count - 1; --l > 1;) {
		if (strcmp(all->libs[l].label, LIBC) == 0)
			all->libc = l;
		else if (!all->libs[l].ours)
			all->peer = l;
	}
}

static void
settings_list(struct compare_libs *all)
{
	for (size_t i = 0; i < COMPARE_SETTINGS_MOST; i++) {
		struct compare_lib *lib = &all->settings[all->setting_count];
		size_t n = compare_kernels_from(all);

		if ((all->features & settings[i].needs) != settings[i].needs)
			continue;
		snprintf(lib->label, sizeof(lib->label), "%s",
			settings[i].label);
		lib->path = all->libs[all->peer].path;
		memcpy(lib->env, settings[i].env, sizeof(settings[i].env));
		all->instances[n].table = &by_hand;
		all->instances[n].lib = lib;
		all->setting_count++;
	}
}

size_t
compare_candidates_list(struct compare_libs *all)
{
	size_t n;

	peers_find(all);
	if (all->peer)
		settings_list(all);
	n = compare_kernels_from(all);
	for (size_t i = 0; i < copy_kernel_count; i++) {
		const struct copy_kernel *k = &copy_kernels[i];

		if ((all->features & k->needs) == k->needs)
			all->instances[n++].kernel = k;
	}
	return n;
}

/* A row of a description (libpmem/describe.c) names nodes, or "any". */
#define ROW "row\tcpu node "

/* What naming this node is worth. A row that names another one serves it no
 * more, whatever else it names. */
static int
node_fit(const char *name, unsigned node, int worth)
{
	char wanted[16];

	if (strcmp(name, "any") == 0)
		return 0;
	snprintf(wanted, sizeof(wanted), "%u", node);
	return strcmp(name, wanted) == 0 ? worth : -4;
}

/* The row that serves CPUs of a node and destinations on it: as in the library,
 * the one that names most. */
static const char *
row_find(const char *text, unsigned node)
{
	const char *best = NULL;
	int best_fit = -1;

	for (const char *row = strstr(text, ROW); row;
		row = strstr(row + 1, ROW)) {
		char cpu_node[16], mem_node[16];
		int fit;

		if (sscanf(row, ROW "%15[^,], memory node %15s", cpu_node,
			    mem_node) != 2)
			continue;
		fit = node_fit(cpu_node, node, 1) + node_fit(mem_node, node, 2);
		if (fit > best_fit) {
			best_fit = fit;
			best = row;
		}
	}
	return best;
}

/* Of a row, the kernel for a cell. */
static int
kernel_name(const char *row, const struct cell *cell, char name[64])
{
	const char *at = strstr(
		row, cell->op == OP_MOVE ? "\tmove " : "\tset ");
	char cached[64], stream[64];
	size_t from_bytes;

	if (!at)
		return -1;
	at = strchr(at, ' ') + 1;
	if (sscanf(at, "%63[^,], from %zu bytes %63s", cached, &from_bytes,
		    stream) == 3 &&
		cell->size_bytes >= from_bytes)
		snprintf(name, 64, "%s", stream);
	else if (sscanf(at, "%63[^,]", cached) == 1)
		snprintf(name, 64, "%s", cached);
	else
		return -1;
	return 0;
}

static size_t
kernel_find(const struct compare_libs *all, const char *name)
{
	for (size_t i = compare_kernels_from(all); i < all->instance_count;
		i++) {
		if (strcmp(all->instances[i].kernel->name, name) == 0)
			return i;
	}
	return 0;
}

size_t
compare_kernel_of(const struct compare_libs *all, size_t instance,
	const struct cell *cell, unsigned node)
{
	char *text = library_describe(&all->instances[instance].library);
	const char *row = text ? row_find(text, node) : NULL;
	char name[64];
	size_t kernel = 0;

	if (row && kernel_name(row, cell, name) == 0)
		kernel = kernel_find(all, name);
	free(text);
	return kernel;
}
