/*
 * tracer.h: this thread's own machine code, one instruction at a time
 *
 * Between tracer_begin and tracer_end the processor traps before every
 * instruction (the trap flag, SIGTRAP); a handler decodes it and tells the
 * model. About 16 microseconds an instruction in a guest.
 */
#ifndef LIBPMEM_TEST_TRACER_H
#define LIBPMEM_TEST_TRACER_H

#include <stdbool.h>
#include <stdint.h>

#include "machine.h"

struct tracer {
	struct model *model; /* or NULL */
	/* Sees each instruction first. True: it performed the instruction. Or
	 * NULL. Not called for what is already known by its address. */
	bool (*perform)(const struct instruction *insn, ucontext_t *uc);
	/* A number for the function at an address, from 1 on, below 64; 0: of
	 * no interest. Asked once for each address. Or NULL. */
	unsigned (*function_of)(uintptr_t addr);

	uint64_t functions; /* bit n: an instruction of function n was run */
	uint64_t step_count, emulated_count;
};

/* The one that is in use. */
extern struct tracer tracer;

/* Installs the handler. */
void tracer_init(void);

void tracer_begin(void);
void tracer_end(void);

#endif
