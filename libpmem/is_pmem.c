/*
 * is_pmem.c: pmem_is_pmem
 *
 * Only what pmem_map_file mapped is known: the kernel tells a mapper that a
 * mapping is synchronous, and nobody else. What was unmapped since then behind
 * the library's back is found out.
 */
#include "libpmem.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>

#include "env.h"
#include "ranges.h"
#include "trace.h"

/* PMEM_IS_PMEM_FORCE is read at the first call and counts from then on. */
static enum env_switch
force(void)
{
	enum { NOT_READ = 2 };
	static _Atomic int kept = NOT_READ;
	int value = atomic_load(&kept);

	if (value == NOT_READ) {
		int read = env_is_pmem_force();

		/* Of threads that come first together, one decides; a
		 * failed exchange fills value with its choice. */
		if (atomic_compare_exchange_strong(&kept, &value, read))
			value = read;
	}
	return (enum env_switch)value;
}

/* Whether the whole range was mapped as persistent memory. */
static bool
covered(uintptr_t start, uintptr_t end)
{
	struct range range;

	while (start < end) {
		if (!ranges_find_wait(start, &range) || range.start > start ||
			range.kind == RANGE_OTHER)
			return false;
		start = range.end;
	}
	return true;
}

/* Whether all its pages are mapped. Linux starts no writing for MS_ASYNC: it
 * only looks for holes. Nearly all the time of a call, but no answer kept from
 * an earlier one could be trusted; mincore, which also knows, takes longer. */
static bool
mapped(uintptr_t start, uintptr_t end)
{
	int saved_errno = errno;
	uintptr_t page = start & ~(uintptr_t)(PAGE_BYTES - 1);
	bool whole = !msync((void *)page, end - page, MS_ASYNC);

	errno = saved_errno;
	return whole;
}

int
pmem_is_pmem(const void *addr, size_t len)
{
	uintptr_t start = (uintptr_t)addr, end;
	enum env_switch forced = force();
	int result = 0;

	if (forced != ENV_UNSET)
		result = forced == ENV_ON && len;
	else if (len && !__builtin_add_overflow(start, len, &end))
		result = covered(start, end) && mapped(start, end);
	TRACE(3, "addr %p len %zu: %d", addr, len, result);
	return result;
}
