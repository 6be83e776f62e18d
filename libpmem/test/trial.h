/*
 * trial.h: one call of the public API, made and judged
 *
 * A trial says which call with which bytes is made and which kernel should
 * serve it. It is run on guarded memory while the model hears of every store,
 * flush and fence (from recording primitives or from a traced processor), and
 * fails the test unless the call did what the kernel's name promises: the right
 * bytes, all of them persistent, by the right kind of stores, flushes, fences.
 */
#ifndef LIBPMEM_TEST_TRIAL_H
#define LIBPMEM_TEST_TRIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "copy.h"
#include "libpmem.h"
#include "model.h"
#include "room.h"

enum shape { APART, DOWN, UP, SET };
#define SHAPE_COUNT 4

/* Flags of the call; the last two stand for the functions without flags. */
#define FLAGS_COUNT ((unsigned)PMEM_F_MEM_VALID_FLAGS + 1)
#define CALL_PERSIST FLAGS_COUNT
#define CALL_NODRAIN (FLAGS_COUNT + 1)
#define CALL_COUNT (FLAGS_COUNT + 2)

/* The functions under test: linked in, or of a library that was loaded. */
struct trial_api {
	void *(*memmove)(void *, const void *, size_t, unsigned);
	void *(*memcpy)(void *, const void *, size_t, unsigned);
	void *(*memset)(void *, int, size_t, unsigned);
	void *(*memmove_persist)(void *, const void *, size_t);
	void *(*memcpy_persist)(void *, const void *, size_t);
	void *(*memset_persist)(void *, int, size_t);
	void *(*memmove_nodrain)(void *, const void *, size_t);
	void *(*memcpy_nodrain)(void *, const void *, size_t);
	void *(*memset_nodrain)(void *, int, size_t);
	void (*flush)(const void *, size_t);
	void (*persist)(const void *, size_t);
	void (*deep_flush)(const void *, size_t);
	void (*drain)(void);
};

struct trial;

/* Where trials happen. The lower half of the room holds sources, the upper one
 * is the window of destinations; the model's arena is both. */
struct trial_ground {
	struct room room;
	struct model *model;
	struct trial_api api;
	void (*before)(void), (*after)(void); /* around every call */
	/* Whether the kernel of the trial, and no other, served the last call;
	 * or NULL: cannot be told. */
	bool (*served)(const struct trial *t);
};

struct trial {
	const char *kernel; /* for messages */
	enum isa isa; /* of the kernel that should serve the call */
	enum store store;
	enum flush flush, deep_flush;
	enum flush edge_flush; /* what copy_edge_flush is */
	bool hit; /* what a kernel finds that looks at its destination */
	enum domain domain;
	enum shape shape;
	unsigned call;
	size_t at, len_bytes; /* destination, from the window's start */
	unsigned turn; /* counts up: varies what is not enumerated */
};

/* Which of an operation's kernels libpmem(7) asks for: NOFLUSH goes first, then
 * the hints, and where none is given the length decides. */
enum choice { CHOICE_CACHED, CHOICE_STREAM, CHOICE_HINTED, CHOICE_NOFLUSH };
enum choice trial_choice(
	unsigned flags, size_t len_bytes, size_t stream_min_bytes);

/* Makes the room, window_bytes for each half, and sets the model on it. */
void trial_ground_make(struct trial_ground *g, size_t window_bytes);
void trial_ground_drop(struct trial_ground *g);

/* What serves a trial: of a kernel that looks, the one it then jumps to, with
 * isa and store of that. */
struct trial trial_served(const struct trial *t);

/* PMEM_F_MEM_* flags that a call number amounts to. */
unsigned trial_flags(unsigned call);

/* Runs a trial. True if its kernel is eligible in its domain, and it was
 * durable; false if it is not, and it was seen to lose data. */
bool trial_run(const struct trial *t, struct trial_ground *g);

/* The same of pmem_flush, pmem_deep_flush or pmem_persist (by turn) over stores
 * that the caller made; shape, call and store are not looked at. */
bool trial_flush_run(const struct trial *t, struct trial_ground *g);

#endif
