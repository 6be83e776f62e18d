/*
 * trial.c: calls by number, and what each of them must have done
 */
#include "trial.h"

#include <string.h>

#include "check.h"

static const char *const shape_names[SHAPE_COUNT] = {
	"apart", "down", "up", "set"};
static const char *const domains[DOMAIN_COUNT] = {"adr", "adr_nt", "eadr"};

void
trial_ground_make(struct trial_ground *g, size_t window_bytes)
{
	g->room = room_make(2 * window_bytes);
	CHECK(!model_init(g->model, g->room.start, g->room.size_bytes),
		"no memory");
}

void
trial_ground_drop(struct trial_ground *g)
{
	room_drop(&g->room);
	model_free(g->model);
}

unsigned
trial_flags(unsigned call)
{
	if (call < FLAGS_COUNT)
		return call;
	return call == CALL_NODRAIN ? PMEM_F_MEM_NODRAIN : 0;
}

enum choice
trial_choice(unsigned flags, size_t len_bytes, size_t stream_min_bytes)
{
	if (flags & PMEM_F_MEM_NOFLUSH)
		return CHOICE_NOFLUSH;
	if (flags & (PMEM_F_MEM_NONTEMPORAL | PMEM_F_MEM_WC))
		return CHOICE_HINTED;
	if (flags & (PMEM_F_MEM_TEMPORAL | PMEM_F_MEM_WB))
		return CHOICE_CACHED;
	return len_bytes < stream_min_bytes ? CHOICE_CACHED : CHOICE_STREAM;
}

static void
trial_fail(const struct trial *t, const struct model *m, const char *what)
{
	char names[256];

	CHECK(0,
		"%s: %s, domain %s, flags %x%s, turn %u, %zu bytes to %zu: %s "
		"%s (first at %+td)",
		t->kernel, shape_names[t->shape], domains[t->domain],
		trial_flags(t->call), t->call < FLAGS_COUNT ? "" : " (named)",
		t->turn, t->len_bytes, t->at, what,
		model_faults_text(m->faults, names, sizeof(names)),
		(ptrdiff_t)(m->fault_addr - (uintptr_t)m->op.dest));
}

static void *
call_move(const struct trial *t, const struct trial_api *api, char *dest,
	const char *src)
{
	bool as_memcpy = t->turn & 1;
	size_t len = t->len_bytes;

	if (t->call == CALL_PERSIST)
		return (as_memcpy ? api->memcpy_persist : api->memmove_persist)(
			dest, src, len);
	if (t->call == CALL_NODRAIN)
		return (as_memcpy ? api->memcpy_nodrain : api->memmove_nodrain)(
			dest, src, len);
	return (as_memcpy ? api->memcpy : api->memmove)(
		dest, src, len, t->call);
}

static void *
call_set(const struct trial *t, const struct trial_api *api, char *dest, int c)
{
	if (t->call == CALL_PERSIST)
		return api->memset_persist(dest, c, t->len_bytes);
	if (t->call == CALL_NODRAIN)
		return api->memset_nodrain(dest, c, t->len_bytes);
	return api->memset(dest, c, t->len_bytes, t->call);
}

/* Makes the call and lets libc do the same to the mirror. */
static void
call_make(const struct trial *t, struct trial_ground *g, char *dest,
	const char *src)
{
	char *twin = g->room.mirror + (dest - g->room.start);
	int c = (int)(t->turn % 1024) - 512; /* only its low byte counts */
	void *result;

	g->before();
	if (t->shape == SET)
		result = call_set(t, &g->api, dest, c);
	else
		result = call_move(t, &g->api, dest, src);
	g->after();
	if (result != dest)
		trial_fail(t, g->model, "returned something else");
	if (g->served && !g->served(t))
		trial_fail(t, g->model, "another kernel ran");
	if (t->shape == SET)
		memset(twin, c, t->len_bytes);
	else
		memmove(twin, g->room.mirror + (src - g->room.start),
			t->len_bytes);
}

static void
drain_make(struct trial_ground *g)
{
	g->before();
	g->api.drain();
	g->after();
}

static unsigned
lines_of(const char *dest, size_t len)
{
	if (!len)
		return 0;
	return (unsigned)(((uintptr_t)dest % LINE_BYTES + len - 1) /
			  LINE_BYTES) +
	       1;
}

/* How many of them the destination covers whole. */
static unsigned
whole_lines_of(const char *dest, size_t len)
{
	size_t head = -(uintptr_t)dest % LINE_BYTES;

	return len < head ? 0 : (unsigned)((len - head) / LINE_BYTES);
}

/* What a kernel streams, how much of that in lines that are not flushed, and
 * how many lines have ordinary stores. */
struct streamed {
	unsigned bytes, unflushed_bytes, other_lines;
};

static struct streamed
streamed_by(const struct trial *t, const char *dest)
{
	unsigned lines = lines_of(dest, t->len_bytes);
	unsigned whole = whole_lines_of(dest, t->len_bytes);
	size_t head = -(uintptr_t)dest % LINE_BYTES;
	size_t tail;

	if (t->store != STORE_STREAM ||
		trial_flags(t->call) & PMEM_F_MEM_NOFLUSH)
		return (struct streamed){.other_lines = lines};
	if (t->isa != ISA_AVX_MOVNTI && t->isa != ISA_AVX512F_MOVNTI)
		return (struct streamed){
			whole * LINE_BYTES, whole * LINE_BYTES, lines - whole};
	/* All but the last 1 to 3 bytes of a part. */
	if (head > t->len_bytes)
		head = t->len_bytes;
	tail = (t->len_bytes - head) % LINE_BYTES;
	return (struct streamed){(unsigned)(t->len_bytes - head % 4 - tail % 4),
		(unsigned)(t->len_bytes - (head % 4 ? head : 0) -
			   (tail % 4 ? tail : 0)),
		(head % 4 > 0) + (tail % 4 > 0)};
}

/* Whether exactly the stores, flushes and fences of the kernel were done. */
static bool
counts_right(const struct trial *t, const struct model *m)
{
	const struct model_counts *did = &m->counts;
	unsigned flags = trial_flags(t->call);
	bool noflush = flags & PMEM_F_MEM_NOFLUSH;
	bool stream = t->store == STORE_STREAM && !noflush;
	struct model_counts want = {.loads = did->loads};
	struct streamed streamed = streamed_by(t, m->op.dest);

	if (t->len_bytes) {
		want.stores = streamed.other_lines ? did->stores : 0;
		want.streamed_bytes = streamed.bytes;
		want.fences = !noflush && !(flags & PMEM_F_MEM_NODRAIN);
		if (t->flush != FLUSH_NONE && !noflush)
			want.flushes[t->flush] = lines_of(
				m->op.dest, t->len_bytes);
		else if (stream && t->edge_flush != FLUSH_NONE)
			want.flushes[t->edge_flush] = streamed.other_lines;
	}
	return !memcmp(&want, did, sizeof(want));
}

/* Where an operation of this shape reads from, or NULL. */
static const char *
source_of(const struct trial *t, const struct room *room, const char *dest)
{
	size_t delta = t->len_bytes ? 1 + t->turn % t->len_bytes : 0;

	switch (t->shape) {
	case APART:
		return room->start + t->turn % LINE_BYTES;
	case DOWN:
		return dest + delta;
	case UP:
		return dest - delta;
	case SET:
		break;
	}
	return NULL;
}

/* The verdict on faults, given what the kernel promises in this domain. */
static bool
judge(const struct trial *t, const struct model *m, bool promised)
{
	if (promised && m->faults)
		trial_fail(t, m, "");
	if (!promised && m->faults != MODEL_LOST)
		trial_fail(t, m, "should lose data, and only that:");
	return promised;
}

struct trial
trial_served(const struct trial *t)
{
	struct trial by = *t;

	by.isa = isa_streaming(t->isa);
	if (by.isa != t->isa && t->hit)
		by.store = STORE_CACHED;
	return by;
}

bool
trial_run(const struct trial *t, struct trial_ground *g)
{
	struct room *room = &g->room;
	struct trial by = trial_served(t);
	unsigned flags = trial_flags(t->call);
	bool noflush = flags & PMEM_F_MEM_NOFLUSH;
	char *dest = room->start + room->size_bytes / 2 + t->at;
	bool edges_only = by.store == STORE_STREAM &&
			  !streamed_by(&by, dest).unflushed_bytes;
	bool promised = noflush || !t->len_bytes || edges_only ||
			policy_eligible(by.isa, by.store, t->flush, t->domain);
	struct model_op op = {.domain = t->domain,
		.dest = dest,
		.src = source_of(t, room, dest),
		.len_bytes = t->len_bytes,
		.looks = by.isa != t->isa,
		.resident = !promised || t->turn & 2};

	room_fill(room, room->size_bytes / 2);
	model_begin(g->model, &op);
	call_make(t, g, dest, op.src);
	if (!counts_right(&by, g->model))
		trial_fail(t, g->model,
			"other stores, flushes or fences than the kernel's");
	if (flags & PMEM_F_MEM_NODRAIN && !noflush)
		drain_make(g);
	model_end(g->model, !noflush);
	if (room_wrong(room) != room->size_bytes)
		trial_fail(t, g->model, "wrong bytes");
	return judge(t, g->model, promised);
}

bool
trial_flush_run(const struct trial *t, struct trial_ground *g)
{
	char *dest = g->room.start + g->room.size_bytes / 2 + t->at;
	size_t len = t->len_bytes;
	enum flush flush = t->turn % 3 == 1 ? t->deep_flush : t->flush;
	bool promised = !len || policy_eligible(ISA_GENERIC, STORE_CACHED,
					flush, t->domain);
	struct model_op op = {
		.domain = t->domain, .dest = dest, .len_bytes = len};
	struct model_counts want = {.stores = len > 0, .fences = 1};

	model_begin(g->model, &op);
	if (len)
		model_store(g->model, (uintptr_t)dest, len);
	g->before();
	if (t->turn % 3 == 0)
		g->api.flush(dest, len);
	else if (t->turn % 3 == 1)
		g->api.deep_flush(dest, len);
	else
		g->api.persist(dest, len);
	g->after();
	if (t->turn % 3 != 2)
		drain_make(g);
	if (flush != FLUSH_NONE)
		want.flushes[flush] = lines_of(dest, len);
	if (memcmp(&want, &g->model->counts, sizeof(want)) != 0)
		trial_fail(t, g->model, "other flushes or fences");
	model_end(g->model, true);
	return judge(t, g->model, promised);
}
