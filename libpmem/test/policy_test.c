/*
 * policy_test.c: what the policy makes of a CPU, an environment and a header
 *
 * The CPU is the test's own (cpu_detect below), so is /sys (fake_sysfs.h) and
 * so are the tuned rows (policy_rows.h). Whether the machine code then follows
 * the policy is trace_test's matter.
 */
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/rseq.h>

#include "check.h"
#include "domain.h"
#include "fake_sysfs.h"
#include "nodes.h"
#include "policy.h"
#include "rows.h"
#include "settings.h"
#include "trial.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define ALL \
	(CPU_SSE2 | CPU_AVX | CPU_AVX512F | CPU_MOVDIR64B | CPU_CLFLUSH | \
		CPU_CLFLUSHOPT | CPU_CLWB)
#define REGION "/sys/bus/nd/devices/region%d/persistence_domain"

static struct cpu test_cpu = {.features = ALL, .vendor = "TestTestTest"};
static unsigned case_count;

void
cpu_detect(struct cpu *cpu)
{
	*cpu = test_cpu;
}

const char *
cpu_feature_name(enum cpu_feature feature)
{
	return feature == CPU_SSE2 ? "sse2" : "other";
}

static const char *const variables[] = {"PMEM_NO_CLWB", "PMEM_NO_CLFLUSHOPT",
	"PMEM_NO_FLUSH", "PMEM_NO_MOVNT", "PMEM_MOVNT_DURABLE", "PMEM_AVX",
	"PMEM_AVX512F", "PMEM_MOVDIR64B", "PMEM_MOVNT_THRESHOLD"};

static void
settings_load(const char *settings)
{
	for (size_t i = 0; i < COUNT(variables); i++)
		unsetenv(variables[i]);
	settings_put(settings);
	policy_load();
}

/* "CACHED MIN STREAM"; the kernel without flushes is checked on the way. */
static const char *
op_text(const struct op_policy *op, char *buf, size_t size_bytes)
{
	const struct copy_kernel *noflush = copy_kernel_find(
		op->cached->isa, STORE_CACHED, FLUSH_NONE);

	CHECK(op->noflush == noflush, "%s beside %s", op->noflush->name,
		op->cached->name);
	CHECK(op->hinted->store == op->stream->store &&
			op->hinted->flush == op->stream->flush &&
			op->hinted->isa == isa_streaming(op->stream->isa),
		"%s beside %s", op->hinted->name, op->stream->name);
	if (op->stream_min_bytes == POLICY_NEVER)
		snprintf(buf, size_bytes, "%s never %s", op->cached->name,
			op->stream->name);
	else
		snprintf(buf, size_bytes, "%s %zu %s", op->cached->name,
			op->stream_min_bytes, op->stream->name);
	return buf;
}

static void
row_check(const char *what, const char *domain, const char *flush,
	const char *move, const char *set)
{
	const struct policy *row = &policy_state.uniform;
	char text[128];

	case_count++;
	CHECK(!strcmp(domain_names[row->domain], domain) &&
			policy_state.inputs.domain == row->domain,
		"%s: domain %s (%s), not %s", what, domain_names[row->domain],
		policy_state.inputs.domain_reason, domain);
	CHECK(!strcmp(row->flush->name, flush), "%s: flush %s, not %s", what,
		row->flush->name, flush);
	op_text(&row->move, text, sizeof(text));
	CHECK(!strcmp(text, move), "%s: move %s, not %s", what, text, move);
	op_text(&row->set, text, sizeof(text));
	CHECK(!strcmp(text, set ? set : move), "%s: set %s, not %s", what, text,
		set ? set : move);
}

/* Written out, not computed as the library does. */
static void
eligible_check(void)
{
	static const bool expected[DOMAIN_COUNT][STORE_COUNT][2] = {
		/* cached, flushed; stream, flushed */
		[DOMAIN_ADR] = {{false, true}, {false, true}},
		[DOMAIN_ADR_NT] = {{false, true}, {true, true}},
		[DOMAIN_EADR] = {{true, true}, {true, true}},
	};

	for (unsigned i = 0; i < (unsigned)DOMAIN_COUNT * STORE_COUNT *
					 FLUSH_COUNT * ISA_COUNT;
		i++, case_count++) {
		enum domain d = i % DOMAIN_COUNT;
		enum store s = i / DOMAIN_COUNT % STORE_COUNT, like = s;
		enum flush f = i / DOMAIN_COUNT / STORE_COUNT % FLUSH_COUNT;
		enum isa isa = i / DOMAIN_COUNT / STORE_COUNT / FLUSH_COUNT;

		/* A stream that may turn out cached promises no more. */
		if (isa == ISA_AVX_ADAPT || isa == ISA_AVX512F_ADAPT)
			like = STORE_CACHED;
		CHECK(policy_eligible(isa, s, f, d) ==
				expected[d][like][f != FLUSH_NONE],
			"%s/%s/%s in %s", isa_names[isa], store_names[s],
			flush_kernels[f].name, domain_names[d]);
	}
}

/* The default rows: a CPU that no header knows. Kernels of move and set are the
 * same: cached/FLUSH, and stream/SFLUSH from a length on. */
static const struct {
	const char *settings, *vendor;
	uint32_t lacks;
	const char *domain, *flush, *move, *deep_flush;
} untuned[] = {
	{"", "AuthenticAMD", 0, "adr", "clwb",
		"avx512f/cached/clwb never avx512f/stream/clwb", "clwb"},
	{"", "GenuineIntel", 0, "adr_nt", "clwb",
		"avx512f/cached/clwb 256 avx512f/stream/none", "clwb"},
	{"PMEM_MOVNT_DURABLE=1", "AuthenticAMD", 0, "adr_nt", "clwb",
		"avx512f/cached/clwb 256 avx512f/stream/none", "clwb"},
	{"PMEM_MOVNT_DURABLE=0", "GenuineIntel", 0, "adr", "clwb",
		"avx512f/cached/clwb never avx512f/stream/clwb", "clwb"},
	{"PMEM_NO_FLUSH=1", "AuthenticAMD", 0, "eadr", "none",
		"avx512f/cached/none never avx512f/stream/none", "clwb"},
	{"PMEM_NO_FLUSH=1,PMEM_MOVNT_DURABLE=0", "AuthenticAMD", 0, "eadr",
		"none", "avx512f/cached/none never avx512f/stream/none",
		"clwb"},
	{"PMEM_NO_FLUSH=0", "AuthenticAMD", 0, "adr", "clwb",
		"avx512f/cached/clwb never avx512f/stream/clwb", "clwb"},
	{"PMEM_NO_CLWB=1", "AuthenticAMD", 0, "adr", "clflushopt",
		"avx512f/cached/clflushopt never avx512f/stream/clflushopt",
		"clflushopt"},
	{"PMEM_NO_CLWB=1,PMEM_NO_CLFLUSHOPT=1", "AuthenticAMD", 0, "adr",
		"clflush",
		"avx512f/cached/clflush never avx512f/stream/clflush",
		"clflush"},
	{"PMEM_NO_CLFLUSHOPT=1", "AuthenticAMD", 0, "adr", "clwb",
		"avx512f/cached/clwb never avx512f/stream/clwb", "clwb"},
	{"PMEM_NO_CLFLUSHOPT=1", "AuthenticAMD", CPU_CLWB, "adr", "clflush",
		"avx512f/cached/clflush never avx512f/stream/clflush",
		"clflush"},
	{"PMEM_NO_CLWB=0,PMEM_NO_CLFLUSHOPT=0,PMEM_AVX=1,PMEM_AVX512F=1,"
	 "PMEM_MOVDIR64B=1,PMEM_NO_MOVNT=0",
		"AuthenticAMD", 0, "adr", "clwb",
		"avx512f/cached/clwb never avx512f/stream/clwb", "clwb"},
	{"PMEM_AVX=0", "AuthenticAMD", 0, "adr", "clwb",
		"sse2/cached/clwb never sse2/stream/clwb", "clwb"},
	{"PMEM_AVX512F=0", "AuthenticAMD", 0, "adr", "clwb",
		"avx/cached/clwb never avx/stream/clwb", "clwb"},
	{"PMEM_NO_MOVNT=1", "GenuineIntel", 0, "adr_nt", "clwb",
		"avx512f/cached/clwb never avx512f/cached/clwb", "clwb"},
	{"PMEM_NO_MOVNT=1,PMEM_MOVNT_THRESHOLD=9", "GenuineIntel", 0, "adr_nt",
		"clwb", "avx512f/cached/clwb never avx512f/cached/clwb",
		"clwb"},
	{"PMEM_MOVNT_THRESHOLD=4096", "AuthenticAMD", 0, "adr", "clwb",
		"avx512f/cached/clwb 4096 avx512f/stream/clwb", "clwb"},
	{"PMEM_MOVNT_THRESHOLD=0", "GenuineIntel", 0, "adr_nt", "clwb",
		"avx512f/cached/clwb 0 avx512f/stream/none", "clwb"},
	{"PMEM_MOVNT_THRESHOLD=18446744073709551614", "GenuineIntel", 0,
		"adr_nt", "clwb",
		"avx512f/cached/clwb 18446744073709551614 avx512f/stream/none",
		"clwb"},
	{"", "AuthenticAMD", CPU_CLWB, "adr", "clflushopt",
		"avx512f/cached/clflushopt never avx512f/stream/clflushopt",
		"clflushopt"},
	{"", "AuthenticAMD", CPU_CLWB | CPU_CLFLUSHOPT, "adr", "clflush",
		"avx512f/cached/clflush never avx512f/stream/clflush",
		"clflush"},
	{"", "AuthenticAMD", CPU_AVX512F, "adr", "clwb",
		"avx/cached/clwb never avx/stream/clwb", "clwb"},
	{"", "AuthenticAMD", CPU_AVX512F | CPU_AVX, "adr", "clwb",
		"sse2/cached/clwb never sse2/stream/clwb", "clwb"},
};

static void
untuned_check(void)
{
	for (size_t i = 0; i < COUNT(untuned); i++) {
		test_cpu = (struct cpu){
			.features = ALL & ~untuned[i].lacks, .family = 99};
		snprintf(test_cpu.vendor, sizeof(test_cpu.vendor), "%s",
			untuned[i].vendor);
		settings_load(untuned[i].settings);
		row_check(untuned[i].settings, untuned[i].domain,
			untuned[i].flush, untuned[i].move, NULL);
		CHECK(copy_edge_flush ==
			(policy_state.inputs.domain == DOMAIN_EADR ?
					FLUSH_NONE :
					policy_state.deep_flush->flush));
		CHECK(!strcmp(policy_state.deep_flush->name,
			      untuned[i].deep_flush),
			"%s: deep flush %s", untuned[i].settings,
			policy_state.deep_flush->name);
		CHECK(!policy_state.inputs.tuned &&
				!strcmp(policy_state.inputs.rows_id, "default"),
			"rows of %s", policy_state.inputs.rows_id);
	}
}

/* Ignored with a message, and never read as another value. */
static void
unparsed_check(void)
{
	static const char *const settings[] = {"PMEM_NO_CLWB=yes",
		"PMEM_NO_CLFLUSHOPT=", "PMEM_NO_FLUSH=2", "PMEM_NO_MOVNT=01",
		"PMEM_MOVNT_DURABLE=true", "PMEM_AVX=00", "PMEM_AVX512F= 0",
		"PMEM_MOVDIR64B=0 ", "PMEM_MOVNT_THRESHOLD=-1",
		"PMEM_MOVNT_THRESHOLD=+1", "PMEM_MOVNT_THRESHOLD=1k",
		"PMEM_MOVNT_THRESHOLD= 1", "PMEM_MOVNT_THRESHOLD=0x10",
		"PMEM_MOVNT_THRESHOLD=ff", "PMEM_MOVNT_THRESHOLD=",
		"PMEM_MOVNT_THRESHOLD=18446744073709551616"};
	char expected[128];

	test_cpu = (struct cpu){.features = ALL, .vendor = "AuthenticAMD"};
	for (size_t i = 0; i < COUNT(settings); i++) {
		settings_load(settings[i]);
		row_check(settings[i], "adr", "clwb",
			"avx512f/cached/clwb never avx512f/stream/clwb", NULL);
		snprintf(expected, sizeof(expected), "%s ignored", settings[i]);
		CHECK(!strncmp(pmem_errormsg(), expected, strlen(expected)),
			"%s: %s", settings[i], pmem_errormsg());
	}
}

/* Rows of the test's header. */
static const struct {
	const char *settings, *vendor;
	unsigned family, model, stepping;
	uint32_t lacks;
	const char *domain, *flush, *move, *set, *reason;
} tuned[] = {
	{"", "TestTestTest", 1, 10, 2, 0, "adr", "clflushopt",
		"avx/cached/clflushopt 1000 sse2/stream/clflush",
		"generic/cached/clflushopt 64 movdir64b/stream/clwb",
		"tuned for this CPU"},
	{"PMEM_MOVNT_DURABLE=1", "TestTestTest", 1, 10, 5, 0, "adr_nt", "clwb",
		"avx512f/cached/clwb 128 movdir64b/stream/none",
		"sse2/cached/clwb never avx/stream/clflushopt",
		"tuned for this CPU"},
	{"PMEM_NO_FLUSH=1", "TestTestTest", 1, 10, 3, 0, "eadr", "none",
		"avx512f/cached/none 8 avx/stream/none",
		"avx/cached/none 0 generic/stream/none", "tuned for this CPU"},
	{"PMEM_MOVDIR64B=0", "TestTestTest", 1, 10, 2, 0, "adr", "clflushopt",
		"avx/cached/clflushopt 1000 sse2/stream/clflush",
		"generic/cached/clflushopt 64 avx512f/stream/clwb",
		"tuned for this CPU"},
	{"", "TestTestTest", 1, 10, 2, CPU_MOVDIR64B | CPU_AVX512F, "adr",
		"clflushopt", "avx/cached/clflushopt 1000 sse2/stream/clflush",
		"generic/cached/clflushopt 64 avx/stream/clwb",
		"tuned for this CPU"},
	{"PMEM_NO_CLFLUSHOPT=1", "TestTestTest", 1, 10, 2, 0, "adr", "clflush",
		"avx/cached/clflush 1000 sse2/stream/clflush",
		"generic/cached/clflush 64 movdir64b/stream/clwb",
		"tuned for this CPU"},
	{"", "TestTestTest", 1, 10, 1, 0, "adr", "clflushopt",
		"avx/cached/clflushopt 1000 sse2/stream/clflush",
		"generic/cached/clflushopt 64 movdir64b/stream/clwb",
		"tuned for a CPU of this family"},
	{"", "TestTestTest", 1, 10, 6, 0, "adr", "clflushopt",
		"avx/cached/clflushopt 1000 sse2/stream/clflush",
		"generic/cached/clflushopt 64 movdir64b/stream/clwb",
		"tuned for a CPU of this family"},
	{"", "TestTestTest", 1, 24, 0, 0, "adr", "clflushopt",
		"avx/cached/clflushopt 1000 sse2/stream/clflush",
		"generic/cached/clflushopt 64 movdir64b/stream/clwb",
		"tuned for a CPU of this family"},
	{"", "TestTestTest", 1, 26, 0, 0, "adr", "clflush",
		"sse2/cached/clflush 7 sse2/stream/clflush", NULL,
		"tuned for a CPU of this family"},
	{"", "TestTestTest", 1, 40, 0, 0, "adr", "clflush",
		"sse2/cached/clflush 7 sse2/stream/clflush", NULL,
		"tuned for this CPU"},
	/* Other CPUs: the default rows. */
	{"", "TestTestTest", 9, 10, 2, 0, "adr", "clwb",
		"avx512f/cached/clwb never avx512f/stream/clwb", NULL,
		"tuned header is for other CPUs"},
	{"", "AuthenticAMD", 1, 10, 2, 0, "adr", "clwb",
		"avx512f/cached/clwb never avx512f/stream/clwb", NULL,
		"tuned header is for other CPUs"},
	/* Streams seen to stay in the cache outdo the vendor's word. */
	{"", "GenuineIntel", 1, 1, 0, 0, "adr", "clwb",
		"avx/cached/clwb 11 avx/stream/clwb", NULL,
		"tuned for this CPU"},
	{"PMEM_MOVNT_DURABLE=1", "GenuineIntel", 1, 1, 0, 0, "adr_nt", "clwb",
		"avx/cached/clwb 12 avx/stream/none", NULL,
		"tuned for this CPU"},
	{"", "GenuineIntel", 2, 1, 0, 0, "adr_nt", "clwb",
		"avx/cached/clwb 13 avx/stream/none", NULL,
		"tuned for this CPU"},
	/* A header that is not durable is not obeyed. */
	{"", "TestTestTest", 5, 1, 0, 0, "adr", "clwb",
		"avx/cached/clwb 256 avx/stream/clwb",
		"sse2/cached/clwb 256 sse2/stream/clwb", "tuned for this CPU"},
	{"", "TestTestTest", 5, 1, 0, CPU_CLWB, "adr", "clflushopt",
		"avx/cached/clflushopt 256 avx/stream/clflushopt",
		"sse2/cached/clflushopt 256 sse2/stream/clflushopt",
		"tuned for this CPU"},
	{"PMEM_MOVNT_DURABLE=1", "TestTestTest", 5, 1, 0, 0, "adr_nt", "clwb",
		"avx/cached/clwb 256 avx/stream/none",
		"sse2/cached/clwb 256 sse2/stream/none", "tuned for this CPU"},
	{"PMEM_NO_FLUSH=1", "TestTestTest", 5, 1, 0, 0, "eadr", "none",
		"avx/cached/none 256 avx/stream/none",
		"sse2/cached/none 256 sse2/stream/none", "tuned for this CPU"},
	/* Streams that look, and streams of parts of lines. */
	{"", "TestTestTest", 7, 1, 0, 0, "adr", "clwb",
		"avx/cached/clwb 9 avx512f_adapt/stream/clwb",
		"avx/cached/clwb 10 avx/stream/clwb", "tuned for this CPU"},
	{"PMEM_MOVNT_DURABLE=1", "TestTestTest", 7, 1, 0, 0, "adr_nt", "clwb",
		"avx/cached/clwb 9 avx_adapt/stream/clwb",
		"avx/cached/clwb 10 avx512f_movnti/stream/none",
		"tuned for this CPU"},
	{"PMEM_NO_FLUSH=1", "TestTestTest", 7, 1, 0, 0, "eadr", "none",
		"avx/cached/none 9 avx512f_adapt/stream/none",
		"avx/cached/none 10 avx_movnti/stream/none",
		"tuned for this CPU"},
	{"", "TestTestTest", 7, 1, 0, CPU_AVX512F, "adr", "clwb",
		"avx/cached/clwb 9 avx_adapt/stream/clwb",
		"avx/cached/clwb 10 avx/stream/clwb", "tuned for this CPU"},
	{"PMEM_MOVNT_DURABLE=1,PMEM_AVX=0", "TestTestTest", 7, 1, 0, 0,
		"adr_nt", "clwb", "sse2/cached/clwb 9 sse2/stream/clwb",
		"sse2/cached/clwb 10 sse2/stream/none", "tuned for this CPU"},
	/* Whoever sets the threshold means streams. */
	{"PMEM_MOVNT_THRESHOLD=5", "TestTestTest", 7, 1, 0, 0, "adr", "clwb",
		"avx/cached/clwb 5 avx512f/stream/clwb",
		"avx/cached/clwb 5 avx/stream/clwb", "tuned for this CPU"},
	{"PMEM_NO_MOVNT=1", "TestTestTest", 7, 1, 0, 0, "adr", "clwb",
		"avx/cached/clwb never avx/cached/clwb", NULL,
		"tuned for this CPU"},
};

static void
tuned_check(void)
{
	for (size_t i = 0; i < COUNT(tuned); i++) {
		bool found = !strncmp(tuned[i].reason, "tuned for", 9);

		test_cpu = (struct cpu){.features = ALL & ~tuned[i].lacks,
			.family = tuned[i].family,
			.model = tuned[i].model,
			.stepping = tuned[i].stepping};
		snprintf(test_cpu.vendor, sizeof(test_cpu.vendor), "%s",
			tuned[i].vendor);
		copy_miss_ticks = 0;
		settings_load(tuned[i].settings);
		CHECK(!copy_miss_ticks == !strstr(tuned[i].move, "adapt"),
			"row %zu: a miss is %llu ticks", i,
			(unsigned long long)copy_miss_ticks);
		row_check(tuned[i].settings, tuned[i].domain, tuned[i].flush,
			tuned[i].move, tuned[i].set);
		CHECK(!strcmp(policy_state.inputs.rows_reason, tuned[i].reason),
			"row %zu: %s", i, policy_state.inputs.rows_reason);
		CHECK(policy_state.inputs.tuned == found &&
				!strcmp(policy_state.inputs.rows_id,
					found ? "test" : "default"),
			"row %zu: rows of %s", i, policy_state.inputs.rows_id);
	}
}

static void
region_put(int number, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), REGION, number);
	fake_sysfs_put(path, text);
}

/* What the regions say of the caches; a flush is still obeyed. */
static void
sysfs_check(void)
{
	static const char flushed[] =
		"avx512f/cached/clwb 8 avx/stream/clflush";

	test_cpu = (struct cpu){.features = ALL,
		.vendor = "TestTestTest",
		.family = 1,
		.model = 10,
		.stepping = 2};
	region_put(0, "cpu_cache\n");
	fake_sysfs_put("/sys/bus/nd/devices/bus0/provider", "other\n");
	settings_load("");
	row_check("regions with cpu_cache", "eadr", "clwb", flushed,
		"avx/cached/clwb 0 generic/stream/none");
	settings_load("PMEM_MOVNT_DURABLE=0");
	CHECK(policy_state.inputs.domain == DOMAIN_EADR);
	settings_load("PMEM_NO_FLUSH=0");
	CHECK(policy_state.inputs.domain == DOMAIN_ADR);
	region_put(1, "memory_controller\n");
	settings_load("");
	CHECK(policy_state.inputs.domain == DOMAIN_ADR, "mixed");
	CHECK(domain_auto_flush() == 0);
	fake_sysfs_clear();
	CHECK(domain_auto_flush() == 0, "no bus");
	region_put(0, "cpu_cache");
	CHECK(domain_auto_flush() < 0, "no newline");
	settings_load("");
	CHECK(policy_state.inputs.domain == DOMAIN_ADR, "malformed");
	region_put(0, "cpu_cache_not\n");
	CHECK(domain_auto_flush() == 0);
	fake_sysfs_clear();
	fake_sysfs_put("/sys/bus/nd/devices/region0/size", "1\n");
	CHECK(domain_auto_flush() == 0, "no attribute");
	fake_sysfs_put("/sys/bus/nd/devices/dax0.0/size", "1\n");
	fake_sysfs_clear();
	fake_sysfs_put("/sys/bus/nd/devices/dax0.0/size", "1\n");
	CHECK(domain_auto_flush() == 0, "no region");
	fake_sysfs_clear();
	case_count += 11;
}

/* Pretends that this thread's CPU is on a node and dest on another. */
static void
nodes_put(unsigned family, int cpu_node, const char *dest, int mem_node)
{
	char path[64], text[32];

	test_cpu = (struct cpu){.features = ALL,
		.vendor = "TestTestTest",
		.family = family,
		.model = 1};
	fake_sysfs_clear();
	if (cpu_node >= 0) {
		snprintf(path, sizeof(path),
			"/sys/devices/system/node/node%d/cpulist", cpu_node);
		snprintf(text, sizeof(text), "1000,%d\n", sched_getcpu());
		fake_sysfs_put(path, text);
	}
	settings_load("");
	nodes_assign((uintptr_t)dest, (uintptr_t)dest + 1, mem_node);
}

static void
cpu_pin(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((unsigned)sched_getcpu(), &set);
	CHECK(!sched_setaffinity(0, sizeof(set), &set), "pin");
}

/* The row, found in either way: the kernel tells threads their CPU, or, in a
 * variant of this test, does not. */
static const struct policy *
policy_for(const void *dest, size_t len)
{
	const struct policy *row;
	bool contested = len >= policy_state.contested_min_bytes &&
			 len - policy_state.contested_min_bytes <
				 policy_state.contested_span_bytes;

	CHECK(policy_at_hand(dest, len, &row) == (!contested || __rseq_size));
	if (contested && __rseq_size)
		CHECK(row == policy_search(dest));
	return contested ? policy_search(dest) : row;
}

static void
node_rows_check(void)
{
	static char dest[1];
	/* by row: what a CPU node and a memory node choose, lengths 512 and on:
	 * the minimum of streams of move and set */
	static const struct {
		int cpu_node, mem_node;
		size_t move_min, set_min;
	} expected[] = {
		{0, 0, 512, 1500},
		{0, 1, 1000, 4000},
		{0, 2, 2000, 1000},
		{0, -1, 2000, 1000},
		{1, 0, 1000, 1000},
		{1, 1, 1000, 4000},
		{-1, 1, 1000, 4000},
		{-1, -1, 1000, 1000},
		{63, 63, 1000, 1000},
	};

	for (size_t i = 0; i < COUNT(expected); i++, case_count++) {
		const struct policy *row;

		nodes_put(2, expected[i].cpu_node, dest, expected[i].mem_node);
		CHECK(policy_state.contested_min_bytes == 512 &&
				policy_state.contested_span_bytes ==
					4000 - 512 &&
				!policy_state.flush_contested,
			"contested from %zu on, %zu bytes",
			policy_state.contested_min_bytes,
			policy_state.contested_span_bytes);
		CHECK(policy_for(dest, 511) == &policy_state.uniform);
		CHECK(policy_for(dest, 4000) == &policy_state.uniform);
		row = policy_for(dest, 512);
		CHECK(row == policy_for(dest, 3999));
		CHECK(row->move.stream_min_bytes == expected[i].move_min &&
				row->set.stream_min_bytes ==
					expected[i].set_min,
			"nodes %d, %d: %zu, %zu", expected[i].cpu_node,
			expected[i].mem_node, row->move.stream_min_bytes,
			row->set.stream_min_bytes);
	}
	CHECK(policy_state.row_count == 3, "rows of another domain");
}

/* Rows that differ in more than a threshold. */
static void
contest_check(void)
{
	static char dest[1];

	nodes_put(3, 0, dest, 1);
	CHECK(policy_state.contested_min_bytes == 0 &&
		policy_state.contested_span_bytes == SIZE_MAX);
	CHECK(policy_for(dest, 1)->move.cached->isa == ISA_SSE2);
	CHECK(policy_for(dest, SIZE_MAX - 1)->move.cached->isa == ISA_SSE2);
	nodes_put(3, 1, dest, 1);
	CHECK(policy_for(dest, 1)->move.cached->isa == ISA_AVX);
	nodes_put(4, 0, dest, 1);
	CHECK(policy_state.flush_contested);
	CHECK(policy_flush_for(dest)->flush == FLUSH_CLFLUSHOPT);
	CHECK(policy_for(dest, 1)->move.cached->flush == FLUSH_CLFLUSHOPT, "%s",
		policy_for(dest, 1)->move.cached->name);
	nodes_put(4, 0, dest, 0);
	CHECK(policy_flush_for(dest)->flush == FLUSH_CLWB);
	/* Moves and sets differ, nodes do not. */
	nodes_put(6, 0, dest, 0);
	CHECK(policy_state.row_count == 1 &&
		policy_state.contested_span_bytes == 0);
	/* A uniform header after one with nodes. */
	nodes_put(5, 0, dest, 1);
	CHECK(policy_state.row_count == 0 && !policy_state.flush_contested &&
		policy_state.contested_span_bytes == 0);
	CHECK(policy_for(dest, 0) == &policy_state.uniform &&
		policy_for(dest, SIZE_MAX) == &policy_state.uniform);
	case_count += 5;
}

/* The text for tools: every row, and what fits of it. */
static void
describe_check(void)
{
	static const char *const parts[] = {"rows\ttest\ttuned for this CPU\t",
		"cpu\tTestTestTest family 2 model 1 stepping ", "domain\tadr\t",
		"row\tcpu node any, memory node any\tflush clwb\tmove ",
		"move avx/cached/clwb, from 1000 bytes avx/stream/clwb\t",
		"set avx/cached/clwb, from 1000 bytes avx/stream/clwb\n",
		"row\tcpu node 0, memory node 0\tflush clwb\tmove ",
		"move avx/cached/clwb, from 512 bytes avx/stream/clwb\t",
		"row\tcpu node 0, memory node any\tflush clwb",
		"row\tcpu node any, memory node 1\tflush clwb"};
	static char dest[1], text[4096], cut[100];
	size_t len;

	nodes_put(2, 0, dest, 0);
	len = policy_describe(text, sizeof(text));
	CHECK(len == strlen(text), "%zu", len);
	for (size_t i = 0; i < COUNT(parts); i++, case_count++)
		CHECK(strstr(text, parts[i]), "no %s in\n%s", parts[i], text);
	CHECK(policy_describe(cut, sizeof(cut)) == len, "cut");
	CHECK(strlen(cut) == sizeof(cut) - 1 &&
			!strncmp(cut, text, sizeof(cut) - 1),
		"%s", cut);
	CHECK(policy_describe(NULL, 0) == len, "length alone");
	nodes_put(3, 0, dest, 0);
	policy_describe(text, sizeof(text));
	CHECK(strstr(text, "move avx/cached/clwb, never avx/stream/clwb"), "%s",
		text);
}

/* Whose probe is believed: the CPU's own, or the worst of its family. */
static void
movnt_check(void)
{
	static const struct cpu_wish cpus[] = {
		{"a", "TestTestTest", 2, 1, 0, 3, MOVNT_NOT_PROMISED},
		{"b", "TestTestTest", 2, 1, 4, 7, MOVNT_RETAINED},
		{"c", "TestTestTest", 3, 1, 0, 7, MOVNT_NOT_PROMISED},
		{"d", "Elsewhere", 3, 1, 0, 7, MOVNT_RETAINED},
	};
	static const struct header header = {
		.cpus = cpus, .cpu_count = COUNT(cpus)};
	static const struct {
		unsigned family, model, stepping;
		enum movnt_verdict verdict;
	} cases[] = {
		{2, 1, 3, MOVNT_NOT_PROMISED},
		{2, 1, 4, MOVNT_RETAINED},
		{2, 1, 8, MOVNT_RETAINED},
		{2, 9, 0, MOVNT_RETAINED},
		{3, 1, 7, MOVNT_NOT_PROMISED},
		{3, 2, 7, MOVNT_UNKNOWN},
		{4, 1, 0, MOVNT_UNKNOWN},
	};

	for (size_t i = 0; i < COUNT(cases); i++, case_count++) {
		struct cpu cpu = {.vendor = "TestTestTest",
			.family = cases[i].family,
			.model = cases[i].model,
			.stepping = cases[i].stepping};

		CHECK(rows_find_movnt(&header, &cpu) == cases[i].verdict,
			"case %zu", i);
	}
}

static void
cpu_list_check(void)
{
	static const int16_t expected[12] = {
		3, 3, -1, 3, -1, 3, 3, 3, 5, -1, 5, -1};

	fake_sysfs_clear();
	fake_sysfs_put("/sys/devices/system/node/node3/cpulist", "0-1,3,5-7\n");
	fake_sysfs_put("/sys/devices/system/node/node5/cpulist", "8,10\n");
	fake_sysfs_put("/sys/devices/system/node/node7/cpulist", "\n");
	fake_sysfs_put(
		"/sys/devices/system/node/node63/cpulist", "1023-2000\n");
	nodes_load();
	for (size_t i = 0; i < COUNT(expected); i++)
		CHECK(nodes_by_cpu[i] == expected[i], "CPU %zu on node %d", i,
			nodes_by_cpu[i]);
	CHECK(nodes_by_cpu[1023] == 63);
	case_count++;
	fake_sysfs_clear();
}

/* Which memory nodes_assign covers: whole units of 2 MiB. */
static void
nodes_assign_check(void)
{
	uintptr_t unit = NODES_UNIT_BYTES, at = 100 * unit;
	const struct policy *row;

	nodes_load();
	nodes_assign(at, at + 2 * unit, 6);
	CHECK(nodes_of((void *)(at - 1)) == -1);
	CHECK(nodes_of((void *)at) == 6);
	CHECK(nodes_of((void *)(at + 2 * unit - 1)) == 6);
	CHECK(nodes_of((void *)(at + 2 * unit)) == -1);
	nodes_assign(at, at + 1, 0);
	CHECK(nodes_of((void *)(at + 5)) == 0);
	nodes_assign(at, at + unit + 1, -1);
	CHECK(nodes_of((void *)at) == -1);
	CHECK(nodes_of((void *)(at + unit)) == -1);
	nodes_assign(at, at + 1, 63);
	CHECK(nodes_of((void *)at) == 63);
	nodes_assign(at, at + 1, 64);
	CHECK(nodes_of((void *)at) == -1, "too high a node");
	nodes_assign(at, at + 1, -2);
	CHECK(nodes_of((void *)at) == -1, "too low a node");
	CHECK(nodes_of((void *)UINTPTR_MAX) == -1);
	CHECK(!policy_row_at_hand((void *)UINTPTR_MAX, &row));
	case_count++;
}

/* Kernels that tell which of them was called. */
static const char *called;
static size_t called_len;

#define TELLER(name) \
	static char *name##_move(char *dest, const char *src, size_t len) \
	{ \
		(void)src; \
		called = #name; \
		called_len = len; \
		return dest; \
	} \
	static char *name##_set(char *dest, int c, size_t len) \
	{ \
		(void)c; \
		called = #name; \
		called_len = len; \
		return dest; \
	} \
	static const struct copy_kernel name = { \
		.move = name##_move, .set = name##_set};

TELLER(cached)
TELLER(stream)
TELLER(hinted)
TELLER(noflush)

static void
call_check(const char *function, unsigned flags, size_t len, size_t min)
{
	static const char *const expected[] = {
		[CHOICE_CACHED] = "cached",
		[CHOICE_STREAM] = "stream",
		[CHOICE_HINTED] = "hinted",
		[CHOICE_NOFLUSH] = "noflush",
	};
	const char *want = len ? expected[trial_choice(flags, len, min)] : "";

	CHECK(!strcmp(called, want) && (!len || called_len == len),
		"%s, flags %#x, %zu bytes: %s of %zu, not %s", function, flags,
		len, called, called_len, want);
	called = "";
	case_count++;
}

static int fences;
void __wrap_flush_fence(void);

void
__wrap_flush_fence(void)
{
	fences++;
}

/* An ordinary file's deep drain ends in the kernel, which must wait and must be
 * asked after the fence. */
static int sync_flags;
static uintptr_t sync_start, sync_end;
int __wrap_msync(void *addr, size_t len, int flags);

int
__wrap_msync(void *addr, size_t len, int flags)
{
	CHECK(fences, "synced before the fence");
	sync_start = (uintptr_t)addr;
	sync_end = sync_start + len;
	sync_flags = flags;
	return 0;
}

static const void *flushed;
static size_t flushed_len;

static void
flush_tell(const void *addr, size_t len)
{
	flushed = addr;
	flushed_len = len;
}

static void
other_flush_tell(const void *addr, size_t len)
{
	(void)addr;
	(void)len;
	flushed = "another flush";
}

/* Deep flushes have a kernel of their own. */
static void
flushes_check(void)
{
	static const struct flush_kernel tell = {.range = flush_tell};
	static const struct flush_kernel other = {.range = other_flush_tell};
	static char page[4096 + 256] __attribute__((aligned(4096)));
	char *dest = page + 100;

	for (int deep = 0; deep <= 1; deep++) {
		policy_state.uniform.flush = deep ? &other : &tell;
		policy_state.deep_flush = deep ? &tell : &other;
		for (size_t len = 0; len < 256; len++) {
			flushed = NULL;
			if (deep)
				pmem_deep_flush(dest, len);
			else
				pmem_flush(dest, len);
			CHECK(flushed == dest && flushed_len == len);
			flushed = NULL;
			fences = sync_flags = 0;
			if (deep)
				CHECK(!pmem_deep_persist(dest, len) &&
					sync_flags == (len ? MS_SYNC : 0));
			else
				pmem_persist(dest, len);
			CHECK(flushed == dest && flushed_len == len &&
				fences == 1);
			CHECK(!sync_flags ||
				(sync_start % 4096 == 0 &&
					sync_start <= (uintptr_t)dest &&
					sync_end == (uintptr_t)dest + len));
			case_count += 2;
		}
	}
}

#define CALL(min, flags, len, function, ...) \
	do { \
		CHECK(function(__VA_ARGS__) == dest, #function); \
		call_check(#function, flags, len, min); \
	} while (0)

/* move and set have thresholds of their own. */
static void
copies_check(void)
{
	static char dest[256];
	const char *src = dest + 128;

	for (size_t len = 0; len <= 101; len++) {
		for (unsigned f = 0; f <= PMEM_F_MEM_VALID_FLAGS; f++) {
			CALL(100, f, len, pmem_memmove, dest, src, len, f);
			CALL(100, f, len, pmem_memcpy, dest, src, len, f);
			CALL(50, f, len, pmem_memset, dest, 1, len, f);
		}
		CALL(100, 0, len, pmem_memmove_persist, dest, src, len);
		CALL(100, 0, len, pmem_memcpy_persist, dest, src, len);
		CALL(50, 0, len, pmem_memset_persist, dest, 1, len);
		CALL(100, 0, len, pmem_memmove_nodrain, dest, src, len);
		CALL(100, 0, len, pmem_memcpy_nodrain, dest, src, len);
		CALL(50, 0, len, pmem_memset_nodrain, dest, 1, len);
	}
}

static void
calls_check(void)
{
	memset(&policy_state, 0, sizeof(policy_state));
	policy_state.uniform.move = (struct op_policy){
		&cached, &stream, &hinted, &noflush, 100};
	policy_state.uniform.set = (struct op_policy){
		&cached, &stream, &hinted, &noflush, 50};
	called = "";
	copies_check();
	flushes_check();
	/* The row is looked up; then it is not at hand. */
	policy_index();
	policy_state.contested_span_bytes = SIZE_MAX;
	policy_state.flush_contested = true;
	copies_check();
	nodes_units_at_hand = 0;
	copies_check();
	flushes_check();
	CHECK(!pmem_has_hw_drain());
}

int
main(void)
{
	cpu_pin();
	eligible_check();
	untuned_check();
	unparsed_check();
	tuned_check();
	sysfs_check();
	node_rows_check();
	contest_check();
	describe_check();
	movnt_check();
	cpu_list_check();
	nodes_assign_check();
	calls_check();
	printf("counts: %u choices\n", case_count);
	return 0;
}
