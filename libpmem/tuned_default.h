/*
 * tuned_default.h: the rows of an untuned build, and the shape of all rows
 *
 * A generated pmem_tuned.h defines the same three macros, and the library
 * reads both the same way. There is no include guard on purpose: rows.c
 * includes the default and the tuned header in turn.
 *
 * PMEM_TUNED_ID      text that names the rows ("default", or platform and time)
 * PMEM_TUNED_CPUS    CPU(key, vendor, family, model, stepping_min,
 *                    stepping_max, movnt): the CPUs the rows were measured on.
 *                    movnt is what the probe saw of streaming stores:
 *                    retained (they stay in the cache: never trust them here)
 *                    or not_promised (seen to leave it, which proves nothing).
 * PMEM_TUNED_ROWS    ROW(key, cpu_node, mem_node, domain, flush,
 *                    move_cached_isa, move_stream_isa, move_stream_flush,
 *                    move_stream_min_bytes,
 *                    set_cached_isa, set_stream_isa, set_stream_flush,
 *                    set_stream_min_bytes)
 *                    Nodes are kernel node numbers or ANY. A cached kernel
 *                    flushes with `flush`. Lengths from stream_min_bytes on are
 *                    streamed; NEVER streams only where a caller asks for it.
 *
 * The default rows wish for the widest register and the newest flush, which
 * policy.c narrows to what the CPU has. They are conservative where nothing is
 * known: streaming pays off somewhere between 0 and several MiB or not at all,
 * so without a promise that it skips the cache (adr), and where caches persist
 * (eadr), it is left alone; where it does skip it, from 256 bytes on, the
 * value that pmem software commonly assumes (PMEM_MOVNT_THRESHOLD).
 */
#define PMEM_TUNED_ID "default"

#define PMEM_TUNED_CPUS(CPU)

/* clang-format off */
#define PMEM_TUNED_ROWS(ROW) \
	ROW(any, ANY, ANY, adr, clwb, \
		avx512f, avx512f, clwb, NEVER, avx512f, avx512f, clwb, NEVER) \
	ROW(any, ANY, ANY, adr_nt, clwb, \
		avx512f, avx512f, none, 256, avx512f, avx512f, none, 256) \
	ROW(any, ANY, ANY, eadr, none, \
		avx512f, avx512f, none, NEVER, avx512f, avx512f, none, NEVER)
/* clang-format on */
