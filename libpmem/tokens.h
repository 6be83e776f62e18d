/*
 * tokens.h: the names that rows are written in, as C tokens
 *
 * Row lists (copy_rows.h, tuned_default.h, generated headers) spell kernels
 * the way people and data files do, lower-case. One alias a name turns such a
 * token into its enumerator: TOKEN_STORE(stream) is STORE_STREAM.
 */
#ifndef LIBPMEM_TOKENS_H
#define LIBPMEM_TOKENS_H

#include "copy.h"
#include "policy.h"

#define TOKEN_ISA(name) TOKEN_ISA_##name
#define TOKEN_ISA_generic ISA_GENERIC
#define TOKEN_ISA_sse2 ISA_SSE2
#define TOKEN_ISA_avx ISA_AVX
#define TOKEN_ISA_avx512f ISA_AVX512F
#define TOKEN_ISA_movdir64b ISA_MOVDIR64B
#define TOKEN_ISA_avx_movnti ISA_AVX_MOVNTI
#define TOKEN_ISA_avx512f_movnti ISA_AVX512F_MOVNTI
#define TOKEN_ISA_avx_adapt ISA_AVX_ADAPT
#define TOKEN_ISA_avx512f_adapt ISA_AVX512F_ADAPT

#define TOKEN_STORE(name) TOKEN_STORE_##name
#define TOKEN_STORE_cached STORE_CACHED
#define TOKEN_STORE_stream STORE_STREAM

#define TOKEN_FLUSH(name) TOKEN_FLUSH_##name
#define TOKEN_FLUSH_clwb FLUSH_CLWB
#define TOKEN_FLUSH_clflushopt FLUSH_CLFLUSHOPT
#define TOKEN_FLUSH_clflush FLUSH_CLFLUSH
#define TOKEN_FLUSH_none FLUSH_NONE

#define TOKEN_DOMAIN(name) TOKEN_DOMAIN_##name
#define TOKEN_DOMAIN_adr DOMAIN_ADR
#define TOKEN_DOMAIN_adr_nt DOMAIN_ADR_NT
#define TOKEN_DOMAIN_eadr DOMAIN_EADR

#endif
