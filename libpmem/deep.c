/*
 * deep.c: durability beyond the persistence domain, and by the kernel
 */
#include "libpmem.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>

#include "device.h"
#include "domain.h"
#include "error.h"
#include "flush.h"
#include "ranges.h"
#include "trace.h"

int
pmem_has_auto_flush(void)
{
	int result = domain_auto_flush();

	TRACE(3, "%d", result);
	if (result < 0) {
		error_set_errno(-result, "persistence_domain");
		return -1;
	}
	return result;
}

/* msync of the pages that [addr, addr + len) touches; 0 or -errno. */
static int
sync_pages(uintptr_t addr, size_t len)
{
	size_t before = addr % PAGE_BYTES;
	uintptr_t end;

	/* The kernel rounds up too, and would take a length that wraps for
	 * nothing to do. */
	if (__builtin_add_overflow(addr, len, &end) || end > -PAGE_BYTES)
		return -ENOMEM;
	if (msync((void *)(addr - before), len + before, MS_SYNC))
		return -errno;
	return 0;
}

int
pmem_msync(const void *addr, size_t len)
{
	int err = sync_pages((uintptr_t)addr, len);

	TRACE(2, "addr %p len %zu: %d", addr, len, err);
	if (err) {
		error_set_errno(-err, "msync");
		return -1;
	}
	return 0;
}

/* Stores to a device have left the caches: have the controller empty its
 * queues. Its pages cannot be synced. */
static int
device_drain(int region)
{
	int err = region < 0 ? -ENOTSUP : device_deep_flush(region);

	if (err)
		error_set_errno(-err, "deep_flush of region %d", region);
	return err;
}

/* Drains from addr to end, or to where the kind of memory changes; 0 or -errno
 * and in *next the end of what was drained. */
static int
part_drain(uintptr_t addr, uintptr_t end, uintptr_t *next)
{
	struct range range;
	bool found = ranges_find_wait(addr, &range);
	int err;

	*next = end;
	if (found && range.start > addr) {
		found = false;
		if (range.start < end)
			*next = range.start;
	} else if (found && range.end < end) {
		*next = range.end;
	}
	if (found && range.kind == RANGE_DEVICE)
		return device_drain(range.region);
	err = sync_pages(addr, *next - addr);
	if (err)
		error_set_errno(-err, "msync");
	return err;
}

int
pmem_deep_drain(const void *addr, size_t len)
{
	uintptr_t next = (uintptr_t)addr, end;
	int err = 0;

	TRACE(2, "addr %p len %zu", addr, len);
	flush_fence();
	if (__builtin_add_overflow(next, len, &end)) {
		error_set_errno(ENOMEM, "msync");
		return -1;
	}
	while (next < end && !err)
		err = part_drain(next, end, &next);
	return err ? -1 : 0;
}

int
pmem_deep_persist(const void *addr, size_t len)
{
	pmem_deep_flush(addr, len);
	return pmem_deep_drain(addr, len);
}
