/*
 * facts.c: see facts.h
 */
#include "facts.h"

#include <cpuid.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "counters.h"
#include "revision.h"
#include "sysfs.h"

/* The facts gathered so far, and the first error: checked once, at the end. */
struct gathering {
	struct provenance *facts;
	const struct platform *platform;
	int err;
};

static void
text_add(struct gathering *g, const char *key, const char *value)
{
	if (!g->err)
		g->err = provenance_add(g->facts, key, value);
}

static void
number_add(struct gathering *g, const char *key, uint64_t value)
{
	if (!g->err)
		g->err = provenance_addf(
			g->facts, key, "%ju", (uintmax_t)value);
}

/* The content of a small file, or why there is none. */
static void
file_add(struct gathering *g, const char *key, const char *path)
{
	char text[512];
	int n = sysfs_read(path, text, sizeof(text));

	if (n > 0 && text[n - 1] == '\n')
		text[n - 1] = '\0';
	if (n < 0)
		snprintf(text, sizeof(text), "unknown: %s: %s", strerror(-n),
			path);
	text_add(g, key, text);
}

/* Value of a line "name : value" of /proc/cpuinfo, of the first CPU. */
static void
cpuinfo_add(struct gathering *g, const char *key, const char *name)
{
	FILE *f = fopen("/proc/cpuinfo", "re");
	char line[512], *colon;

	while (f && fgets(line, sizeof(line), f)) {
		colon = strstr(line, ": ");
		if (!colon || strncmp(line, name, strlen(name)) != 0)
			continue;
		colon[strcspn(colon, "\n")] = '\0';
		text_add(g, key, colon + 2);
		fclose(f);
		return;
	}
	if (f)
		fclose(f);
	text_add(g, key, "unknown: not in /proc/cpuinfo");
}

static void
cpu_add(struct gathering *g)
{
	const struct cpu *cpu = &g->platform->cpu;
	char features[200] = "", *end = features;

	text_add(g, "cpu_vendor", cpu->vendor);
	number_add(g, "cpu_family", cpu->family);
	number_add(g, "cpu_model", cpu->model);
	number_add(g, "cpu_stepping", cpu->stepping);
	cpuinfo_add(g, "cpu_name", "model name");
	for (uint32_t bit = CPU_SSE2; bit <= CPU_CLWB; bit <<= 1) {
		if (cpu->features & bit)
			end += sprintf(end, "%s%s", end > features ? " " : "",
				cpu_feature_name((enum cpu_feature)bit));
	}
	text_add(g, "cpu_features", features);
	cpuinfo_add(g, "microcode", "microcode");
}

/* CPUID leaf 1 ECX bit 31 is reserved for hypervisors to announce themselves,
 * and leaf 0x40000000 for their name. */
static void
hypervisor_add(struct gathering *g)
{
	unsigned a, b, c, d;
	char name[13] = "";

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & 1u << 31)) {
		text_add(g, "hypervisor", "none");
		return;
	}
	__cpuid(0x40000000, a, b, c, d);
	memcpy(name, &b, 4);
	memcpy(name + 4, &c, 4);
	memcpy(name + 8, &d, 4);
	text_add(g, "hypervisor", name[0] ? name : "unknown: it has no name");
}

static void
kernel_add(struct gathering *g)
{
	struct utsname u;

	if (uname(&u))
		text_add(g, "kernel", "unknown: uname fails");
	else if (!g->err)
		g->err = provenance_addf(g->facts, "kernel", "%s %s %s",
			u.sysname, u.release, u.version);
}

static void
build_add(struct gathering *g)
{
	text_add(g, "compiler", REVISION_COMPILER);
	text_add(g, "compiler_flags", REVISION_FLAGS);
	text_add(g, "git_revision", REVISION_GIT);
}

static void
cache_add(struct gathering *g, const char *key, size_t bytes)
{
	if (bytes)
		number_add(g, key, bytes);
	else
		text_add(g, key, "none");
}

static void
topology_add(struct gathering *g)
{
	const struct platform *p = g->platform;

	text_add(g, "topology", p->from_file ? "file" : "this machine");
	number_add(g, "nodes", p->node_count);
	for (size_t i = 0; i < p->node_count && !g->err; i++) {
		const struct platform_node *n = &p->nodes[i];
		char key[30];

		snprintf(key, sizeof(key), "node%u", n->node);
		g->err = provenance_addf(g->facts, key,
			"%s, %zu CPUs, %ju bytes", tier_names[n->tier],
			n->cpu_count, (uintmax_t)n->memory_bytes);
	}
	number_add(g, "cpus", p->cpu_count);
	text_add(g, "smt", p->smt ? "yes" : "no");
	cache_add(g, "l1d_bytes", p->l1d_bytes);
	cache_add(g, "l2_bytes", p->l2_bytes);
	cache_add(g, "l3_bytes", p->l3_bytes);
}

static void
counters_add(struct gathering *g)
{
	char text[COUNTERS_TEXT_BYTES];
	struct counters counters;

	counters_open(&counters);
	counters_describe(&counters, text);
	counters_close(&counters);
	text_add(g, "papi", text);
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* One "name: state" for each vulnerability the kernel knows. */
static void
mitigations_add(struct gathering *g)
{
	static const char directory[] =
		"/sys/devices/system/cpu/vulnerabilities";
	char all[4096] = "", path[512], state[256];
	struct dirent **entries;
	size_t used = 0;
	int count;

	count = scandir(directory, &entries, is_visible, alphasort);
	if (count < 0) {
		text_add(g, "mitigations", "unknown: the kernel does not tell");
		return;
	}
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory,
			entries[i]->d_name);
		if (sysfs_read(path, state, sizeof(state)) <= 0)
			strcpy(state, "unreadable");
		state[strcspn(state, "\n")] = '\0';
		if (used < sizeof(all))
			used += (size_t)snprintf(all + used, sizeof(all) - used,
				"%s%s: %s", used ? "; " : "",
				entries[i]->d_name, state);
		free(entries[i]);
	}
	free(entries);
	text_add(g, "mitigations", all);
}

/* A name fit for a folder: what must be equal for numbers to be comparable at
 * all, and no more. */
static void
platform_id_add(struct gathering *g)
{
	const struct platform *p = g->platform;
	char id[100];

	snprintf(id, sizeof(id), "%s-%u-%u-%u-%zun%zuc", p->cpu.vendor,
		p->cpu.family, p->cpu.model, p->cpu.stepping, p->node_count,
		p->cpu_count);
	for (char *c = id; *c; c++)
		*c = isalnum((unsigned char)*c) ?
			     (char)tolower((unsigned char)*c) :
			     '-';
	text_add(g, "platform_id", id);
}

int
facts_collect(struct provenance *facts, const struct platform *p)
{
	struct gathering g = {.facts = facts, .platform = p};

	platform_id_add(&g);
	cpu_add(&g);
	hypervisor_add(&g);
	kernel_add(&g);
	build_add(&g);
	topology_add(&g);
	counters_add(&g);
	file_add(&g, "governor",
		"/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
	file_add(&g, "thp", "/sys/kernel/mm/transparent_hugepage/enabled");
	mitigations_add(&g);
	file_add(&g, "load", "/proc/loadavg");
	return g.err;
}
