/*
 * machine.c: decoding with Zydis, and instructions that this CPU lacks
 */
#include "machine.h"

#include <Zydis/Zydis.h>
#include <cpuid.h>
#include <signal.h>
#include <string.h>

#include "check.h"
#include "cpu.h"

#define VEC_COUNT 32
#define VEC_BYTES ((size_t)64)
#define XMM_BYTES ((size_t)16)

/* Positions in gregs by the number that instructions encode. */
static const int reg_positions[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX,
	REG_RSP, REG_RBP, REG_RSI, REG_RDI, REG_R8, REG_R9, REG_R10, REG_R11,
	REG_R12, REG_R13, REG_R14, REG_R15};

/* The number that instructions encode. */
static int
reg_number(ZydisRegister reg)
{
	return (uint8_t)ZydisRegisterGetId(reg);
}

/* -1: not a general register that is used whole, or as its low 32 bits. */
static int
reg_position(ZydisRegister reg)
{
	ZydisRegisterClass class = ZydisRegisterGetClass(reg);

	if (class != ZYDIS_REGCLASS_GPR64 && class != ZYDIS_REGCLASS_GPR32)
		return -1;
	return reg_positions[reg_number(reg)];
}

static bool
is_vec(ZydisRegister reg)
{
	ZydisRegisterClass class = ZydisRegisterGetClass(reg);

	return class == ZYDIS_REGCLASS_XMM || class == ZYDIS_REGCLASS_YMM ||
	       class == ZYDIS_REGCLASS_ZMM;
}

static uint32_t
lacking(void)
{
	static uint32_t features;
	struct cpu cpu;

	if (!features) {
		cpu_detect(&cpu);
		features = cpu.features;
	}
	return ~features;
}

uint32_t
machine_emulated(void)
{
	uint32_t emulated = CPU_MOVDIR64B | CPU_CLWB | CPU_CLFLUSHOPT;

	/* The lower half of an AVX-512 register is an AVX one. */
	if (!(lacking() & CPU_AVX))
		emulated |= CPU_AVX512F;
	return emulated & lacking();
}

static uint32_t
feature_needed(const ZydisDecodedInstruction *zi)
{
	switch (zi->mnemonic) {
	case ZYDIS_MNEMONIC_MOVDIR64B:
		return CPU_MOVDIR64B;
	case ZYDIS_MNEMONIC_CLWB:
		return CPU_CLWB;
	case ZYDIS_MNEMONIC_CLFLUSHOPT:
		return CPU_CLFLUSHOPT;
	default:
		return zi->encoding == ZYDIS_INSTRUCTION_ENCODING_EVEX ?
			       CPU_AVX512F :
			       0;
	}
}

static enum access_kind
write_kind(ZydisMnemonic mnemonic)
{
	switch (mnemonic) {
	case ZYDIS_MNEMONIC_MOVNTI:
	case ZYDIS_MNEMONIC_MOVNTDQ:
	case ZYDIS_MNEMONIC_MOVNTPS:
	case ZYDIS_MNEMONIC_MOVNTPD:
	case ZYDIS_MNEMONIC_VMOVNTDQ:
	case ZYDIS_MNEMONIC_VMOVNTPS:
	case ZYDIS_MNEMONIC_VMOVNTPD:
	case ZYDIS_MNEMONIC_MOVDIRI:
	case ZYDIS_MNEMONIC_MOVDIR64B:
		return STREAM;
	default:
		return STORE;
	}
}

static bool
flush_of(ZydisMnemonic mnemonic, enum flush *flush)
{
	switch (mnemonic) {
	case ZYDIS_MNEMONIC_CLWB:
		*flush = FLUSH_CLWB;
		return true;
	case ZYDIS_MNEMONIC_CLFLUSHOPT:
		*flush = FLUSH_CLFLUSHOPT;
		return true;
	case ZYDIS_MNEMONIC_CLFLUSH:
		*flush = FLUSH_CLFLUSH;
		return true;
	default:
		return false;
	}
}

static const char *
access_add(struct instruction *insn, enum access_kind kind,
	const ZydisDecodedOperand *op)
{
	struct access *a = &insn->accesses[insn->access_count];

	if (insn->access_count == MAX_ACCESSES)
		return "too many memory operands";
	*a = (struct access){.kind = kind,
		.base = -1,
		.index = -1,
		.scale = op->mem.scale,
		.disp = op->mem.disp.has_displacement ? op->mem.disp.value : 0,
		.n_bytes = op->size / 8};
	if (op->mem.base == ZYDIS_REGISTER_RIP) {
		a->disp += (int64_t)(insn->addr + insn->length);
	} else if (op->mem.base != ZYDIS_REGISTER_NONE) {
		a->base = reg_position(op->mem.base);
		if (a->base < 0)
			return "unknown base register";
	}
	if (op->mem.index != ZYDIS_REGISTER_NONE) {
		a->index = reg_position(op->mem.index);
		if (a->index < 0)
			return "unknown index register";
	}
	insn->access_count++;
	return NULL;
}

/* What one operand lets the instruction do; write: 0 the loads, 1 the rest. */
static const char *
operand_add(struct instruction *insn, const ZydisDecodedOperand *op, int write)
{
	bool flushes = flush_of(insn->mnemonic, &insn->flush);

	/* Thread-local memory is never the arena. */
	if (op->type != ZYDIS_OPERAND_TYPE_MEMORY ||
		op->mem.type != ZYDIS_MEMOP_TYPE_MEM ||
		op->mem.segment == ZYDIS_REGISTER_FS ||
		op->mem.segment == ZYDIS_REGISTER_GS)
		return NULL;
	if (flushes)
		return write ? access_add(insn, FLUSH, op) : NULL;
	if (write && op->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE)
		return access_add(insn, write_kind(insn->mnemonic), op);
	if (!write && op->actions & ZYDIS_OPERAND_ACTION_MASK_READ)
		return access_add(insn, LOAD, op);
	return NULL;
}

/* The registers of a foreign instruction: a move or a broadcast, not masked. */
static const char *
foreign_prepare(struct instruction *insn, const ZydisDecodedInstruction *zi,
	const ZydisDecodedOperand *ops)
{
	insn->foreign = true;
	switch (zi->mnemonic) {
	case ZYDIS_MNEMONIC_CLWB:
	case ZYDIS_MNEMONIC_CLFLUSHOPT:
		return NULL;
	case ZYDIS_MNEMONIC_MOVDIR64B:
	case ZYDIS_MNEMONIC_VMOVDQA32:
	case ZYDIS_MNEMONIC_VMOVDQA64:
	case ZYDIS_MNEMONIC_VMOVAPS:
	case ZYDIS_MNEMONIC_VMOVAPD:
	case ZYDIS_MNEMONIC_VMOVNTDQ:
	case ZYDIS_MNEMONIC_VMOVNTPS:
	case ZYDIS_MNEMONIC_VMOVNTPD:
		insn->align_bytes = VEC_BYTES;
		break;
	case ZYDIS_MNEMONIC_VMOVDQU32:
	case ZYDIS_MNEMONIC_VMOVDQU64:
	case ZYDIS_MNEMONIC_VMOVUPS:
	case ZYDIS_MNEMONIC_VMOVUPD:
		break;
	case ZYDIS_MNEMONIC_VPBROADCASTD:
		insn->broadcast = true;
		break;
	default:
		return "not emulated";
	}
	for (int i = 0; i < zi->operand_count; i++) {
		ZydisRegister reg = ops[i].reg.value;
		bool written = ops[i].actions & ZYDIS_OPERAND_ACTION_MASK_WRITE;

		if (ops[i].type != ZYDIS_OPERAND_TYPE_REGISTER)
			continue;
		if (reg == ZYDIS_REGISTER_K0)
			continue;
		if (is_vec(reg))
			*(written ? &insn->to_vec :
				    &insn->from_vec) = reg_number(reg);
		else if (reg_position(reg) >= 0)
			insn->from_reg = reg_position(reg);
		else
			return "not emulated: masked";
	}
	return zi->avx.vector_length == 512 ||
			       zi->mnemonic == ZYDIS_MNEMONIC_MOVDIR64B ?
		       NULL :
		       "not emulated: shorter than 512 bits";
}

const char *
machine_decode(struct instruction *insn, uintptr_t addr)
{
	static ZydisDecoder decoder;
	ZydisDecodedOperand ops[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction zi;
	const char *why = NULL;

	ZydisDecoderInit(
		&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	*insn = (struct instruction){.addr = addr,
		.to_vec = -1,
		.from_vec = -1,
		.from_reg = -1,
		.align_bytes = 1};
	if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, (const void *)addr,
		    ZYDIS_MAX_INSTRUCTION_LENGTH, &zi, ops)))
		return "not decoded";
	insn->length = zi.length;
	insn->mnemonic = (int)zi.mnemonic;
	insn->fence = zi.mnemonic == ZYDIS_MNEMONIC_SFENCE ||
		      zi.mnemonic == ZYDIS_MNEMONIC_MFENCE;
	if (zi.mnemonic == ZYDIS_MNEMONIC_NOP ||
		zi.meta.category == ZYDIS_CATEGORY_PREFETCH)
		return NULL;
	insn->repeated = zi.attributes &
			 (ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE |
				 ZYDIS_ATTRIB_HAS_REPNE);
	for (int write = 0; write <= 1; write++) {
		for (int i = 0; !why && i < zi.operand_count; i++)
			why = operand_add(insn, &ops[i], write);
	}
	if (!why && feature_needed(&zi) & lacking())
		why = foreign_prepare(insn, &zi, ops);
	return why;
}

static uintptr_t
access_address(const struct access *a, const ucontext_t *uc)
{
	const greg_t *regs = uc->uc_mcontext.gregs;
	uintptr_t addr = (uintptr_t)a->disp;

	if (a->base >= 0)
		addr += (uintptr_t)regs[a->base];
	if (a->index >= 0)
		addr += (uintptr_t)regs[a->index] * (uintptr_t)a->scale;
	return addr;
}

void
machine_report(const struct instruction *insn, const ucontext_t *uc,
	struct model *model)
{
	if (insn->repeated && uc->uc_mcontext.gregs[REG_RCX] == 0)
		return;
	for (size_t i = 0; i < insn->access_count; i++) {
		const struct access *a = &insn->accesses[i];
		uintptr_t addr = access_address(a, uc);

		switch (a->kind) {
		case LOAD:
			model_load(model, addr, a->n_bytes);
			break;
		case STORE:
			model_store(model, addr, a->n_bytes);
			break;
		case STREAM:
			model_stream(model, addr, a->n_bytes);
			break;
		case FLUSH:
			model_flush(model, insn->flush, addr);
			break;
		}
	}
	if (insn->fence)
		model_fence(model);
}

/* What an AVX-512 CPU has beyond the AVX registers of this one: of the first 16
 * registers the upper half, of the others all. */
static uint8_t vecs[VEC_COUNT][VEC_BYTES];

/* The upper halves of the AVX registers in a signal frame, and the word there
 * that says which parts of the frame count. */
static uint8_t *
frame_ymm(const ucontext_t *uc, uint64_t **counted)
{
	static uint32_t offset;
	uint8_t *frame = (uint8_t *)uc->uc_mcontext.fpregs;
	uint32_t a, c, d;

	if (!offset)
		CHECK(__get_cpuid_count(0xd, 2, &a, &offset, &c, &d),
			"no place for AVX registers");
	*counted = (uint64_t *)(void *)(frame + 512);
	return frame + offset;
}

#define FRAME_AVX (UINT64_C(1) << 2)

static void
vec_get(const ucontext_t *uc, int n, uint8_t v[VEC_BYTES])
{
	uint64_t *counted;
	const uint8_t *ymm = frame_ymm(uc, &counted);
	size_t at = (size_t)n * XMM_BYTES;

	memcpy(v, vecs[n], VEC_BYTES);
	if (n >= 16)
		return;
	memcpy(v, &uc->uc_mcontext.fpregs->_xmm[n], XMM_BYTES);
	memset(v + XMM_BYTES, 0, XMM_BYTES);
	if (*counted & FRAME_AVX)
		memcpy(v + XMM_BYTES, ymm + at, XMM_BYTES);
}

static void
vec_put(ucontext_t *uc, int n, const uint8_t v[VEC_BYTES])
{
	uint64_t *counted;
	uint8_t *ymm = frame_ymm(uc, &counted);

	memcpy(vecs[n], v, VEC_BYTES);
	if (n >= 16)
		return;
	memcpy(&uc->uc_mcontext.fpregs->_xmm[n], v, XMM_BYTES);
	if (!(*counted & FRAME_AVX))
		memset(ymm, 0, 16 * XMM_BYTES);
	*counted |= FRAME_AVX;
	memcpy(ymm + (size_t)n * XMM_BYTES, v + XMM_BYTES, XMM_BYTES);
}

/* Where a foreign instruction's memory operand of a kind is, or 0. */
static uintptr_t
memory_of(const struct instruction *insn, bool written, const ucontext_t *uc)
{
	for (size_t i = 0; i < insn->access_count; i++) {
		if ((insn->accesses[i].kind != LOAD) == written)
			return access_address(&insn->accesses[i], uc);
	}
	return 0;
}

static void
input_get(const struct instruction *insn, const ucontext_t *uc,
	uint8_t v[VEC_BYTES])
{
	uintptr_t from = memory_of(insn, false, uc);
	size_t n = insn->broadcast ? 4 : VEC_BYTES;

	if (from)
		memcpy(v, (const void *)from, n);
	else if (insn->from_vec >= 0)
		vec_get(uc, insn->from_vec, v);
	else
		memcpy(v, &uc->uc_mcontext.gregs[insn->from_reg], n);
	for (size_t i = n; i < VEC_BYTES; i += n)
		memcpy(v + i, v, n);
}

void
machine_emulate(const struct instruction *insn, ucontext_t *uc)
{
	uintptr_t from = memory_of(insn, false, uc);
	uintptr_t to = memory_of(insn, true, uc);
	uint8_t v[VEC_BYTES];

	if (insn->access_count && insn->accesses[0].kind == FLUSH) {
		flush_kernels[FLUSH_CLFLUSH].range((const void *)to, 1);
	} else {
		bool moves_memory = insn->mnemonic == ZYDIS_MNEMONIC_MOVDIR64B;

		CHECK(to % insn->align_bytes == 0 &&
				(moves_memory || from % insn->align_bytes == 0),
			"%s of %#zx, %#zx: not aligned",
			ZydisMnemonicGetString((ZydisMnemonic)insn->mnemonic),
			(size_t)from, (size_t)to);
		input_get(insn, uc, v);
		if (to)
			memcpy((void *)to, v, VEC_BYTES);
		else
			vec_put(uc, insn->to_vec, v);
	}
	uc->uc_mcontext.gregs[REG_RIP] = (greg_t)insn->addr +
					 (greg_t)insn->length;
}

static void
trap_handle(int signal, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	uintptr_t addr = (uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
	struct instruction insn;
	const char *why = machine_decode(&insn, addr);

	(void)signal;
	(void)info;
	CHECK(!why && insn.foreign, "illegal instruction at %p: %s",
		(void *)addr, why ? why : "this CPU should have it");
	machine_emulate(&insn, uc);
}

void
machine_emulate_traps(void)
{
	struct sigaction action = {
		.sa_sigaction = trap_handle, .sa_flags = SA_SIGINFO};

	CHECK(!sigaction(SIGILL, &action, NULL), "sigaction");
}
