/*
 * ranges.c: the registry of mappings
 *
 * A sorted array of disjoint ranges under a sequence lock. Every word that
 * readers see is atomic, so a reader that meets a writer reads nonsense at
 * worst, notices by the sequence number, and tries again. Writers exclude each
 * other by a mutex. They hold it with all signals blocked: a handler never
 * finds its own thread half-way through a change.
 *
 * Arrays only grow and are never freed while the library is loaded, so that a
 * reader may still hold an old one. Each is twice the one before: all of them
 * together are less than twice what was needed at once.
 */
#include "ranges.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "nodes.h"
#include "trace.h"

struct slot {
	_Atomic uintptr_t start, end;
	_Atomic int kind, mem_node, region;
};

struct table {
	struct table *older; /* keeps it reachable, for leak checkers */
	size_t capacity;
	_Atomic size_t count;
	struct slot slots[];
};

/* Enough for most programs; a page of memory with the header. */
#define CAPACITY_FIRST 120

/* Far more than one writer's changes in a row; each try is a binary search. */
#define TRIES_MAX 64

static _Atomic(struct table *) current;
static _Atomic uint64_t sequence; /* odd: a writer is at work */
static pthread_mutex_t writers = PTHREAD_MUTEX_INITIALIZER;

static void
writers_lock(sigset_t *saved)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, saved);
	pthread_mutex_lock(&writers);
}

static void
writers_unlock(const sigset_t *saved)
{
	pthread_mutex_unlock(&writers);
	pthread_sigmask(SIG_SETMASK, saved, NULL);
}

/* A child of fork has only the forking thread: nobody else may hold the lock or
 * be half-way through a change at that moment. */
static sigset_t fork_saved; /* guarded by the lock */

static void
fork_prepare(void)
{
	sigset_t saved;

	writers_lock(&saved);
	fork_saved = saved;
}

static void
fork_done(void)
{
	sigset_t saved = fork_saved;

	writers_unlock(&saved);
}

__attribute__((constructor)) static void
ranges_load(void)
{
	/* Fails only without memory for one list entry at program start; then
	 * only a fork that races with a mapping call is unprotected. */
	(void)pthread_atfork(fork_prepare, fork_done, fork_done);
}

/* Acquire and release on each word, instead of two fences around all of them,
 * orders them with the sequence number too, costs nothing on x86-64 and is
 * understood by ThreadSanitizer. */
static struct range
slot_load(struct slot *slot)
{
	return (struct range){
		.start = atomic_load_explicit(
			&slot->start, memory_order_acquire),
		.end = atomic_load_explicit(&slot->end, memory_order_acquire),
		.kind = (enum range_kind)atomic_load_explicit(
			&slot->kind, memory_order_acquire),
		.mem_node = atomic_load_explicit(
			&slot->mem_node, memory_order_acquire),
		.region = atomic_load_explicit(
			&slot->region, memory_order_acquire),
	};
}

static void
slot_store(struct slot *slot, const struct range *range)
{
	atomic_store_explicit(&slot->start, range->start, memory_order_release);
	atomic_store_explicit(&slot->end, range->end, memory_order_release);
	atomic_store_explicit(
		&slot->kind, (int)range->kind, memory_order_release);
	atomic_store_explicit(
		&slot->mem_node, range->mem_node, memory_order_release);
	atomic_store_explicit(
		&slot->region, range->region, memory_order_release);
}

/* Index of the first of count slots that ends above addr, or count. */
static size_t
slot_above(struct table *t, size_t count, uintptr_t addr)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (atomic_load_explicit(
			    &t->slots[middle].end, memory_order_acquire) > addr)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static bool
find_once(uintptr_t addr, struct range *found)
{
	struct table *t = atomic_load_explicit(&current, memory_order_acquire);
	size_t count, i;

	if (!t)
		return false;
	/* Read once: a count that shrinks meanwhile would let i be past it. */
	count = atomic_load_explicit(&t->count, memory_order_acquire);
	i = slot_above(t, count, addr);
	if (i == count)
		return false;
	*found = slot_load(&t->slots[i]);
	return true;
}

bool
ranges_find(uintptr_t addr, struct range *found, bool *contended)
{
	for (int tries = 0; tries < TRIES_MAX; tries++) {
		uint64_t before = atomic_load_explicit(
			&sequence, memory_order_acquire);
		bool result;

		if (before % 2)
			continue;
		result = find_once(addr, found);
		if (atomic_load_explicit(&sequence, memory_order_relaxed) ==
			before) {
			*contended = false;
			return result;
		}
	}
	*contended = true;
	return false;
}

bool
ranges_find_wait(uintptr_t addr, struct range *found)
{
	bool contended, result = ranges_find(addr, found, &contended);
	sigset_t saved;

	if (!contended)
		return result;
	writers_lock(&saved);
	result = find_once(addr, found);
	writers_unlock(&saved);
	return result;
}

/* Makes room for the most that one change adds: a range and, where it cuts one
 * in two, a second rest. */
static int
table_reserve(void)
{
	struct table *old = atomic_load(&current), *t;
	size_t count = old ? atomic_load(&old->count) : 0;
	size_t capacity = old ? 2 * old->capacity : CAPACITY_FIRST;

	if (old && count + 2 <= old->capacity)
		return 0;
	t = calloc(1, sizeof(*t) + capacity * sizeof(*t->slots));
	if (!t)
		return -ENOMEM;
	t->older = old;
	t->capacity = capacity;
	for (size_t i = 0; i < count; i++) {
		struct range range = slot_load(&old->slots[i]);

		slot_store(&t->slots[i], &range);
	}
	atomic_store(&t->count, count);
	/* Same content: readers may see either. */
	atomic_store_explicit(&current, t, memory_order_release);
	TRACE(4, "room for %zu ranges", capacity);
	return 0;
}

/* Moves the slots from index from on to index to on. */
static void
slots_move(struct table *t, size_t from, size_t to, size_t count)
{
	for (size_t n = 0; n < count; n++) {
		size_t i = to > from ? count - 1 - n : n;
		struct range range = slot_load(&t->slots[from + i]);

		slot_store(&t->slots[to + i], &range);
	}
}

/* Puts pieces in the place of the slots [first, last). */
static void
slots_replace(struct table *t, size_t first, size_t last,
	const struct range *pieces, size_t piece_count)
{
	size_t count = atomic_load(&t->count);

	assert(count - (last - first) + piece_count <= t->capacity);
	atomic_fetch_add(&sequence, 1);
	slots_move(t, last, first + piece_count, count - last);
	for (size_t i = 0; i < piece_count; i++)
		slot_store(&t->slots[first + i], &pieces[i]);
	atomic_store_explicit(&t->count, count - (last - first) + piece_count,
		memory_order_release);
	atomic_fetch_add(&sequence, 1);
}

/* Empties the pages [start, end) and puts range, if any, there. Needs room. */
static void
change(uintptr_t start, uintptr_t end, const struct range *range)
{
	struct table *t = atomic_load(&current);
	size_t slots = atomic_load(&t->count);
	size_t first = slot_above(t, slots, start), last = first;
	struct range pieces[3], cut;
	size_t count = 0;

	while (last < slots && atomic_load(&t->slots[last].start) < end)
		last++;
	if (last > first) {
		cut = slot_load(&t->slots[first]);
		if (cut.start < start) {
			cut.end = start;
			pieces[count++] = cut;
		}
	}
	if (range)
		pieces[count++] = *range;
	if (last > first) {
		cut = slot_load(&t->slots[last - 1]);
		if (cut.end > end) {
			cut.start = end;
			pieces[count++] = cut;
		}
	}
	slots_replace(t, first, last, pieces, count);
}

static uintptr_t
page_up(uintptr_t addr)
{
	return (addr + PAGE_BYTES - 1) & ~(uintptr_t)(PAGE_BYTES - 1);
}

int
ranges_add(const struct range *range)
{
	sigset_t saved;
	int err;

	assert(range->start < range->end && range->start % PAGE_BYTES == 0);
	writers_lock(&saved);
	err = table_reserve();
	if (!err) {
		change(range->start, page_up(range->end), range);
		nodes_assign(range->start, range->end, range->mem_node);
	}
	writers_unlock(&saved);
	return err;
}

int
ranges_unmap(void *addr, size_t len_bytes)
{
	uintptr_t start = (uintptr_t)addr;
	sigset_t saved;
	int err;

	writers_lock(&saved);
	err = table_reserve();
	if (err)
		goto unlock;
	if (munmap(addr, len_bytes)) {
		err = -errno;
		goto unlock;
	}
	change(start, page_up(start + len_bytes), NULL);
unlock:
	writers_unlock(&saved);
	return err;
}
