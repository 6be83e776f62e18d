/*
 * domain.h: what the platform calls persistent
 */
#ifndef LIBPMEM_DOMAIN_H
#define LIBPMEM_DOMAIN_H

#include "cpu.h"
#include "env.h"
#include "policy.h"

/* What probes that the tuned header records saw of streaming stores: see
 * rows_find_movnt. */
enum movnt_verdict { MOVNT_UNKNOWN, MOVNT_NOT_PROMISED, MOVNT_RETAINED };

/* 1 if every nd region says that CPU caches are persistent, 0 if one does not
 * or there is none, -errno if one cannot be read (EIO: it is malformed). */
int domain_auto_flush(void);

/* The domain to serve, and in *reason a static text that says why. The order:
 * PMEM_NO_FLUSH, sysfs, PMEM_MOVNT_DURABLE, the probe's verdict, the guarantee
 * of the CPU's vendor. */
enum domain domain_choose(const struct env *env, const struct cpu *cpu,
	enum movnt_verdict verdict, const char **reason);

#endif
