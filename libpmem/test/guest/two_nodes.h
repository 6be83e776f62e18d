/*
 * two_nodes.h: rows that differ between nodes, in the shape of pmem_tuned.h
 *
 * For the guest's CPU (QEMU's -cpu max). Memory of node 0 streams from 256
 * bytes on, memory of node 1 from 4096 bytes on and flushes with CLFLUSHOPT.
 */
#define PMEM_TUNED_ID "two nodes"

#define PMEM_TUNED_CPUS(CPU) \
	CPU(qemu, "AuthenticAMD", 15, 107, 0, 15, not_promised)

/* clang-format off */
#define PMEM_TUNED_ROWS(ROW) \
	ROW(qemu, ANY, ANY, adr, clwb, \
		avx, avx, clwb, NEVER, avx, avx, clwb, NEVER) \
	ROW(qemu, ANY, 0, adr, clwb, \
		avx, avx, clwb, 256, avx, avx, clwb, 256) \
	ROW(qemu, ANY, 1, adr, clflushopt, \
		avx, avx, clwb, 4096, avx, avx, clwb, 4096) \
	ROW(qemu, ANY, ANY, adr_nt, clwb, \
		avx, avx, none, 256, avx, avx, none, 256) \
	ROW(qemu, ANY, ANY, eadr, none, \
		avx, avx, none, NEVER, avx, avx, none, NEVER)
/* clang-format on */
