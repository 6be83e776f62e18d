/*
 * any_rows.h: a tuned header with rows for each isa and flush
 *
 * The CPU that any_cpu.c names chooses: its family is an isa, its model a
 * flush. Where that would not be durable, the library may not obey.
 */
#define PMEM_TUNED_ID "any"

/* clang-format off */
#define ANY_CPU(CPU, isa, flush) \
	CPU(isa##_##flush, "TestTestTest", TOKEN_ISA(isa), TOKEN_FLUSH(flush), \
		0, 0, not_promised)
#define ANY_ROW(ROW, isa, flush, domain) \
	ROW(isa##_##flush, ANY, ANY, domain, flush, \
		isa, isa, flush, 256, isa, isa, flush, 256)
#define ANY_ROWS(ROW, isa, flush) \
	ANY_ROW(ROW, isa, flush, adr) \
	ANY_ROW(ROW, isa, flush, adr_nt) \
	ANY_ROW(ROW, isa, flush, eadr)
#define ANY_FLUSHES(EACH, X, isa) \
	EACH(X, isa, clwb) \
	EACH(X, isa, clflushopt) \
	EACH(X, isa, clflush) \
	EACH(X, isa, none)
#define ANY_ISAS(EACH, X) \
	ANY_FLUSHES(EACH, X, generic) \
	ANY_FLUSHES(EACH, X, sse2) \
	ANY_FLUSHES(EACH, X, avx) \
	ANY_FLUSHES(EACH, X, avx512f) \
	ANY_FLUSHES(EACH, X, movdir64b) \
	ANY_FLUSHES(EACH, X, avx_movnti) \
	ANY_FLUSHES(EACH, X, avx512f_movnti) \
	ANY_FLUSHES(EACH, X, avx_adapt) \
	ANY_FLUSHES(EACH, X, avx512f_adapt)

#define PMEM_TUNED_CPUS(CPU) ANY_ISAS(ANY_CPU, CPU)
#define PMEM_TUNED_ROWS(ROW) ANY_ISAS(ANY_ROWS, ROW)
/* clang-format on */
