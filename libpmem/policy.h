/*
 * policy.h: which kernel does what, decided once at load
 *
 * Rows come from a header: the generated pmem_tuned.h of a tuned build, or
 * tuned_default.h. Both have the same shape (tuned_default.h describes it). A
 * row is a wish; at load it is resolved against this machine:
 *
 *   1. CPU: rows of the tuned header whose CPU signature is this one, else
 * those of the nearest model of its family, else the default rows.
 *   2. Domain: what a store must reach to survive a power loss, from sysfs and
 *      the environment (policy_inputs).
 *   3. Kernels: a wish for an instruction that is absent or disabled falls
 *      back to the next narrower isa and the next older flush. The fallback
 *      never leaves what is eligible in the domain.
 *
 * Until policy_load has run (a constructor of another object may call first)
 * a static policy stands that is durable on every x86-64 CPU.
 */
#ifndef LIBPMEM_POLICY_H
#define LIBPMEM_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "copy.h"
#include "cpu.h"
#include "env.h"
#include "flush.h"

/* Where data must be to survive a power loss. */
enum domain {
	DOMAIN_ADR, /* memory controller; streaming stores may stay in cache */
	DOMAIN_ADR_NT, /* memory controller; streaming stores leave the cache */
	DOMAIN_EADR, /* caches are inside */
};
#define DOMAIN_COUNT 3
extern const char *const domain_names[DOMAIN_COUNT]; /* adr adr_nt eadr */

#define POLICY_ANY_NODE (-1)
#define POLICY_NEVER SIZE_MAX /* no length is streamed */

/* Whether a kernel's sequence followed by a fence is durable in a domain: the
 * rule that may never be traded for speed. stream without flush only where
 * streaming stores leave the cache or caches persist; cached without flush
 * only where caches persist. */
bool policy_eligible(enum store store, enum flush flush, enum domain domain);

/* How one operation (move or set) is carried out. */
struct op_policy {
	const struct copy_kernel *cached; /* len < stream_min_bytes */
	const struct copy_kernel *stream; /* len >= stream_min_bytes */
	const struct copy_kernel *noflush; /* PMEM_F_MEM_NOFLUSH */
	size_t stream_min_bytes; /* or POLICY_NEVER */
};

struct policy {
	int cpu_node; /* kernel node number, or POLICY_ANY_NODE */
	int mem_node;
	enum domain domain;
	const struct flush_kernel *flush;
	struct op_policy move, set;
};

/* What the choice was made from; filled by policy_load, read by list and the
 * trace. */
struct policy_inputs {
	struct env env;
	struct cpu cpu; /* features after the environment's masks */
	enum domain domain;
	const char *domain_reason; /* static text: which source decided */
	const char *rows_id; /* PMEM_TUNED_ID of the header chosen */
	const char *rows_key; /* which CPU's rows of that header */
	bool tuned; /* false: default rows */
	const char *rows_reason; /* static text: why these rows */
};

/* Everything that calls need, resolved. */
struct policy_state {
	/* The row for any node: used below contested_min_bytes, from
	 * contested_max_bytes on, and where no row names the node. */
	struct policy uniform;
	/* Lengths in [contested_min_bytes, contested_max_bytes) depend on the
	 * node of CPU and destination; empty (0, 0) where rows agree. */
	size_t contested_min_bytes, contested_max_bytes;
	bool flush_contested; /* some row flushes with another instruction */
	const struct policy *rows; /* per-node rows, or NULL */
	size_t row_count;
	/* What pmem_deep_flush uses: flushes in every domain. */
	const struct flush_kernel *deep_flush;
	struct policy_inputs inputs;
};

extern struct policy_state policy_state;

struct env;
struct row_wish;

/* What a row's wishes become on a CPU with these features, under an
 * environment: step 3. */
void policy_resolve(struct policy *row, const struct row_wish *wish,
	const struct env *env, uint32_t features);

/* Reads CPU, environment and sysfs and resolves the rows. Called once by the
 * constructor; cannot fail (what cannot be read counts as absent). */
void policy_load(void);

/* The row for a destination; the fast path stays inline: one compare where
 * rows agree. Never NULL. Async-signal-safe, lock-free. */
const struct policy *policy_lookup(const void *dest);

static inline const struct policy *
policy_for(const void *dest, size_t len_bytes)
{
	const struct policy_state *s = &policy_state;

	if (len_bytes - s->contested_min_bytes <
		s->contested_max_bytes - s->contested_min_bytes)
		return policy_lookup(dest);
	return &s->uniform;
}

/* What pmem_flush uses on an address. */
static inline const struct flush_kernel *
policy_flush_for(const void *addr)
{
	if (policy_state.flush_contested)
		return policy_lookup(addr)->flush;
	return policy_state.uniform.flush;
}

/* Writes a description of the state (inputs, then one row a line) as text into
 * buf, NUL-terminated; returns the length it needs without the NUL, like
 * snprintf. Reached from outside through the ELF note ".note.pmem" (name
 * "pmem", type 1, descriptor: an 8-byte offset from itself to this function),
 * so that tools can ask any build which policy it carries without a symbol
 * being exported. */
size_t policy_describe(char *buf, size_t size_bytes);

#endif
