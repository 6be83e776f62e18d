/*
 * model.h: what x86 promises about persistence, as a machine to run code on
 *
 * A store, a streaming store, a flush and a fence are reported in program
 * order; the model keeps for every byte how far on its way to the persistence
 * domain it is in the worst case that the manuals allow, and names what is
 * wrong. One operation (a copy, a set, a flush) is judged at a time.
 *
 *   store    the byte is in a cache line (dirty). Where caches persist it waits
 *            for a fence only, to leave the store buffer.
 *   clwb, clflushopt   what is dirty in the line is on its way: until a fence.
 *   clflush  the same, but it orders itself against stores: they have arrived.
 *   stream   on its way until a fence, in every domain: write-combining buffers
 *            persist nowhere. In domain adr a streaming store to a line that
 *            is in the cache stays in the cache: as a store, until flushed.
 *   fence    what is on its way has arrived.
 */
#ifndef LIBPMEM_TEST_MODEL_H
#define LIBPMEM_TEST_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flush.h"
#include "policy.h"

/* What can be wrong with one operation; faults are bits of one word. */
enum model_fault {
	MODEL_LOST = 1 << 0, /* not persistent when the call returned */
	MODEL_MISSED = 1 << 1, /* a destination byte was never written */
	MODEL_OUTSIDE = 1 << 2, /* a byte beside the destination written */
	MODEL_READ = 1 << 3, /* a byte beside the source read */
	MODEL_TORN = 1 << 4, /* part of an aligned word written alone */
	MODEL_TWICE = 1 << 5, /* a line flushed a second time */
	MODEL_NEEDLESS = 1 << 6, /* a line flushed that holds no store */
	MODEL_UNFENCED = 1 << 7, /* no fence after the last store or flush */
	MODEL_MISALIGNED = 1 << 8, /* an instruction that demands alignment */
};
#define MODEL_FAULT_COUNT 9

/* One operation to judge. src NULL: it reads no memory of the arena. */
struct model_op {
	enum domain domain;
	bool resident; /* all lines of the arena are in the cache at first */
	bool looks; /* it may read its destination */
	const char *dest, *src;
	size_t len_bytes;
};

/* What the operation did, for checks of which kernel ran. */
struct model_counts {
	unsigned stores, streamed_bytes, fences, loads;
	unsigned flushes[FLUSH_COUNT];
};

struct model {
	/* The arena: the memory whose stores count. Starts and ends with a
	 * line. Loads and stores elsewhere (stack, tables) are ignored. */
	uintptr_t start;
	size_t size_bytes;
	uint8_t *bytes; /* state of each byte */
	uint8_t *words; /* 1: the aligned word was written whole */
	uint8_t *lines; /* state of each line */
	size_t touched_min, touched_max; /* what the next begin must reset */

	struct model_op op;
	struct model_counts counts;
	unsigned unfenced;
	unsigned faults; /* OR of enum model_fault */
	uintptr_t fault_addr; /* of the first of them */
};

/* Prepares a model of [start, start + size_bytes). 0 or -ENOMEM. */
int model_init(struct model *m, const char *start, size_t size_bytes);
void model_free(struct model *m);

/* Forgets the last operation and begins to judge this one. */
void model_begin(struct model *m, const struct model_op *op);

/* What the code under test does, in program order. */
void model_load(struct model *m, uintptr_t addr, size_t n_bytes);
void model_store(struct model *m, uintptr_t addr, size_t n_bytes);
void model_stream(struct model *m, uintptr_t addr, size_t n_bytes);
void model_flush(struct model *m, enum flush flush, uintptr_t addr);
void model_fence(struct model *m);

/* An access that must be aligned to align_bytes. */
void model_aligned(struct model *m, uintptr_t addr, size_t align_bytes);

/* Judges the operation that has returned: every destination byte written and,
 * if the call promises it (durable), persistent. Returns all faults. */
unsigned model_end(struct model *m, bool durable);

/* Writes the names of faults into buf, separated by spaces; returns buf. */
const char *model_faults_text(unsigned faults, char *buf, size_t size_bytes);

#endif
