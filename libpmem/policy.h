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
#include "nodes.h"

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
 * only where caches persist, and like it a stream that may turn out cached
 * (_adapt). */
bool policy_eligible(
	enum isa isa, enum store store, enum flush flush, enum domain domain);

/* How one operation (move or set) is carried out. */
struct op_policy {
	const struct copy_kernel *cached; /* len < stream_min_bytes */
	const struct copy_kernel *stream; /* len >= stream_min_bytes */
	/* For PMEM_F_MEM_NONTEMPORAL and _WC: streams, whatever is cached. */
	const struct copy_kernel *hinted;
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
	/* The row for any node: used for lengths that are not contested, and
	 * where no row names the node. */
	struct policy uniform;
	/* Lengths of [min, min + span) depend on the node of CPU and
	 * destination; empty (0, 0) where rows agree. */
	size_t contested_min_bytes, contested_span_bytes;
	bool flush_contested; /* some row flushes with another instruction */
	const struct policy *rows; /* per-node rows, or NULL */
	size_t row_count;
	/* What pmem_deep_flush uses: flushes in every domain. */
	const struct flush_kernel *deep_flush;
	struct policy_inputs inputs;
};

/* Hidden: a call reads them without asking where they are. */
#pragma GCC visibility push(hidden)
extern struct policy_state policy_state;

/* By CPU, then by a byte of nodes_by_unit: the row. */
extern const struct policy *const *policy_rows_by_cpu[NODES_CPUS];
#pragma GCC visibility pop

struct env;
struct row_wish;

/* What a row's wishes become on a CPU with these features, under an
 * environment: step 3. */
void policy_resolve(struct policy *row, const struct row_wish *wish,
	const struct env *env, uint32_t features);

/* Reads CPU, environment and sysfs and resolves the rows. Called once by the
 * constructor; cannot fail (what cannot be read counts as absent). */
void policy_load(void);

/* Makes the tables that the lookup reads, of the rows of the state. Part of
 * policy_load where rows name nodes. */
void policy_index(void);

/* The row for a destination, of a length that is contested. Never NULL.
 * Async-signal-safe, lock-free. */
const struct policy *policy_search(const void *dest);

/* The same in six loads, put in *row; false where policy_search must be asked:
 * where the kernel tells no thread its CPU, or there is no table. If the thread
 * moves to another CPU meanwhile, the row is that of the CPU before. */
static inline bool
policy_row_at_hand(const void *dest, const struct policy **row)
{
	uintptr_t unit = (uintptr_t)dest / NODES_UNIT_BYTES;
	uint64_t cpu;

	if (__builtin_expect(unit >= nodes_units_at_hand, 0))
		return false;
	cpu = nodes_cpu();
	if (__builtin_expect(cpu >= NODES_CPUS, 0))
		return false;
	*row = policy_rows_by_cpu[cpu][atomic_load_explicit(
		&nodes_by_unit[unit], memory_order_relaxed)];
	return true;
}

/* The same of any length: one compare where it is not contested. */
static inline bool
policy_at_hand(const void *dest, size_t len_bytes, const struct policy **row)
{
	const struct policy_state *s = &policy_state;

	*row = &s->uniform;
	return len_bytes - s->contested_min_bytes >= s->contested_span_bytes ||
	       policy_row_at_hand(dest, row);
}

/* What pmem_flush uses on an address. */
static inline const struct flush_kernel *
policy_flush_for(const void *addr)
{
	const struct policy *row = &policy_state.uniform;

	if (policy_state.flush_contested && !policy_row_at_hand(addr, &row))
		row = policy_search(addr);
	return row->flush;
}

/* Writes a description of the state (inputs, then one row a line) as text into
 * buf, NUL-terminated; returns the length it needs without the NUL, like
 * snprintf. Reached from outside through the ELF note ".note.pmem" (name
 * "pmem", type 1, descriptor: an 8-byte offset from itself to this function),
 * so that tools can ask any build which policy it carries without a symbol
 * being exported. */
size_t policy_describe(char *buf, size_t size_bytes);

#endif
