/*
 * env.h: the environment variables of the library, all in one table
 *
 * Each is read once at load, through secure_getenv (a setuid program ignores
 * them), except PMEM_IS_PMEM_FORCE, which is read at the first pmem_is_pmem as
 * its page demands. A value that does not parse is ignored with a message for
 * pmem_errormsg and the trace; it never becomes another value.
 */
#ifndef LIBPMEM_ENV_H
#define LIBPMEM_ENV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A switch that is 0, 1, or not set. */
enum env_switch { ENV_UNSET = -1, ENV_OFF = 0, ENV_ON = 1 };

struct env {
	enum env_switch no_clwb; /* PMEM_NO_CLWB */
	enum env_switch no_clflushopt; /* PMEM_NO_CLFLUSHOPT */
	enum env_switch no_flush; /* PMEM_NO_FLUSH: 0 = flush on eADR too */
	enum env_switch no_movnt; /* PMEM_NO_MOVNT */
	enum env_switch movnt_durable; /* PMEM_MOVNT_DURABLE */
	enum env_switch avx; /* PMEM_AVX: 0 disables */
	enum env_switch avx512f; /* PMEM_AVX512F: 0 disables */
	enum env_switch movdir64b; /* PMEM_MOVDIR64B: 0 disables */
	bool has_movnt_threshold;
	size_t movnt_threshold_bytes; /* PMEM_MOVNT_THRESHOLD, decimal */
	bool has_mmap_hint;
	uintptr_t mmap_hint; /* PMEM_MMAP_HINT, base 16 */
};

/* Initializer: what env_load makes of no variable at all. */
#define ENV_NOTHING_SET \
	{ \
		.no_clwb = ENV_UNSET, .no_clflushopt = ENV_UNSET, \
		.no_flush = ENV_UNSET, .no_movnt = ENV_UNSET, \
		.movnt_durable = ENV_UNSET, .avx = ENV_UNSET, \
		.avx512f = ENV_UNSET, .movdir64b = ENV_UNSET, \
	}

/* Reads all variables above into *env. Never fails. */
void env_load(struct env *env);

/* PMEM_IS_PMEM_FORCE, read now. */
enum env_switch env_is_pmem_force(void);

/* Of the debug library: PMEM_LOG_LEVEL, 0 if not set, and PMEM_LOG_FILE, or
 * NULL; read now. */
int env_log_level(void);
const char *env_log_file(void);

#endif
