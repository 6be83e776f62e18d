/*
 * tracer.c: the trap flag and its handler
 */
#include "tracer.h"

#include <signal.h>
#include <string.h>

#include "check.h"

#define TRAP_FLAG 0x100U

/* What was decoded, by address; far more than one library's kernels. */
#define KNOWN_COUNT ((size_t)1 << 16)

struct known {
	struct instruction insn;
	unsigned function;
};

struct tracer tracer;

static struct known known[KNOWN_COUNT];

static const struct known *
known_find(uintptr_t addr)
{
	struct known *k = &known[addr % KNOWN_COUNT];
	const char *why;

	if (k->insn.addr == addr)
		return k;
	why = machine_decode(&k->insn, addr);
	CHECK(!why, "instruction at %p: %s", (void *)addr, why);
	k->function = tracer.function_of ? tracer.function_of(addr) : 0;
	return k;
}

/* Looks at the instruction that comes next. True: it is done already. */
static bool
step(ucontext_t *uc)
{
	const struct known *k = known_find(
		(uintptr_t)uc->uc_mcontext.gregs[REG_RIP]);

	tracer.step_count++;
	tracer.functions |= UINT64_C(1) << k->function;
	if (tracer.model)
		machine_report(&k->insn, uc, tracer.model);
	if (tracer.perform && tracer.perform(&k->insn, uc))
		return true;
	if (!k->insn.foreign)
		return false;
	tracer.emulated_count++;
	machine_emulate(&k->insn, uc);
	return true;
}

static void
trap_handle(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	CHECK(info->si_code == TRAP_TRACE, "trap of another kind");
	while (step(context))
		;
}

void
tracer_init(void)
{
	struct sigaction action = {
		.sa_sigaction = trap_handle, .sa_flags = SA_SIGINFO};

	CHECK(!sigaction(SIGTRAP, &action, NULL), "sigaction");
}

void
tracer_begin(void)
{
	tracer.functions = 0;
	__builtin_ia32_writeeflags_u64(
		__builtin_ia32_readeflags_u64() | TRAP_FLAG);
}

void
tracer_end(void)
{
	__builtin_ia32_writeeflags_u64(
		__builtin_ia32_readeflags_u64() & ~(uint64_t)TRAP_FLAG);
}
