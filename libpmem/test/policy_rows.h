/*
 * policy_rows.h: the tuned header of policy_test
 */
#define PMEM_TUNED_ID "test"

/* clang-format off */
#define PMEM_TUNED_CPUS(CPU) \
	CPU(uniform, "TestTestTest", 1, 10, 2, 5, not_promised) \
	CPU(far, "TestTestTest", 1, 40, 0, 15, not_promised) \
	CPU(kept, "GenuineIntel", 1, 1, 0, 15, retained) \
	CPU(seen, "GenuineIntel", 2, 1, 0, 15, not_promised) \
	CPU(nodes, "TestTestTest", 2, 1, 0, 15, not_promised) \
	CPU(isas, "TestTestTest", 3, 1, 0, 15, not_promised) \
	CPU(flushes, "TestTestTest", 4, 1, 0, 15, not_promised) \
	CPU(same, "TestTestTest", 6, 1, 0, 15, not_promised) \
	CPU(careless, "TestTestTest", 5, 1, 0, 15, not_promised) \
	CPU(adapts, "TestTestTest", 7, 1, 0, 15, not_promised)

#define PMEM_TUNED_ROWS(ROW) \
	ROW(uniform, ANY, ANY, adr, clflushopt, \
		avx, sse2, clflush, 1000, generic, movdir64b, clwb, 64) \
	ROW(uniform, ANY, ANY, adr_nt, clwb, \
		avx512f, movdir64b, none, 128, sse2, avx, clflushopt, NEVER) \
	ROW(uniform, ANY, ANY, eadr, clwb, \
		movdir64b, avx, clflush, 8, avx, generic, none, 0) \
	ROW(far, ANY, ANY, adr, clflush, \
		sse2, sse2, clflush, 7, sse2, sse2, clflush, 7) \
	ROW(kept, ANY, ANY, adr, clwb, \
		avx, avx, clwb, 11, avx, avx, clwb, 11) \
	ROW(kept, ANY, ANY, adr_nt, clwb, \
		avx, avx, none, 12, avx, avx, none, 12) \
	ROW(seen, ANY, ANY, adr_nt, clwb, \
		avx, avx, none, 13, avx, avx, none, 13) \
	ROW(nodes, ANY, ANY, adr, clwb, \
		avx, avx, clwb, 1000, avx, avx, clwb, 1000) \
	ROW(nodes, 0, 0, adr, clwb, \
		avx, avx, clwb, 512, avx, avx, clwb, 1500) \
	ROW(nodes, ANY, 1, adr, clwb, \
		avx, avx, clwb, 1000, avx, avx, clwb, 4000) \
	ROW(nodes, 0, ANY, adr, clwb, \
		avx, avx, clwb, 2000, avx, avx, clwb, 1000) \
	ROW(nodes, 1, 1, eadr, none, \
		sse2, sse2, none, 1, sse2, sse2, none, 1) \
	ROW(isas, ANY, ANY, adr, clwb, \
		avx, avx, clwb, NEVER, avx, avx, clwb, NEVER) \
	ROW(isas, 0, 1, adr, clwb, \
		sse2, avx, clwb, NEVER, avx, avx, clwb, NEVER) \
	ROW(flushes, ANY, ANY, adr, clwb, \
		avx, avx, clwb, 100, avx, avx, clwb, 100) \
	ROW(flushes, ANY, 1, adr, clflushopt, \
		avx, avx, clwb, 100, avx, avx, clwb, 100) \
	ROW(same, ANY, ANY, adr, clwb, \
		avx, avx, clwb, 100, avx, avx, clwb, 200) \
	ROW(same, 0, 0, adr, clwb, \
		avx, avx, clwb, 100, avx, avx, clwb, 200) \
	ROW(careless, ANY, ANY, adr, none, \
		avx, avx, none, 256, sse2, sse2, none, 256) \
	ROW(careless, ANY, ANY, adr_nt, none, \
		avx, avx, none, 256, sse2, sse2, none, 256) \
	ROW(careless, ANY, ANY, eadr, none, \
		avx, avx, none, 256, sse2, sse2, none, 256) \
	ROW(adapts, ANY, ANY, adr, clwb, \
		avx, avx512f_adapt, clwb, 9, avx, avx512f_movnti, none, 10) \
	ROW(adapts, ANY, ANY, adr_nt, clwb, \
		avx, avx_adapt, none, 9, avx, avx512f_movnti, none, 10) \
	ROW(adapts, ANY, ANY, eadr, none, \
		avx, avx512f_adapt, none, 9, avx, avx_movnti, none, 10)
/* clang-format on */
