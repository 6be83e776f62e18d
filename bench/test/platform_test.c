/*
 * platform_test.c: nodes, CPUs and caches of machines we do not have, read from
 * files; and of this machine, against the kernel's own answers
 */
#include "platform.h"

#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <unistd.h>

#include "check.h"

static const char *directory;

/* Texts are what describe() writes: caches in KiB, then each node with its
 * kind, memory in MB and CPUs in the order of their use. */
static const struct expectation {
	const char *name, *text;
} expectations[] = {
	{"laptop", "smt 48 1024 32768 | 0 dram 16000: 0 2 1 3"},
	{"one-cpu", "plain 0 0 0 | 0 dram 1000: 0"},
	{"guest-without-l3", "plain 32 512 0 | 0 dram 4000: 0 1"},
	{"without-caches", "plain 0 0 0 | 0 dram 4000: 0 1"},
	{"dual-socket", "smt 48 1024 32768 | 0 dram 64000: 0 2 1 3"
			" | 1 dram 64000: 4 6 5 7"},
	{"dual-socket-siblings-last",
		"smt 48 1024 32768 | 0 dram 64000: 0 1 4 5"
		" | 1 dram 64000: 2 3 6 7"},
	{"sub-numa", "smt 48 1024 32768 | 0 dram 32000: 0 2 1 3"
		     " | 1 dram 32000: 4 6 5 7 | 2 dram 32000: 8 10 9 11"
		     " | 3 dram 32000: 12 14 13 15"},
	{"eight-nodes", "plain 48 1024 32768 | 0 dram 128000: 0 1"
			" | 1 dram 128000: 2 3 | 2 dram 128000: 4 5"
			" | 3 dram 128000: 6 7 | 4 dram 128000: 8 9"
			" | 5 dram 128000: 10 11 | 6 dram 128000: 12 13"
			" | 7 dram 128000: 14 15"},
	{"many-l3", "smt 32 512 32768 | 0 dram 256000:"
		    " 0 2 4 6 8 10 12 14 1 3 5 7 9 11 13 15"},
	{"nodes-not-consecutive",
		"smt 48 1024 32768 | 0 dram 64000: 0 4 1 5 2 6 3 7"
		" | 8 dram 64000: 8 12 9 13 10 14 11 15"},
	{"hbm-and-dram",
		"smt 48 1024 32768 | 0 dram 64000: 0 2 1 3 | 1 hbm 32000:"
		" | 2 dram 64000: 4 6 5 7 | 3 hbm 32000:"},
	{"hbm-numbered-first",
		"smt 48 1024 32768 | 0 hbm 16000: | 1 dram 96000: 0 2 1 3"},
	{"hbm-only", "smt 48 1024 32768 | 0 hbm 32000: 0 2 1 3"
		     " | 1 hbm 32000: 4 6 5 7"},
	{"hbm-sub-numa",
		"smt 0 1024 0 | 0 dram 24000: 0 4 1 5 2 6 3 7 | 1 hbm 4000:"
		" | 2 dram 24000: 8 12 9 13 10 14 11 15 | 3 hbm 4000:"
		" | 4 dram 24000: 16 20 17 21 18 22 19 23 | 5 hbm 4000:"
		" | 6 dram 24000: 24 28 25 29 26 30 27 31 | 7 hbm 4000:"},
	{"pmem-as-memory", "smt 48 1024 32768 | 0 dram 96000: 0 2 1 3"
			   " | 1 memory-only 512000: | 2 dram 96000: 4 6 5 7"
			   " | 3 memory-only 512000:"},
	{"cxl-behind-all", "smt 48 1024 32768 | 0 dram 64000: 0 2 1 3"
			   " | 1 dram 64000: 4 6 5 7 | 2 memory-only 256000:"},
	{"node-without-memory",
		"smt 48 1024 32768 | 0 dram 0: 0 2 1 3 | 1 dram 0: 4 6 5 7"},
};

static void
describe(const struct platform *p, char *text, size_t size)
{
	char *end = text;

	end += snprintf(end, size, "%s %zu %zu %zu", p->smt ? "smt" : "plain",
		p->l1d_bytes >> 10, p->l2_bytes >> 10, p->l3_bytes >> 10);
	for (size_t i = 0; i < p->node_count; i++) {
		const struct platform_node *n = &p->nodes[i];

		end += snprintf(end, size - (size_t)(end - text),
			" | %u %s %ju:", n->node, tier_names[n->tier],
			(uintmax_t)n->memory_bytes / 1000000);
		for (size_t c = 0; c < n->cpu_count; c++)
			end += snprintf(end, size - (size_t)(end - text), " %u",
				n->cpus[c]);
	}
}

static void
files_are_understood(void)
{
	for (size_t i = 0; i < sizeof(expectations) / sizeof(expectations[0]);
		i++) {
		char path[500], text[1000], error[PLATFORM_ERROR_BYTES] = "";
		struct platform p;
		size_t cpus = 0;

		snprintf(path, sizeof(path), "%s/%s.xml", directory,
			expectations[i].name);
		CHECK(platform_load(&p, path, error) == 0, "%s", error);
		describe(&p, text, sizeof(text));
		CHECK_TEXT(text, expectations[i].text);
		for (size_t n = 0; n < p.node_count; n++)
			cpus += p.nodes[n].cpu_count;
		CHECK(cpus == p.cpu_count);
		CHECK(p.from_file);
		CHECK(platform_bind(&p, p.nodes[0].node, 0, error) == -ENOTSUP);
		platform_free(&p);
	}
}

static void
environment_names_a_file(void)
{
	char path[500], error[PLATFORM_ERROR_BYTES] = "";
	struct platform p;

	snprintf(path, sizeof(path), "%s/eight-nodes.xml", directory);
	CHECK(setenv("PMEM_BENCH_TOPOLOGY", path, 1) == 0);
	CHECK(platform_load(&p, NULL, error) == 0, "%s", error);
	CHECK(p.node_count == 8);
	CHECK(platform_node_find(&p, 7) == &p.nodes[7]);
	CHECK(!platform_node_find(&p, 8));
	platform_free(&p);
	CHECK(unsetenv("PMEM_BENCH_TOPOLOGY") == 0);
}

static void
other_files_are_refused(void)
{
	static const char *const texts[] = {"", "node0 64GB\n",
		"<?xml version=\"1.0\"?>\n<a><b></a>\n",
		"<?xml version=\"1.0\"?>\n<topology version=\"2.0\">"};
	char path[] = "/tmp/platform_test.XXXXXX";
	int fd = mkstemp(path);

	CHECK(fd >= 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char error[PLATFORM_ERROR_BYTES] = "";
		struct platform p;

		CHECK(ftruncate(fd, 0) == 0);
		CHECK(pwrite(fd, texts[i], strlen(texts[i]), 0) ==
			(ssize_t)strlen(texts[i]));
		CHECK(platform_load(&p, path, error) == -EINVAL, "text %zu", i);
		CHECK(strncmp(error, "cannot read the topology: ", 26) == 0);
		CHECK(strstr(error, path));
	}
	close(fd);
	CHECK(unlink(path) == 0);
}

/* The kernel's own word on where a thread runs. */
static void
binding_holds(void)
{
	char error[PLATFORM_ERROR_BYTES] = "";
	struct platform p;
	unsigned cpu, node;
	cpu_set_t before;

	CHECK(sched_getaffinity(0, sizeof(before), &before) == 0);
	CHECK(platform_load(&p, NULL, error) == 0, "%s", error);
	CHECK(!p.from_file && p.node_count > 0);
	CHECK(p.cpu_count == (size_t)CPU_COUNT(&before));
	for (size_t i = 0; i < p.node_count; i++) {
		const struct platform_node *n = &p.nodes[i];

		for (unsigned c = 0; c < n->cpu_count; c++) {
			CHECK(platform_bind(&p, n->node, c, error) == 0, "%s",
				error);
			CHECK(getcpu(&cpu, &node) == 0);
			CHECK(cpu == n->cpus[c] && node == n->node);
		}
	}
	CHECK(platform_bind(&p, 4711, 0, error) == -ENODEV);
	CHECK_TEXT(error, "cannot bind to node 4711: it has no CPU for us");
	platform_free(&p);
	CHECK(sched_setaffinity(0, sizeof(before), &before) == 0);
}

static void
one_allowed_cpu_is_noticed(void)
{
	char error[PLATFORM_ERROR_BYTES] = "";
	cpu_set_t before, one;
	struct platform p;
	int cpu = sched_getcpu();

	CHECK(sched_getaffinity(0, sizeof(before), &before) == 0);
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	CHECK(sched_setaffinity(0, sizeof(one), &one) == 0);
	CHECK(platform_load(&p, NULL, error) == 0, "%s", error);
	CHECK(p.cpu_count == 1);
	for (size_t i = 0; i < p.node_count; i++)
		CHECK(p.nodes[i].cpu_count == 0 ||
			p.nodes[i].cpus[0] == (unsigned)cpu);
	/* A node whose CPUs are others' is not one without CPUs. */
	CHECK(p.nodes[0].tier == TIER_DRAM);
	platform_free(&p);
	CHECK(sched_setaffinity(0, sizeof(before), &before) == 0);
}

int
main(int argc, char **argv)
{
	CHECK(argc == 2, "usage: platform_test TOPOLOGIES");
	directory = argv[1];
	files_are_understood();
	environment_names_a_file();
	other_files_are_refused();
	binding_holds();
	one_allowed_cpu_is_noticed();
	return 0;
}
