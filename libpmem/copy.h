/*
 * copy.h: the table of copy kernels
 *
 * A kernel is named isa/store/flush, alike in code, data, plots and report:
 *   isa    the widest register it moves data with; with _movnti it also streams
 *          parts of a line, with _adapt it streams only to a destination that
 *          is not in the cache (copy_adapt.h)
 *   store  cached: ordinary stores; stream: non-temporal stores for whole
 *          lines, ordinary ones for parts of a line at either end
 *   flush  the instruction that follows the stores on every line touched; where
 *          a stream has none, parts of lines are flushed by copy_edge_flush
 *
 * What every kernel promises, for every length and alignment:
 *   - source and destination may overlap (move);
 *   - no byte outside the destination is written, none outside the source read,
 *     but of the destination by _adapt;
 *   - if the destination is 8-byte aligned, each aligned 8-byte word that lies
 *     wholly inside it is stored whole: no reader and no crash sees half of it;
 *   - each line that is flushed is flushed once, after all stores to it.
 * No kernel fences: after flush_fence() the bytes are in the persistence
 * domain if policy.h calls the kernel eligible there.
 */
#ifndef LIBPMEM_COPY_H
#define LIBPMEM_COPY_H

#include <stddef.h>
#include <stdint.h>

#include "flush.h"

enum isa {
	ISA_GENERIC,
	ISA_SSE2,
	ISA_AVX,
	ISA_AVX512F,
	ISA_MOVDIR64B,
	ISA_AVX_MOVNTI,
	ISA_AVX512F_MOVNTI,
	ISA_AVX_ADAPT,
	ISA_AVX512F_ADAPT,
};
#define ISA_COUNT 9

enum store { STORE_CACHED, STORE_STREAM };
#define STORE_COUNT 2

/*
 * How far flushes trail the stores they follow. Flushed at once, a streamed
 * line waits for its write-combining buffer: 6 times slower at 4 KiB on AMD
 * family 25 than after 64 lines, where it has left. Ordinary stores gain 15%
 * from pairs of lines up to 4 KiB, whose reads for ownership overlap; more
 * would lose beyond the cache. Measured in bench/README.md.
 */
#define COPY_BLOCK_BYTES(store) \
	((store) == STORE_STREAM ? 64 * LINE_BYTES : 2 * LINE_BYTES)

struct copy_kernel {
	const char *name; /* "avx/stream/clwb" */
	enum isa isa;
	enum store store;
	enum flush flush;
	uint32_t needs; /* enum cpu_feature bits; runs if all are present */
	/* Return dest, as the public functions that jump to them do. */
	char *(*move)(char *dest, const char *src, size_t len_bytes);
	char *(*set)(char *dest, int c, size_t len_bytes);
};

/* Every kernel of the library, each (isa, store, flush) at most once;
 * ascending isa, then store, then flush. */
extern const struct copy_kernel copy_kernels[];
extern const size_t copy_kernel_count;

/* What makes parts of lines durable in kernels isa/stream/none. policy_load
 * sets it before the first call: the newest flush there is, or none where
 * caches are in the persistence domain. Until then CLFLUSH, which all CPUs
 * have. */
extern enum flush copy_edge_flush;

/* Ticks from which on a look at the destination met memory: what kernels with
 * _adapt go by. 0 until copy_calibrate: they stream. */
extern uint64_t copy_miss_ticks;

/* Measures copy_miss_ticks on this CPU; about 10 us. Called by policy_load
 * where a row has such a kernel. */
void copy_calibrate(void);

extern const char *const isa_names[ISA_COUNT];
extern const char *const store_names[STORE_COUNT];

/* What stands in where a CPU or the table lacks an isa; for generic, itself. */
extern const enum isa isa_narrower[ISA_COUNT];

/* The isa with the same registers that streams whatever is in the cache. */
enum isa isa_streaming(enum isa isa);

/* The kernel of exactly these three, or NULL if the table has none. */
const struct copy_kernel *copy_kernel_find(
	enum isa isa, enum store store, enum flush flush);

#endif
