/*
 * machine.h: what one x86-64 instruction does to memory
 *
 * Decodes the machine code under test (with Zydis) and tells the model what an
 * instruction is about to load, store, stream, flush or fence. It also performs
 * the few instructions that a kernel may contain and this CPU may lack
 * (MOVDIR64B; full-width moves and broadcasts of AVX-512F, with a register file
 * of its own; CLWB and CLFLUSHOPT as CLFLUSH), so that every kernel can run on
 * every machine. What is run this way is emulated, and tests say so.
 */
#ifndef LIBPMEM_TEST_MACHINE_H
#define LIBPMEM_TEST_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

#include "flush.h"
#include "model.h"

enum access_kind { LOAD, STORE, STREAM, FLUSH };

/* base + index * scale + disp; base and index are positions in gregs or -1. */
struct access {
	enum access_kind kind;
	int base, index, scale;
	int64_t disp;
	size_t n_bytes;
};

#define MAX_ACCESSES 3

struct instruction {
	uintptr_t addr;
	size_t length;
	int mnemonic; /* ZydisMnemonic */
	struct access accesses[MAX_ACCESSES]; /* loads first */
	size_t access_count;
	enum flush flush; /* of a FLUSH */
	bool fence;
	bool repeated; /* RCX times; stepped through element by element */
	bool foreign; /* this CPU cannot run it */
	int to_vec, from_vec; /* numbers of vector registers, or -1 */
	int from_reg; /* position in gregs, or -1 */
	size_t align_bytes; /* that its memory operand must have */
	bool broadcast; /* of 4 bytes; else a move of 64 */
};

/* Features (enum cpu_feature bits) that this CPU lacks and that are emulated
 * where they occur. Call before decoding. */
uint32_t machine_emulated(void);

/* Decodes the instruction at addr; NULL, or why it is not understood. */
const char *machine_decode(struct instruction *insn, uintptr_t addr);

/* Tells the model what the instruction is about to do. */
void machine_report(const struct instruction *insn, const ucontext_t *uc,
	struct model *model);

/* Performs a foreign instruction and moves on to the next. */
void machine_emulate(const struct instruction *insn, ucontext_t *uc);

/* From now on foreign instructions are emulated where they trap (SIGILL). */
void machine_emulate_traps(void);

#endif
