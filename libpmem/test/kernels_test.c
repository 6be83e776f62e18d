/*
 * kernels_test.c: every kernel of the tables against libc, on this CPU
 *
 * Shows that the bytes are right: all lengths up to 1024, all destination
 * offsets in a line, sources at every offset and against guard pages, overlap
 * both ways, guard pages on both sides of the destination, large sizes. It
 * cannot show that the bytes are persistent: model_test and trace_test do.
 *
 * A kernel that this CPU cannot run is run with its instructions emulated (in
 * fewer cases, since each of them traps) and named so, or named as skipped
 * and never counted.
 *
 * kernels_test [--sparse | --quick]
 *   --sparse   fewer cases: for all builds but one
 *   --quick    fewest, and nothing emulated: for a slow guest
 */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"
#include "copy.h"
#include "cpu.h"
#include "flush.h"
#include "machine.h"
#include "policy.h"
#include "room.h"

#define LEN_MAX ((size_t)1024)
/* Of a room of one page: an operation of LEN_MAX bytes here leaves as much
 * before and after it, for an overlapping source. */
#define MIDDLE ((size_t)1536)
/* How many cases: every length and offset below a length, where kernels branch
 * most, then by steps. They divide no power of two, so that lengths and offsets
 * still end at every place in a line. */
struct density {
	size_t every_below, len_step, offset_step, large_room_bytes;
};
#define LARGE_ROOM_BYTES ((size_t)3 * 1048576)
static const struct density every = {0, 1, 1, LARGE_ROOM_BYTES};
static const struct density sparse = {3 * LINE_BYTES, 5, 7, LARGE_ROOM_BYTES};
/* Where instructions trap, at 5 microseconds each, or are translated. */
static const struct density sparsest = {0, 3, 31, 3 * PAGE_BYTES};

static uint64_t case_count;

static void
room_check(const struct room *room, const char *kernel, const char *what,
	size_t dest_offset, size_t len)
{
	size_t wrong = room_wrong(room);

	case_count++;
	CHECK(wrong == room->size_bytes,
		"%s: %s of %zu bytes to %zu: wrong byte at %zu", kernel, what,
		len, dest_offset, wrong);
}

/* A kernel that looks at its destination goes either way, by chance. */
static void
case_begin(struct room *room)
{
	room_fill(room, 0);
	copy_miss_ticks = room->turn * 2654435761U >> 31 ? UINT64_MAX : 0;
}

/* A source outside the room. */
static void
move_check(const struct copy_kernel *k, struct room *room, size_t to,
	const char *src, size_t len)
{
	case_begin(room);
	k->move(room->start + to, src, len);
	flush_fence();
	memcpy(room->mirror + to, src, len);
	room_check(room, k->name, "move", to, len);
}

/* A source in the same room. */
static void
overlap_check(const struct copy_kernel *k, struct room *room, size_t to,
	size_t from, size_t len)
{
	case_begin(room);
	k->move(room->start + to, room->start + from, len);
	flush_fence();
	memmove(room->mirror + to, room->mirror + from, len);
	room_check(room, k->name, from < to ? "move up" : "move down", to, len);
}

static void
set_check(const struct copy_kernel *k, struct room *room, size_t to, size_t len)
{
	/* Only the low byte of c counts. */
	int c = (int)(room->turn * 37 % 1024) - 512;

	case_begin(room);
	k->set(room->start + to, c, len);
	flush_fence();
	memset(room->mirror + to, c, len);
	room_check(room, k->name, "set", to, len);
}

/* Every shape of one length at one destination. */
static void
shapes_check(const struct copy_kernel *k, struct room *room,
	const struct room *source, size_t to, size_t len)
{
	size_t far = source->size_bytes - len;
	size_t delta = len ? room->turn % len + 1 : 0;

	move_check(k, room, to, source->start, len);
	move_check(k, room, to, source->start + far, len);
	move_check(
		k, room, to, source->start + room->turn % 64 % (far + 1), len);
	set_check(k, room, to, len);
	if (to >= delta)
		overlap_check(k, room, to, to - delta, len);
	if (to + delta + len <= room->size_bytes)
		overlap_check(k, room, to, to + delta, len);
}

static void
copy_small_check(const struct copy_kernel *k, const struct density *d)
{
	struct room room = room_make(PAGE_BYTES);
	struct room source = room_make(PAGE_BYTES);

	for (size_t len = 0; len <= LEN_MAX;
		len += len < d->every_below ? 1 : d->len_step) {
		size_t step = len < d->every_below ? 1 : d->offset_step;

		for (size_t offset = 0; offset < LINE_BYTES; offset += step)
			shapes_check(k, &room, &source, MIDDLE + offset, len);
		shapes_check(k, &room, &source, 0, len);
		shapes_check(k, &room, &source, room.size_bytes - len, len);
	}
	room_drop(&room);
	room_drop(&source);
}

static const size_t large_bytes[] = {
	1025, 4095, 4096, 65536, 65600, 65663, 1048576 - 1, 2097152 + 17};
static const size_t large_offsets[] = {0, 1, 8, 31, 32, 63};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void
copy_large_check(const struct copy_kernel *k, size_t room_bytes)
{
	struct room room = room_make(room_bytes);
	struct room source = room_make(room_bytes);

	for (size_t i = 0; i < COUNT(large_bytes); i++) {
		size_t offset = large_offsets[i % COUNT(large_offsets)];

		if (large_bytes[i] + LINE_BYTES > room_bytes)
			continue;
		shapes_check(k, &room, &source, offset, large_bytes[i]);
		shapes_check(k, &room, &source,
			room.size_bytes - large_bytes[i], large_bytes[i]);
	}
	room_drop(&room);
	room_drop(&source);
}

/* A flush changes no byte, touches no byte outside the lines of its range, and
 * works on memory that may only be read. */
static void
flush_check(const struct flush_kernel *k)
{
	struct room room = room_make(PAGE_BYTES);

	for (size_t len = 0; len <= LEN_MAX; len++) {
		room_fill(&room, 0);
		for (size_t offset = 0; offset < LINE_BYTES; offset++)
			k->range(room.start + MIDDLE + offset, len);
		k->range(room.start, len);
		k->range(room.start + room.size_bytes - len, len);
		flush_fence();
		room_check(&room, k->name, "flush", 0, len);
	}
	k->range(NULL, 0);
	CHECK(!mprotect(room.outer, room.outer_bytes, PROT_READ), "mprotect");
	k->range(room.start, room.size_bytes);
	flush_fence();
	room_check(&room, k->name, "flush of read-only memory", 0,
		room.size_bytes);
	room_drop(&room);
}

static void
copy_table_check(void)
{
	static const uint32_t isa_needs[ISA_COUNT] = {
		[ISA_AVX] = CPU_AVX,
		[ISA_AVX512F] = CPU_AVX512F,
		[ISA_MOVDIR64B] = CPU_MOVDIR64B,
		[ISA_AVX_MOVNTI] = CPU_AVX,
		[ISA_AVX512F_MOVNTI] = CPU_AVX512F,
		[ISA_AVX_ADAPT] = CPU_AVX,
		[ISA_AVX512F_ADAPT] = CPU_AVX512F,
	};
	char name[64];
	int last = -1;

	for (size_t i = 0; i < copy_kernel_count; i++) {
		const struct copy_kernel *k = &copy_kernels[i];
		int rank = ((int)k->isa * STORE_COUNT + (int)k->store) *
				   FLUSH_COUNT +
			   (int)k->flush;

		snprintf(name, sizeof(name), "%s/%s/%s", isa_names[k->isa],
			store_names[k->store], flush_kernels[k->flush].name);
		CHECK(!strcmp(name, k->name), "%s is called %s", name, k->name);
		CHECK(rank > last, "%s: double or out of order", name);
		CHECK(k->needs == (CPU_SSE2 | isa_needs[k->isa] |
					  flush_kernels[k->flush].needs),
			"%s needs %x", name, k->needs);
		CHECK(copy_kernel_find(k->isa, k->store, k->flush) == k, "%s",
			name);
		last = rank;
	}
	/* Each store and flush of four isas; streams of three; two streams that
	 * flush nothing. */
	CHECK(copy_kernel_count ==
			(size_t)(4 * STORE_COUNT + 3) * FLUSH_COUNT + 2,
		"%zu copy kernels", copy_kernel_count);
	for (int isa = ISA_MOVDIR64B; isa < ISA_COUNT; isa++)
		CHECK(!copy_kernel_find(
			      (enum isa)isa, STORE_CACHED, FLUSH_NONE),
			"%s/cached", isa_names[isa]);
}

static void
flush_table_check(void)
{
	static const struct {
		const char *name;
		uint32_t needs;
	} expected[FLUSH_COUNT] = {
		[FLUSH_CLWB] = {"clwb", CPU_CLWB},
		[FLUSH_CLFLUSHOPT] = {"clflushopt", CPU_CLFLUSHOPT},
		[FLUSH_CLFLUSH] = {"clflush", CPU_CLFLUSH},
		[FLUSH_NONE] = {"none", 0},
	};

	for (int i = 0; i < FLUSH_COUNT; i++)
		CHECK(!strcmp(flush_kernels[i].name, expected[i].name) &&
				(int)flush_kernels[i].flush == i &&
				flush_kernels[i].needs == expected[i].needs,
			"%s", expected[i].name);
}

/* Copies and flushes may be called before this library's constructor ran. */
static void
first_policy_check(const struct policy_state *s)
{
	const struct op_policy ops[] = {s->uniform.move, s->uniform.set};

	for (size_t i = 0; i < COUNT(ops); i++) {
		const char *cached = ops[i].cached->name;
		const char *stream = ops[i].stream->name;

		CHECK(!strcmp(cached, "generic/cached/clflush"), "%s", cached);
		CHECK(!strcmp(stream, "generic/stream/clflush"), "%s", stream);
		CHECK(ops[i].hinted == ops[i].stream, "%s",
			ops[i].hinted->name);
		CHECK(!strcmp(ops[i].noflush->name, "generic/cached/none"),
			"%s", ops[i].noflush->name);
		CHECK(ops[i].stream_min_bytes == POLICY_NEVER, "%zu",
			ops[i].stream_min_bytes);
	}
	CHECK(s->uniform.flush == &flush_kernels[FLUSH_CLFLUSH] &&
			s->deep_flush == &flush_kernels[FLUSH_CLFLUSH] &&
			s->uniform.domain == DOMAIN_ADR &&
			s->contested_span_bytes == 0,
		"policy before the constructor");
}

/* Priority 101 is the first that programs may use: before the library's. */
static struct policy_state first_policy;

__attribute__((constructor(101))) static void
first_policy_keep(void)
{
	first_policy = policy_state;
}

enum way { NATIVE, EMULATED, SKIPPED };
#define WAY_COUNT 3

/* How a kernel can run here; says so if not as it is. */
static enum way
way_of(const struct cpu *cpu, const char *name, uint32_t needs,
	uint32_t emulated)
{
	uint32_t lacks = needs & ~cpu->features;
	enum way way = lacks & ~emulated ? SKIPPED : EMULATED;

	if (!lacks)
		return NATIVE;
	printf("%s\t%s\tthis CPU has no %s\n",
		way == EMULATED ? "emulated" : "skipped", name,
		cpu_feature_name((enum cpu_feature)(lacks & -lacks)));
	return way;
}

int
main(int argc, char **argv)
{
	bool quick = argc > 1 && !strcmp(argv[1], "--quick");
	uint32_t emulated = quick ? 0 : machine_emulated();
	const struct density *native = &every, *d;
	unsigned counts[WAY_COUNT] = {0};
	struct cpu cpu;
	enum way way;

	if (quick)
		native = &sparsest;
	else if (argc > 1 && !strcmp(argv[1], "--sparse"))
		native = &sparse;
	cpu_detect(&cpu);
	machine_emulate_traps();
	copy_table_check();
	flush_table_check();
	first_policy_check(&first_policy);
	for (size_t i = 0; i < FLUSH_COUNT; i++) {
		const struct flush_kernel *k = &flush_kernels[i];

		way = way_of(&cpu, k->name, k->needs, emulated);
		counts[way]++;
		if (way != SKIPPED)
			flush_check(k);
	}
	for (size_t i = 0; i < copy_kernel_count; i++) {
		const struct copy_kernel *k = &copy_kernels[i];

		way = way_of(&cpu, k->name, k->needs, emulated);
		counts[way]++;
		if (way == SKIPPED)
			continue;
		d = way == EMULATED ? &sparsest : native;
		copy_small_check(k, d);
		copy_large_check(k, d->large_room_bytes);
	}
	printf("counts: %u kernels and %u emulated tested in %llu cases, %u "
	       "skipped\n",
		counts[NATIVE], counts[EMULATED],
		(unsigned long long)case_count, counts[SKIPPED]);
	return 0;
}
