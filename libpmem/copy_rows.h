/*
 * copy_rows.h: every copy kernel there is, once
 *
 * COPY_ROWS_<isa>(V) calls V(isa, store, flush) for each kernel of an isa. The
 * template emits functions from it and copy_x86.c the table: no kernel without
 * a row, no row without a kernel. MOVDIR64B has no cached form, nor have isas
 * that differ in how they stream; parts of a line that are streamed and then
 * flushed would have no use.
 */
#ifndef LIBPMEM_COPY_ROWS_H
#define LIBPMEM_COPY_ROWS_H

#define COPY_ROWS_FLUSHES(V, isa, store) \
	V(isa, store, clwb) \
	V(isa, store, clflushopt) \
	V(isa, store, clflush) \
	V(isa, store, none)

#define COPY_ROWS_STORES(V, isa) \
	COPY_ROWS_FLUSHES(V, isa, cached) \
	COPY_ROWS_FLUSHES(V, isa, stream)

#define COPY_ROWS_generic(V) COPY_ROWS_STORES(V, generic)
#define COPY_ROWS_sse2(V) COPY_ROWS_STORES(V, sse2)
#define COPY_ROWS_avx(V) COPY_ROWS_STORES(V, avx)
#define COPY_ROWS_avx512f(V) COPY_ROWS_STORES(V, avx512f)
#define COPY_ROWS_movdir64b(V) COPY_ROWS_FLUSHES(V, movdir64b, stream)
#define COPY_ROWS_avx_movnti(V) V(avx_movnti, stream, none)
#define COPY_ROWS_avx512f_movnti(V) V(avx512f_movnti, stream, none)
#define COPY_ROWS_avx_adapt(V) COPY_ROWS_FLUSHES(V, avx_adapt, stream)
#define COPY_ROWS_avx512f_adapt(V) COPY_ROWS_FLUSHES(V, avx512f_adapt, stream)

/* clang-format off */
#define COPY_ROWS(V) \
	COPY_ROWS_generic(V) \
	COPY_ROWS_sse2(V) \
	COPY_ROWS_avx(V) \
	COPY_ROWS_avx512f(V) \
	COPY_ROWS_movdir64b(V) \
	COPY_ROWS_avx_movnti(V) \
	COPY_ROWS_avx512f_movnti(V) \
	COPY_ROWS_avx_adapt(V) \
	COPY_ROWS_avx512f_adapt(V)
/* clang-format on */

#endif
