/*
 * model_test.c: every row, every call, every length and offset in the model
 *
 * The kernels and the flush loop are compiled from their own sources with
 * recording primitives (prim_model.h); the public functions, unchanged, call
 * them. Each case demands that when the call returns all of the destination is
 * persistent, nothing else was written, words are whole, each line was flushed
 * once, and that the row's kind of store and flush did it. A row that is not
 * eligible in a domain must lose data there: so the model can tell.
 *
 * model_test [--quick]   fewer lengths: for the mutation suite
 */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "copy.h"
#include "libpmem.h"
#include "model.h"
#include "room.h"

struct model model;

#define LEN_MAX ((size_t)1024)
/* Of a window of one page: LEN_MAX bytes here have as much on either side. */
#define MIDDLE ((size_t)1536)
#define LARGE_BYTES ((size_t)3 << 20)
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

enum shape { APART, DOWN, UP, SET };
#define SHAPE_COUNT 4
static const char *const shape_names[SHAPE_COUNT] = {
	"apart", "down", "up", "set"};

/* Flags of the call; the last two stand for the functions without flags. */
#define FLAGS_COUNT ((unsigned)PMEM_F_MEM_VALID_FLAGS + 1)
#define CALL_PERSIST FLAGS_COUNT
#define CALL_NODRAIN (FLAGS_COUNT + 1)
#define CALL_COUNT (FLAGS_COUNT + 2)

struct tally {
	uint64_t durable, lost, flushed;
};

struct trial {
	const struct copy_kernel *row;
	enum domain domain;
	enum shape shape;
	unsigned call;
	size_t len, offset;
	unsigned turn; /* counts up: varies what is not enumerated */
};

/* The lower half of the room holds sources, the upper one is the window of
 * destinations; the model's arena is both. */
static struct room
ground_make(size_t window_bytes)
{
	struct room room = room_make(2 * window_bytes);

	CHECK(!model_init(&model, room.start, room.size_bytes), "no memory");
	return room;
}

static void
ground_drop(struct room *ground)
{
	room_drop(ground);
	model_free(&model);
}

static unsigned
call_flags(unsigned call)
{
	if (call < FLAGS_COUNT)
		return call;
	return call == CALL_NODRAIN ? PMEM_F_MEM_NODRAIN : 0;
}

static void
trial_fail(const struct trial *t, const char *what)
{
	char names[256];

	CHECK(0,
		"%s: %s, domain %s, flags %x%s, %zu bytes at offset %zu: %s %s",
		t->row->name, shape_names[t->shape], domain_names[t->domain],
		call_flags(t->call), t->call < FLAGS_COUNT ? "" : " (named)",
		t->len, t->offset, what,
		model_faults_text(model.faults, names, sizeof(names)));
}

static void
call_move(unsigned call, int as_memcpy, char *dest, const char *src, size_t len)
{
	static void *(*const named[2][2])(void *, const void *, size_t) = {
		{pmem_memmove_persist, pmem_memcpy_persist},
		{pmem_memmove_nodrain, pmem_memcpy_nodrain}};
	void *result;

	if (call >= FLAGS_COUNT)
		result = named[call - FLAGS_COUNT][as_memcpy](dest, src, len);
	else if (as_memcpy)
		result = pmem_memcpy(dest, src, len, call);
	else
		result = pmem_memmove(dest, src, len, call);
	CHECK(result == dest, "returned %p", result);
}

static void
call_set(unsigned call, char *dest, int c, size_t len)
{
	void *result;

	if (call == CALL_PERSIST)
		result = pmem_memset_persist(dest, c, len);
	else if (call == CALL_NODRAIN)
		result = pmem_memset_nodrain(dest, c, len);
	else
		result = pmem_memset(dest, c, len, call);
	CHECK(result == dest, "returned %p", result);
}

static size_t
lines_of(size_t offset, size_t len)
{
	return len ? (offset % LINE_BYTES + len - 1) / LINE_BYTES + 1 : 0;
}

/* Whether exactly the stores, flushes and fences of the row were done. */
static bool
counts_right(const struct trial *t, unsigned flags)
{
	const struct model_counts *did = &model.counts;
	bool noflush = flags & PMEM_F_MEM_NOFLUSH;
	bool stream = t->row->store == STORE_STREAM && !noflush;
	bool drain = !(flags & (PMEM_F_MEM_NODRAIN | PMEM_F_MEM_NOFLUSH));
	struct model_counts want = {.loads = did->loads};

	if (t->len) {
		want.stores = stream ? 0 : did->stores;
		want.streams = stream ? did->streams : 0;
		want.fences = drain;
		if (t->row->flush != FLUSH_NONE && !noflush)
			want.flushes[t->row->flush] = (unsigned)lines_of(
				t->offset, t->len);
	}
	return !memcmp(&want, did, sizeof(want));
}

/* The row serves all that its store kind may be asked for. */
static void
policy_use(const struct copy_kernel *row)
{
	struct op_policy op = {row, row,
		copy_kernel_find(row->isa, STORE_CACHED, FLUSH_NONE), 256};

	if (!op.noflush)
		op.noflush = copy_kernel_find(
			ISA_GENERIC, STORE_CACHED, FLUSH_NONE);
	memset(&policy_state, 0, sizeof(policy_state));
	policy_state.uniform.move = op;
	policy_state.uniform.set = op;
}

/* Where an operation of this shape reads from, or NULL. */
static const char *
source_of(const struct trial *t, const struct room *g, const char *dest)
{
	size_t delta = t->len ? 1 + t->turn % t->len : 0;

	switch (t->shape) {
	case APART:
		return g->start + t->turn % LINE_BYTES;
	case DOWN:
		return dest + delta;
	case UP:
		return dest - delta;
	case SET:
		break;
	}
	return NULL;
}

static void
call_make(const struct trial *t, struct room *g, char *dest, const char *src)
{
	char *twin = g->mirror + (dest - g->start);
	int c = (int)(t->turn % 1024) - 512; /* only its low byte counts */

	if (t->shape == SET) {
		memset(twin, c, t->len);
		call_set(t->call, dest, c, t->len);
		return;
	}
	if (t->shape == APART)
		memcpy(twin, src, t->len);
	else
		memmove(twin, twin + (src - dest), t->len);
	call_move(t->call, t->turn & 1, dest, src, t->len);
}

static void
trial_run(const struct trial *t, struct room *g, size_t at, struct tally *tally)
{
	unsigned flags = call_flags(t->call);
	bool noflush = flags & PMEM_F_MEM_NOFLUSH;
	bool eligible = policy_eligible(
		t->row->store, t->row->flush, t->domain);
	char *dest = g->start + g->size_bytes / 2 + at;
	struct model_op op = {.domain = t->domain,
		.dest = dest,
		.src = source_of(t, g, dest),
		.len_bytes = t->len,
		.resident = !eligible || t->turn & 2};
	unsigned faults;

	room_fill(g, g->size_bytes / 2);
	model_begin(&model, &op);
	call_make(t, g, dest, op.src);
	if (!counts_right(t, flags))
		trial_fail(t, "other stores, flushes or fences than the row's");
	if (flags & PMEM_F_MEM_NODRAIN && !noflush)
		pmem_drain();
	faults = model_end(&model, !noflush);
	if (room_wrong(g) != g->size_bytes)
		trial_fail(t, "wrong bytes");
	if (eligible || noflush || !t->len) {
		tally->durable++;
		if (faults)
			trial_fail(t, "");
	} else {
		tally->lost++;
		if (faults != MODEL_LOST)
			trial_fail(t, "should lose data, and only that:");
	}
}

static bool
len_is_boundary(size_t len)
{
	size_t from_power = len & (len - 1);

	return len <= 136 || from_power <= 1 || (len & (len + 1)) == 0;
}

/* One row at all lengths, offsets, shapes, domains; the calls take turns. */
static void
row_small_run(const struct copy_kernel *row, bool quick, struct room *g,
	struct tally *tally)
{
	struct trial t = {.row = row};

	policy_use(row);
	for (t.len = 0; t.len <= LEN_MAX; t.len++) {
		if (quick && !len_is_boundary(t.len))
			continue;
		for (t.offset = 0; t.offset < LINE_BYTES; t.offset++) {
			for (int i = 0; i < SHAPE_COUNT * DOMAIN_COUNT; i++) {
				t.shape = (enum shape)(i % SHAPE_COUNT);
				t.domain = (enum domain)(i / SHAPE_COUNT);
				/* A prime: each call meets every case. */
				t.call = t.turn * 31 % CALL_COUNT;
				trial_run(&t, g, MIDDLE + t.offset, tally);
				t.turn++;
			}
		}
	}
}

static void
row_large_run(
	const struct copy_kernel *row, struct room *g, struct tally *tally)
{
	static const size_t large[] = {
		1025, 4095, 4096, 65536 + 8, 65536 + 63, (1 << 20) + 17};
	struct trial t = {.row = row};

	policy_use(row);
	for (size_t i = 0; i < COUNT(large) * SHAPE_COUNT * DOMAIN_COUNT; i++) {
		t.len = large[i % COUNT(large)];
		t.shape = (enum shape)(i / COUNT(large) % SHAPE_COUNT);
		t.domain = (enum domain)(i / COUNT(large) / SHAPE_COUNT);
		t.offset = t.turn * 13 % LINE_BYTES;
		t.call = t.turn % 2 ? CALL_PERSIST : t.turn % CALL_COUNT;
		trial_run(&t, g, (1 << 20) + LINE_BYTES + t.offset, tally);
		t.turn++;
	}
}

/* pmem_flush, pmem_persist and pmem_deep_flush over stores of the caller. */
static void
flush_trial(const struct flush_kernel *k, enum domain domain, char *dest,
	size_t len, unsigned turn)
{
	bool eligible = policy_eligible(STORE_CACHED, k->flush, domain);
	struct model_op op = {.domain = domain, .dest = dest, .len_bytes = len};
	struct model_counts want = {.stores = len > 0, .fences = 1};
	char names[256];
	unsigned faults;

	model_begin(&model, &op);
	if (len)
		model_store(&model, (uintptr_t)dest, len);
	if (turn % 3 == 0)
		pmem_flush(dest, len);
	else if (turn % 3 == 1)
		pmem_deep_flush(dest, len);
	else
		pmem_persist(dest, len);
	if (turn % 3 != 2)
		pmem_drain();
	if (k->flush != FLUSH_NONE)
		want.flushes[k->flush] = (unsigned)lines_of(
			(uintptr_t)dest, len);
	faults = model_end(&model, true);
	CHECK(!memcmp(&want, &model.counts, sizeof(want)) &&
			faults == (eligible || !len ? 0 : (unsigned)MODEL_LOST),
		"%s of %zu bytes at offset %zu, domain %s: %s", k->name, len,
		(uintptr_t)dest % LINE_BYTES, domain_names[domain],
		model_faults_text(faults, names, sizeof(names)));
}

static void
flush_run(const struct flush_kernel *k, struct room *g, struct tally *tally)
{
	unsigned turn = 0;

	memset(&policy_state, 0, sizeof(policy_state));
	policy_state.uniform.flush = k;
	policy_state.deep_flush = k;
	for (size_t len = 0; len <= LEN_MAX; len++) {
		for (size_t i = 0; i < LINE_BYTES * DOMAIN_COUNT; i++, turn++)
			flush_trial(k, (enum domain)(i / LINE_BYTES),
				g->start + PAGE_BYTES + MIDDLE + i % LINE_BYTES,
				len, turn);
	}
	tally->flushed += turn;
}

/* The share of one process: every step-th row and flush kernel from first. */
static void
share_run(size_t first, size_t step, bool quick, struct tally *tally)
{
	struct room g;

	g = ground_make(PAGE_BYTES);
	for (size_t i = first; i < copy_kernel_count; i += step)
		row_small_run(&copy_kernels[i], quick, &g, tally);
	for (size_t i = first; i < FLUSH_COUNT; i += step)
		flush_run(&flush_kernels[i], &g, tally);
	ground_drop(&g);
	g = ground_make(LARGE_BYTES);
	for (size_t i = first; i < copy_kernel_count; i += step)
		row_large_run(&copy_kernels[i], &g, tally);
	ground_drop(&g);
}

/* Runs the shares in processes of their own; their tallies come by pipe. */
static bool
shares_run(size_t count, bool quick, struct tally *sum)
{
	struct tally tally = {0};
	bool all_well = true;
	int fd[2], status;

	CHECK(!pipe(fd), "pipe");
	for (size_t i = 0; i < count; i++) {
		if (fork() == 0) {
			share_run(i, count, quick, &tally);
			CHECK(write(fd[1], &tally, sizeof(tally)) ==
					sizeof(tally),
				"pipe");
			_exit(0);
		}
	}
	for (size_t i = 0; i < count; i++) {
		if (wait(&status) < 0 || status != 0) {
			all_well = false;
			continue;
		}
		CHECK(read(fd[0], &tally, sizeof(tally)) == sizeof(tally),
			"pipe");
		sum->durable += tally.durable;
		sum->lost += tally.lost;
		sum->flushed += tally.flushed;
	}
	return all_well;
}

int
main(int argc, char **argv)
{
	bool quick = argc > 1 && !strcmp(argv[1], "--quick");
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct tally sum = {0};

	if (!shares_run(cpus > 0 ? (size_t)cpus : 1, quick, &sum))
		return 1;
	printf("model: %zu rows, %llu cases as promised, %llu cases of "
	       "ineligible rows seen to lose data, %llu flushes\n",
		copy_kernel_count, (unsigned long long)sum.durable,
		(unsigned long long)sum.lost, (unsigned long long)sum.flushed);
	CHECK(quick || sum.durable >= 10000000, "fewer than 10 million cases");
	return 0;
}
