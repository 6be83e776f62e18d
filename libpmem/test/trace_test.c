/*
 * trace_test.c: the machine code that ships, in the same model
 *
 * Loads libpmem.so.1 once for each choice of environment variables, calls its
 * public functions and traces them instruction by instruction: what the model
 * hears here is what the processor is told. Every call must do what the policy
 * says (the library describes it itself), by the very kernel that it names.
 *
 * The shipped policy chooses few of the kernels. So that each of them is
 * traced, a second library, of the same object files, has rows for all of them
 * (any_rows.h) and takes the CPU it runs on from the environment (any_cpu.c).
 *
 * trace_test LIBPMEM.so ANY.so [--quick]
 */
#include <dlfcn.h>
#include <link.h>
#include <string.h>

#include "check.h"
#include "cpu.h"
#include "settings.h"
#include "shares.h"
#include "symbols.h"
#include "tracer.h"
#include "trial.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define WINDOW_BYTES (4 * PAGE_BYTES)
#define MIDDLE ((size_t)2048)
#define COPIES 540
#define FLUSHES 60

/* Around every piece that kernels have, then around the blocks that flushes
 * trail streams by (COPY_BLOCK_BYTES). */
static const size_t lens[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 15, 16, 17,
	23, 24, 25, 31, 32, 33, 39, 47, 48, 49, 55, 56, 57, 63, 64, 65, 71, 79,
	80, 95, 96, 97, 111, 112, 127, 128, 129, 130, 143, 191, 192, 193, 255,
	256, 257, 320, 383, 511, 512, 513, 999, 1000, 1024, 4095, 4096, 4160,
	4225};

static const struct {
	enum domain domain;
	const char *settings;
} domains[] = {
	{DOMAIN_ADR, "PMEM_NO_FLUSH=0,PMEM_MOVNT_DURABLE=0"},
	{DOMAIN_ADR_NT, "PMEM_NO_FLUSH=0,PMEM_MOVNT_DURABLE=1"},
	{DOMAIN_EADR, "PMEM_NO_FLUSH=1"},
};

/* Settings under which no kernel may have these in its name. */
static const struct {
	const char *settings, *forbidden[2];
} masks[] = {
	{"", {NULL}},
	{"PMEM_NO_CLWB=1", {"clwb"}},
	{"PMEM_NO_CLWB=1,PMEM_NO_CLFLUSHOPT=1", {"clwb", "clflushopt"}},
	{"PMEM_AVX512F=0", {"avx512f"}},
	{"PMEM_AVX=0", {"avx"}},
	{"PMEM_MOVDIR64B=0", {"movdir64b"}},
	{"PMEM_NO_MOVNT=1", {"stream"}},
	{"PMEM_MOVNT_THRESHOLD=0", {NULL}},
	{"PMEM_MOVNT_THRESHOLD=1000", {NULL}},
};

#define SHIPPED_JOBS (COUNT(masks) * DOMAIN_COUNT)
/* In eadr, set by PMEM_NO_FLUSH=1, no kernel flushes. */
#define ANY_JOBS ((size_t)ISA_COUNT * (2 * FLUSH_COUNT + 1))

/* Of each job; what ran in it by row of the table. */
struct report {
	uint64_t calls, steps, emulated, rows_run;
	bool skipped;
};

/* What the library says it does with one operation. */
struct wish {
	char cached[32], stream[32];
	size_t stream_min_bytes;
};

struct library {
	struct symbols symbols;
	char description[4096];
	struct wish move, set;
	char flush[16];
	uintptr_t kernels[64][2]; /* by row: move, set */
	uint64_t *miss_ticks; /* its copy_miss_ticks */
};

static const char *paths[2];
static unsigned copies = COPIES;
static struct report *reports;
static struct model model;
static struct library library;

static void *
function_get(void *handle, const char *name)
{
	void *f = dlsym(handle, name);

	CHECK(f, "%s", dlerror());
	return f;
}

/* Where each row's functions are: isa_move_store_flush and isa_set_... */
static void
kernels_find(struct library *lib)
{
	CHECK(copy_kernel_count < COUNT(lib->kernels), "too many rows");
	for (size_t i = 0; i < copy_kernel_count; i++) {
		const struct copy_kernel *k = &copy_kernels[i];
		char name[64];

		for (int set = 0; set <= 1; set++) {
			snprintf(name, sizeof(name), "%s_%s_%s_%s",
				isa_names[k->isa], set ? "set" : "move",
				store_names[k->store],
				flush_kernels[k->flush].name);
			lib->kernels[i][set] = symbols_named(
				&lib->symbols, name);
			CHECK(lib->kernels[i][set], "no function %s", name);
		}
	}
}

static void *
variable_find(const struct library *lib, const char *name)
{
	uintptr_t addr = symbols_named(&lib->symbols, name);
	void *variable;

	CHECK(addr, "no variable %s", name);
	memcpy(&variable, &addr, sizeof(variable));
	return variable;
}

static unsigned
row_of(uintptr_t addr)
{
	uintptr_t start = symbols_start(&library.symbols, addr);

	for (unsigned i = 0; start && i < copy_kernel_count; i++) {
		if (start == library.kernels[i][0] ||
			start == library.kernels[i][1])
			return i + 1;
	}
	return 0;
}

static void
wish_parse(const char *row, const char *op, struct wish *wish)
{
	const char *text = strstr(row, op);
	int n;

	CHECK(text, "no %s in: %s", op, row);
	text += strlen(op);
	wish->stream_min_bytes = POLICY_NEVER;
	n = sscanf(text, "%31[^,], never %31s", wish->cached, wish->stream);
	if (n != 2)
		n = sscanf(text, "%31[^,], from %zu bytes %31s", wish->cached,
			    &wish->stream_min_bytes, wish->stream) -
		    1;
	CHECK(n == 2, "not understood: %s", text);
}

static void
description_parse(struct library *lib)
{
	size_t (*describe)(char *, size_t) = NULL;
	uintptr_t addr = symbols_named(&lib->symbols, "policy_describe");
	const char *row;

	memcpy(&describe, &addr, sizeof(addr));
	CHECK(describe, "no function policy_describe");
	describe(lib->description, sizeof(lib->description));
	row = strstr(lib->description, "row\tcpu node any, memory node any\t");
	CHECK(row, "no row for any node: %s", lib->description);
	CHECK(sscanf(row, "%*[^\t]\t%*[^\t]\tflush %15s", lib->flush) == 1,
		"no flush: %s", row);
	wish_parse(row, "\tmove ", &lib->move);
	wish_parse(row, "\tset ", &lib->set);
}

static void
library_open(const char *path, struct trial_ground *g)
{
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	struct link_map *map;

	CHECK(handle, "%s", dlerror());
	CHECK(!dlinfo(handle, RTLD_DI_LINKMAP, &map), "%s", dlerror());
	if (!symbols_open(&library.symbols, path, map->l_addr))
		test_skip("the library is stripped: no names of kernels");
	kernels_find(&library);
	library.miss_ticks = variable_find(&library, "copy_miss_ticks");
	description_parse(&library);
	g->api = (struct trial_api){
		.memmove = function_get(handle, "pmem_memmove"),
		.memcpy = function_get(handle, "pmem_memcpy"),
		.memset = function_get(handle, "pmem_memset"),
		.memmove_persist = function_get(handle, "pmem_memmove_persist"),
		.memcpy_persist = function_get(handle, "pmem_memcpy_persist"),
		.memset_persist = function_get(handle, "pmem_memset_persist"),
		.memmove_nodrain = function_get(handle, "pmem_memmove_nodrain"),
		.memcpy_nodrain = function_get(handle, "pmem_memcpy_nodrain"),
		.memset_nodrain = function_get(handle, "pmem_memset_nodrain"),
		.flush = function_get(handle, "pmem_flush"),
		.persist = function_get(handle, "pmem_persist"),
		.deep_flush = function_get(handle, "pmem_deep_flush"),
		.drain = function_get(handle, "pmem_drain"),
	};
}

static const struct copy_kernel *
kernel_named(const char *name)
{
	for (size_t i = 0; i < copy_kernel_count; i++) {
		if (!strcmp(copy_kernels[i].name, name))
			return &copy_kernels[i];
	}
	CHECK(0, "the policy names %s, which is no kernel", name);
	return NULL;
}

static const struct copy_kernel *
kernel_expected(const struct trial *t)
{
	const struct wish *w = t->shape == SET ? &library.set : &library.move;
	const struct copy_kernel *cached = kernel_named(w->cached), *stream;

	switch (trial_choice(
		trial_flags(t->call), t->len_bytes, w->stream_min_bytes)) {
	case CHOICE_CACHED:
		return cached;
	case CHOICE_STREAM:
		return kernel_named(w->stream);
	case CHOICE_HINTED:
		stream = kernel_named(w->stream);
		return copy_kernel_find(isa_streaming(stream->isa),
			stream->store, stream->flush);
	case CHOICE_NOFLUSH:
		break;
	}
	return copy_kernel_find(cached->isa, STORE_CACHED, FLUSH_NONE);
}

static uint64_t
row_bit(const struct copy_kernel *k)
{
	return UINT64_C(1) << (k - copy_kernels);
}

/* The kernel that a kernel jumps to may be a part of it instead. */
static bool
served(const struct trial *t)
{
	uint64_t ran = tracer.functions >> 1;
	const struct copy_kernel *k = kernel_expected(t);
	struct trial by = trial_served(t);

	if (!t->len_bytes)
		return !ran;
	if (by.isa != t->isa)
		ran &= ~row_bit(copy_kernel_find(by.isa, by.store, by.flush));
	return ran == row_bit(k);
}

static enum flush
flush_named(const char *name)
{
	for (int i = 0; i < FLUSH_COUNT; i++) {
		if (!strcmp(flush_kernels[i].name, name))
			return (enum flush)i;
	}
	CHECK(0, "the policy names %s, which is no flush", name);
	return FLUSH_NONE;
}

/* Marsaglia's xorshift: lengths, offsets, shapes and calls are independent. */
static uint32_t
random_next(uint32_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 17;
	*x ^= *x << 5;
	return *x;
}

static const unsigned unhinted[] = {
	0, PMEM_F_MEM_NODRAIN, CALL_PERSIST, CALL_NODRAIN};

static void
calls_trace(struct trial_ground *g, enum domain domain, enum flush deep_flush,
	struct report *r)
{
	uint32_t random = 2463534242U + (uint32_t)(r - reports);
	struct trial t = {.domain = domain,
		.flush = flush_named(library.flush),
		.deep_flush = deep_flush,
		.edge_flush = domain == DOMAIN_EADR ? FLUSH_NONE : deep_flush,
		.kernel = library.flush};

	for (; t.turn < FLUSHES; t.turn++) {
		t.len_bytes = lens[random_next(&random) % COUNT(lens)];
		t.at = MIDDLE + random_next(&random) % LINE_BYTES;
		CHECK(trial_flush_run(&t, g), "%s is not durable in %s",
			library.flush, domain_names[domain]);
	}
	for (; t.turn < FLUSHES + copies; t.turn++) {
		const struct copy_kernel *k;

		t.len_bytes = lens[random_next(&random) % COUNT(lens)];
		t.at = MIDDLE + random_next(&random) % LINE_BYTES;
		t.shape = (enum shape)(random_next(&random) % SHAPE_COUNT);
		t.call = random_next(&random) % CALL_COUNT;
		/* Half of them without a hint: the length decides. */
		if (random_next(&random) & 1)
			t.call = unhinted[t.call % COUNT(unhinted)];
		k = kernel_expected(&t);
		t.kernel = k->name;
		t.isa = k->isa;
		t.store = k->store;
		t.flush = k->flush;
		t.hit = random_next(&random) & 1;
		*library.miss_ticks = t.hit ? UINT64_MAX : 0;
		CHECK(trial_run(&t, g), "%s is not durable in %s", k->name,
			domain_names[domain]);
		if (t.len_bytes)
			r->rows_run |= row_bit(k);
	}
	r->calls = t.turn;
	r->steps = tracer.step_count;
	r->emulated = tracer.emulated_count;
}

/* The newest flush that may be used; deep flushes use it in every domain. */
static enum flush
deep_flush_expected(uint32_t features, const char *const *forbidden)
{
	for (int i = 0; i < FLUSH_CLFLUSH; i++) {
		const struct flush_kernel *k = &flush_kernels[i];

		if (features & k->needs &&
			!(forbidden[0] && !strcmp(k->name, forbidden[0])) &&
			!(forbidden[1] && !strcmp(k->name, forbidden[1])))
			return k->flush;
	}
	return FLUSH_CLFLUSH;
}

static void
shipped_trace(size_t job, struct trial_ground *g, struct report *r)
{
	static const char *const none[2];
	const char *const *forbidden = masks[job % COUNT(masks)].forbidden;
	size_t d = job / COUNT(masks);
	char domain[32];
	struct cpu cpu;

	settings_put(masks[job % COUNT(masks)].settings);
	settings_put(domains[d].settings);
	library_open(paths[0], g);
	snprintf(domain, sizeof(domain), "domain\t%s\t",
		domain_names[domains[d].domain]);
	CHECK(strstr(library.description, domain), "%s: %s",
		domains[d].settings, library.description);
	for (int i = 0; i < 2 && forbidden[i]; i++)
		CHECK(!strstr(strstr(library.description, "\nrow\t"),
			      forbidden[i]),
			"%s: %s", masks[job % COUNT(masks)].settings,
			library.description);
	cpu_detect(&cpu);
	calls_trace(g, domains[d].domain,
		deep_flush_expected(
			cpu.features, forbidden[0] ? forbidden : none),
		r);
}

/* An isa, or what stands in for it where the table has no such stream. */
static enum isa
isa_with(enum isa isa, enum flush flush)
{
	while (!copy_kernel_find(isa, STORE_STREAM, flush))
		isa = isa_narrower[isa];
	return isa;
}

/* The kernels of one isa with one flush. */
static void
any_trace(size_t job, struct trial_ground *g, struct report *r)
{
	enum isa isa = (enum isa)(job % ISA_COUNT);
	size_t d = job / ISA_COUNT / FLUSH_COUNT;
	enum flush flush = domains[d].domain == DOMAIN_EADR ?
				   FLUSH_NONE :
				   (enum flush)(job / ISA_COUNT % FLUSH_COUNT);
	const struct copy_kernel *k = copy_kernel_find(
		isa, STORE_STREAM, FLUSH_NONE);
	char settings[64];
	struct cpu cpu;

	cpu_detect(&cpu);
	if (k->needs & ~(cpu.features | machine_emulated())) {
		r->skipped = true;
		return;
	}
	snprintf(settings, sizeof(settings), "TEST_CPU=%d.%d", (int)isa,
		(int)flush);
	settings_put(settings);
	settings_put(domains[d].settings);
	library_open(paths[1], g);
	k = kernel_named(library.move.stream);
	CHECK(k == kernel_named(library.set.stream) &&
			k->isa == isa_with(isa, k->flush),
		"%s: %s", settings, library.description);
	if (k->isa != isa)
		return; /* another job's */
	calls_trace(g, domains[d].domain, FLUSH_CLWB, r);
}

static void
job_run(size_t job)
{
	struct trial_ground g = {.model = &model,
		.before = tracer_begin,
		.after = tracer_end,
		.served = served};

	trial_ground_make(&g, WINDOW_BYTES);
	tracer.model = &model;
	tracer.function_of = row_of;
	tracer_init();
	if (job < SHIPPED_JOBS)
		shipped_trace(job, &g, &reports[job]);
	else
		any_trace(job - SHIPPED_JOBS, &g, &reports[job]);
}

/* Says what was traced and names the rows that were not. */
static void
sum_print(size_t job_count)
{
	struct report sum = {0};
	struct cpu cpu;

	for (size_t i = 0; i < job_count; i++) {
		sum.calls += reports[i].calls;
		sum.steps += reports[i].steps;
		sum.emulated += reports[i].emulated;
		sum.rows_run |= reports[i].rows_run;
	}
	cpu_detect(&cpu);
	for (size_t i = 0; i < copy_kernel_count; i++) {
		const struct copy_kernel *k = &copy_kernels[i];
		uint32_t lacks = k->needs & ~cpu.features;

		if (lacks & ~machine_emulated())
			printf("skipped\t%s\n", k->name);
		else
			CHECK(sum.rows_run & row_bit(k), "%s was never called",
				k->name);
		if (lacks && !(lacks & ~machine_emulated()))
			printf("emulated\t%s\n", k->name);
	}
	printf("counts: %llu calls of the public API traced, %llu "
	       "instructions, %llu of them emulated\n",
		(unsigned long long)sum.calls, (unsigned long long)sum.steps,
		(unsigned long long)sum.emulated);
	CHECK(copies < COPIES || sum.calls >= 50000, "fewer than 50000 calls");
}

int
main(int argc, char **argv)
{
	size_t job_count = SHIPPED_JOBS + ANY_JOBS;

	CHECK(argc >= 3, "usage: trace_test LIBPMEM.so ANY.so [--quick]");
	paths[0] = argv[1];
	paths[1] = argv[2];
	if (argc > 3)
		copies = COPIES / 8;
	reports = shares_memory(job_count * sizeof(*reports));
	if (!shares_run(job_count, job_run))
		return 1;
	sum_print(job_count);
	return 0;
}
