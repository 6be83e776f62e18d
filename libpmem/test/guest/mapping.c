/*
 * mapping.c: what the library knows of real DAX mappings
 *
 *   guest_mapping file DIR NODE      on a file system mounted with -o dax
 *   guest_mapping device PATH NODE   device DAX
 *   guest_mapping other DIR          on a file system without DAX
 *   guest_mapping deep PATH RESULT   what pmem_deep_persist gives on a device
 *   guest_mapping auto_flush RESULT  what pmem_has_auto_flush gives
 *
 * NODE is the NUMA node that the kernel names.
 */
#include "libpmem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "ranges.h"

#define HUGE_BYTES ((size_t)2 << 20)
/* Some huge pages and a rest that ends within a page. */
#define FILE_BYTES (16 * HUGE_BYTES + PAGE_BYTES + 1)

/* Whether the kernel shows a flag, two letters, of the mapping at addr. "sf":
 * page faults are synchronous (MAP_SYNC). */
static bool
mapping_has_flag(const void *addr, const char *flag)
{
	FILE *smaps = fopen("/proc/self/smaps", "re");
	bool here = false, has = false;
	char line[1024], text[8];
	uintptr_t start, end;

	CHECK(smaps, "smaps");
	snprintf(text, sizeof(text), " %s", flag);
	while (fgets(line, sizeof(line), smaps)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			here = start == (uintptr_t)addr;
		else if (here && !strncmp(line, "VmFlags:", 8))
			has = strstr(line, text);
	}
	fclose(smaps);
	return has;
}

/* What was stored through the mapping is what anyone reads. */
static void
content_check(const char *path, char *mapped, size_t len)
{
	static const char text[] = "stored through the mapping";
	char read_back[sizeof(text)];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *again;

	CHECK(fd >= 0, "%s", path);
	pmem_memcpy_persist(mapped + len - sizeof(text), text, sizeof(text));
	again = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);
	CHECK(again != MAP_FAILED, "%s", path);
	memcpy(read_back, again + len - sizeof(text), sizeof(text));
	CHECK(!memcmp(read_back, text, sizeof(text)), "%s", path);
	CHECK(!pmem_is_pmem(again, len), "a mapping of somebody else");
	munmap(again, len);
	close(fd);
}

static void
range_check(const char *mapped, size_t len, enum range_kind kind, int node)
{
	struct range range;
	bool contended;

	CHECK(ranges_find((uintptr_t)mapped, &range, &contended), "found");
	CHECK(range.start == (uintptr_t)mapped &&
			range.end - range.start == len,
		"%lx to %lx", range.start, range.end);
	CHECK(range.kind == kind, "kind %d", (int)range.kind);
	CHECK(range.mem_node == node, "node %d, not %d", range.mem_node, node);
	CHECK((uintptr_t)mapped % HUGE_BYTES == 0, "%p", mapped);
	CHECK(pmem_is_pmem(mapped, len) == 1, "the whole");
	CHECK(pmem_is_pmem(mapped + 5, 100) == 1, "a part");
	CHECK(pmem_is_pmem(mapped + 5, len) == 0, "beyond the end");
	CHECK(pmem_is_pmem(mapped, 0) == 0, "nothing");
}

static char *
map(const char *path, size_t len, int flags, size_t *mapped_len, int *is_pmem)
{
	char *mapped = pmem_map_file(
		path, len, flags, 0600, mapped_len, is_pmem);

	CHECK(mapped, "%s: %s", path, pmem_errormsg());
	return mapped;
}

static void
unmap(char *mapped, size_t len)
{
	CHECK(!pmem_unmap(mapped, len), "%s", pmem_errormsg());
	CHECK(!pmem_is_pmem(mapped, 1), "unmapped");
}

static void
file_check(const char *dir, int node)
{
	char path[4096], *mapped;
	size_t len;
	int is_pmem;

	snprintf(path, sizeof(path), "%s/mapped", dir);
	mapped = map(path, FILE_BYTES, PMEM_FILE_CREATE | PMEM_FILE_SPARSE,
		&len, &is_pmem);
	CHECK(len == FILE_BYTES && is_pmem == 1, "%zu, %d", len, is_pmem);
	CHECK(mapping_has_flag(mapped, "sf"), "MAP_SYNC");
	range_check(mapped, len, RANGE_MAP_SYNC, node);
	content_check(path, mapped, len);
	CHECK(!pmem_msync(mapped + 100, PAGE_BYTES), "%s", pmem_errormsg());
	CHECK(!pmem_deep_persist(mapped + 100, PAGE_BYTES), "%s",
		pmem_errormsg());
	unmap(mapped, len);
	CHECK(!unlink(path), "%s", path);

	mapped = map(dir, FILE_BYTES, PMEM_FILE_CREATE | PMEM_FILE_TMPFILE,
		NULL, &is_pmem);
	CHECK(is_pmem == 1, "temporary file");
	range_check(mapped, FILE_BYTES, RANGE_MAP_SYNC, node);
	unmap(mapped, FILE_BYTES);
}

/* A device is mapped as a whole or not at all, and cannot be created. */
static void
device_rules_check(const char *path, size_t size_bytes)
{
	static const int refused[] = {PMEM_FILE_EXCL,
		PMEM_FILE_CREATE | PMEM_FILE_EXCL, PMEM_FILE_TMPFILE,
		PMEM_FILE_CREATE | PMEM_FILE_TMPFILE};
	static const int accepted[] = {PMEM_FILE_CREATE, PMEM_FILE_SPARSE,
		PMEM_FILE_CREATE | PMEM_FILE_SPARSE};
	const size_t lengths[] = {
		1, HUGE_BYTES, size_bytes - 1, size_bytes + 1, SIZE_MAX};
	char *mapped;
	size_t len;

	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		errno = 0;
		CHECK(!pmem_map_file(
			      path, size_bytes, refused[i], 0600, NULL, NULL) &&
				errno == EINVAL,
			"flags %x: errno %d", (unsigned)refused[i], errno);
	}
	for (size_t i = 0; i < sizeof(accepted) / sizeof(*accepted); i++) {
		mapped = map(path, size_bytes, accepted[i], &len, NULL);
		unmap(mapped, len);
	}
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		errno = 0;
		CHECK(!pmem_map_file(path, lengths[i], 0, 0, NULL, NULL) &&
				errno == EINVAL,
			"%zu bytes: errno %d", lengths[i], errno);
	}
}

/* Parts smaller than the device's alignment stay mapped, and pmem. */
static void
device_unmap_check(char *mapped, size_t len)
{
	CHECK(pmem_unmap(mapped + PAGE_BYTES, PAGE_BYTES) == -1 &&
			errno == EINVAL,
		"errno %d", errno);
	CHECK(pmem_is_pmem(mapped, len) == 1, "after a refused unmap");
	CHECK(!pmem_unmap(mapped + HUGE_BYTES, HUGE_BYTES), "%s",
		pmem_errormsg());
	CHECK(!pmem_is_pmem(mapped, len) && pmem_is_pmem(mapped, HUGE_BYTES) &&
			pmem_is_pmem(mapped + 2 * HUGE_BYTES, HUGE_BYTES),
		"around a hole");
	unmap(mapped, len);
}

static void
device_check(const char *path, int node)
{
	size_t len;
	int is_pmem;
	char *mapped = map(path, 0, 0, &len, &is_pmem);

	CHECK(is_pmem == 1 && len && len % HUGE_BYTES == 0, "%zu", len);
	range_check(mapped, len, RANGE_DEVICE, node);
	content_check(path, mapped, len);
	CHECK(pmem_msync(mapped, PAGE_BYTES) == -1 && errno == EINVAL,
		"errno %d", errno);
	CHECK(!pmem_deep_persist(mapped + 1, PAGE_BYTES), "%s",
		pmem_errormsg());
	device_unmap_check(mapped, len);
	device_rules_check(path, len);
}

static void
other_check(const char *dir)
{
	char path[4096], *mapped;
	size_t len;
	int is_pmem;

	snprintf(path, sizeof(path), "%s/mapped", dir);
	mapped = map(path, FILE_BYTES, PMEM_FILE_CREATE, &len, &is_pmem);
	CHECK(is_pmem == 0 && errno, "%d, errno %d", is_pmem, errno);
	CHECK(!mapping_has_flag(mapped, "sf"), "MAP_SYNC");
	CHECK(!pmem_is_pmem(mapped, len), "not pmem");
	CHECK(!pmem_msync(mapped, len), "%s", pmem_errormsg());
	unmap(mapped, len);
	CHECK(!unlink(path), "%s", path);
}

static void
deep_check(const char *path, int result)
{
	size_t len;
	char *mapped = map(path, 0, 0, &len, NULL);

	CHECK(pmem_deep_persist(mapped, 1) == result, "%s", pmem_errormsg());
	unmap(mapped, len);
}

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "", *where = argv[2];
	int number = argc > 2 ? atoi(argv[argc - 1]) : 0;

	if (argc == 4 && !strcmp(what, "file"))
		file_check(where, number);
	else if (argc == 4 && !strcmp(what, "device"))
		device_check(where, number);
	else if (argc == 3 && !strcmp(what, "other"))
		other_check(where);
	else if (argc == 4 && !strcmp(what, "deep"))
		deep_check(where, number);
	else
		CHECK(argc == 3 && !strcmp(what, "auto_flush") &&
				pmem_has_auto_flush() == number,
			"%s %d", what, pmem_has_auto_flush());
	return 0;
}
