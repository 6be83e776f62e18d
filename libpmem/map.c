/*
 * map.c: pmem_map_file and pmem_unmap
 */
#include "libpmem.h"

#include <errno.h>
#include <sys/mman.h>

#include "device.h"
#include "error.h"
#include "file.h"
#include "place.h"
#include "ranges.h"
#include "trace.h"

/* What is known of a mapping of file. Memory of an ordinary file is page cache:
 * on whichever node its pages will come to be, so its node is not known. */
static struct range
range_describe(const struct file *file, const void *addr, bool synced)
{
	struct range range = {
		.start = (uintptr_t)addr,
		.end = (uintptr_t)addr + file->len_bytes,
		.kind = RANGE_OTHER,
		.mem_node = -1,
		.region = -1,
	};

	if (file->device) {
		range.kind = RANGE_DEVICE;
		range.mem_node = device_node(file->dev);
		range.region = device_region(file->dev);
	} else if (synced) {
		range.kind = RANGE_MAP_SYNC;
		range.mem_node = device_block_node(file->dev);
	}
	return range;
}

/* Maps an open file and remembers it; 0 or -errno with a text. */
static int
file_map(struct file *file, struct range *range)
{
	bool synced;
	void *addr;
	int err;

	if (!file->len_bytes)
		return error_set_errno(EINVAL, "mmap 0 bytes");
	err = place_map(file->fd, file->len_bytes, &addr, &synced);
	if (err)
		return err;
	*range = range_describe(file, addr, synced);
	err = ranges_add(range);
	if (err) {
		error_set_errno(-err, "mmap %zu bytes", file->len_bytes);
		munmap(addr, file->len_bytes);
	}
	return err;
}

void *
pmem_map_file(const char *path, size_t len, int flags, mode_t mode,
	size_t *mapped_lenp, int *is_pmemp)
{
	int saved_errno = errno;
	struct range range = {0};
	struct file file;
	void *addr;
	bool pmem;
	int err;

	TRACE(2, "path %s len %zu flags %x mode %o", path ? path : "(null)",
		len, (unsigned)flags, (unsigned)mode);
	err = file_open(&file, path, len, flags, mode);
	if (err)
		goto fail;
	err = file_map(&file, &range);
	if (err)
		goto undo_file;
	addr = (void *)range.start;
	err = file_keep(&file);
	if (err)
		goto undo_map;
	pmem = range.kind != RANGE_OTHER;
	if (is_pmemp)
		*is_pmemp = pmem = pmem_is_pmem(addr, file.len_bytes);
	if (mapped_lenp)
		*mapped_lenp = file.len_bytes;
	TRACE(2, "mapped at %p kind %d node %d", addr, (int)range.kind,
		range.mem_node);
	/* Programs (fio) take the errno of a mapping that is not pmem for the
	 * reason why it is not. */
	errno = pmem ? saved_errno : EOPNOTSUPP;
	return addr;
undo_map:
	ranges_unmap(addr, file.len_bytes);
undo_file:
	file_undo(&file);
fail:
	errno = -err;
	return NULL;
}

int
pmem_unmap(void *addr, size_t len)
{
	int err = ranges_unmap(addr, len);

	TRACE(2, "addr %p len %zu: %d", addr, len, err);
	if (err) {
		error_set_errno(-err, "munmap");
		return -1;
	}
	return 0;
}
