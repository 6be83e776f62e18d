/*
 * pmem.c: the public functions that store, flush and drain
 *
 * Each asks the policy for a kernel and calls it; nothing here knows an
 * instruction. The other public functions: map.c, is_pmem.c, deep.c, error.c.
 */
#include "libpmem.h"

#include <assert.h>
#include <stdint.h>

#include "copy.h"
#include "flush.h"
#include "policy.h"
#include "trace.h"

/* Every range that a program can own: none starts at NULL, none wraps. */
#define RANGE_EXISTS(addr, len) \
	(!(len) || ((addr) && (len)-1 <= UINTPTR_MAX - (uintptr_t)(addr)))

void
pmem_drain(void)
{
	TRACE(4, "fence");
	flush_fence();
}

static inline void
flush(const void *addr, size_t len)
{
	const struct flush_kernel *kernel = policy_flush_for(addr);

	assert(RANGE_EXISTS(addr, len));
	TRACE(4, "addr %p len %zu: %s", addr, len, kernel->name);
	kernel->range(addr, len);
}

void
pmem_flush(const void *addr, size_t len)
{
	flush(addr, len);
}

void
pmem_persist(const void *addr, size_t len)
{
	flush(addr, len);
	flush_fence();
}

void
pmem_deep_flush(const void *addr, size_t len)
{
	const struct flush_kernel *kernel = policy_state.deep_flush;

	assert(RANGE_EXISTS(addr, len));
	TRACE(4, "addr %p len %zu: %s", addr, len, kernel->name);
	kernel->range(addr, len);
}

int
pmem_has_hw_drain(void)
{
	TRACE(3, "0");
	return 0;
}

#define STREAM_HINTS (PMEM_F_MEM_NONTEMPORAL | PMEM_F_MEM_WC)
#define CACHED_HINTS (PMEM_F_MEM_TEMPORAL | PMEM_F_MEM_WB)
#define UNDRAINED (PMEM_F_MEM_NODRAIN | PMEM_F_MEM_NOFLUSH)
#define CHOICES (PMEM_F_MEM_NOFLUSH | STREAM_HINTS | CACHED_HINTS)

static inline const struct copy_kernel *
kernel_for(const struct op_policy *op, size_t len, unsigned flags)
{
	if (__builtin_expect(!(flags & CHOICES), 1))
		return len < op->stream_min_bytes ? op->cached : op->stream;
	if (flags & PMEM_F_MEM_NOFLUSH)
		return op->noflush;
	return flags & STREAM_HINTS ? op->hinted : op->cached;
}

/* What no flag is meant by is ignored; the debug library says so. */
static inline void
flags_trace(unsigned flags)
{
	if (flags & ~PMEM_F_MEM_VALID_FLAGS)
		TRACE(1, "invalid flags 0x%x", flags);
}

static inline void *
move(const struct op_policy *op, void *dest, const void *src, size_t len,
	unsigned flags)
{
	const struct copy_kernel *kernel = kernel_for(op, len, flags);

	flags_trace(flags);
	if (!len)
		return dest;
	assert(RANGE_EXISTS(dest, len) && RANGE_EXISTS(src, len));
	TRACE(4, "dest %p len %zu flags %x: %s", dest, len, flags,
		kernel->name);
	if (flags & UNDRAINED)
		return kernel->move(dest, src, len);
	kernel->move(dest, src, len);
	flush_fence();
	return dest;
}

static inline void *
set(const struct op_policy *op, void *dest, int c, size_t len, unsigned flags)
{
	const struct copy_kernel *kernel = kernel_for(op, len, flags);

	flags_trace(flags);
	if (!len)
		return dest;
	assert(RANGE_EXISTS(dest, len));
	TRACE(4, "dest %p len %zu flags %x: %s", dest, len, flags,
		kernel->name);
	if (flags & UNDRAINED)
		return kernel->set(dest, c, len);
	kernel->set(dest, c, len);
	flush_fence();
	return dest;
}

/* Apart, so that the functions below jump to them: if they called, every copy
 * would pay for keeping its arguments. */
static __attribute__((noinline)) void *
move_searched(void *dest, const void *src, size_t len, unsigned flags)
{
	return move(&policy_search(dest)->move, dest, src, len, flags);
}

static __attribute__((noinline)) void *
set_searched(void *dest, int c, size_t len, unsigned flags)
{
	return set(&policy_search(dest)->set, dest, c, len, flags);
}

static inline void *
move_at(void *dest, const void *src, size_t len, unsigned flags)
{
	const struct policy *row;

	if (!policy_at_hand(dest, len, &row))
		return move_searched(dest, src, len, flags);
	return move(&row->move, dest, src, len, flags);
}

static inline void *
set_at(void *dest, int c, size_t len, unsigned flags)
{
	const struct policy *row;

	if (!policy_at_hand(dest, len, &row))
		return set_searched(dest, c, len, flags);
	return set(&row->set, dest, c, len, flags);
}

/* A copy is a move by another name. */
void *
pmem_memmove(void *pmemdest, const void *src, size_t len, unsigned flags)
{
	return move_at(pmemdest, src, len, flags);
}

void *pmem_memcpy(void *pmemdest, const void *src, size_t len, unsigned flags)
	__attribute__((alias("pmem_memmove")));

void *
pmem_memset(void *pmemdest, int c, size_t len, unsigned flags)
{
	return set_at(pmemdest, c, len, flags);
}

void *
pmem_memmove_persist(void *pmemdest, const void *src, size_t len)
{
	return move_at(pmemdest, src, len, 0);
}

void *pmem_memcpy_persist(void *pmemdest, const void *src, size_t len)
	__attribute__((alias("pmem_memmove_persist")));

void *
pmem_memset_persist(void *pmemdest, int c, size_t len)
{
	return set_at(pmemdest, c, len, 0);
}

void *
pmem_memmove_nodrain(void *pmemdest, const void *src, size_t len)
{
	return move_at(pmemdest, src, len, PMEM_F_MEM_NODRAIN);
}

void *pmem_memcpy_nodrain(void *pmemdest, const void *src, size_t len)
	__attribute__((alias("pmem_memmove_nodrain")));

void *
pmem_memset_nodrain(void *pmemdest, int c, size_t len)
{
	return set_at(pmemdest, c, len, PMEM_F_MEM_NODRAIN);
}
