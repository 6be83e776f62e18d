/*
 * write.c: writes records until it is killed, and acknowledges each
 *
 *   guest_write FILE DEVICE ROUND [careless]
 *
 * Each record is written to a new file on a DAX file system and to a device,
 * made durable in one of the library's ways in turn, and only then acknowledged
 * on standard output. Careless, it writes without the library, through a
 * mapping whose blocks the file system may forget: the check must find that
 * out.
 */
#include "libpmem.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "record.h"

static void
stores_persist(char *to, const unsigned char *record)
{
	memcpy(to, record, RECORD_BYTES);
	pmem_persist(to, RECORD_BYTES);
}

static void
copy_persist(char *to, const unsigned char *record)
{
	pmem_memcpy_persist(to, record, RECORD_BYTES);
}

static void
copy_drain(char *to, const unsigned char *record)
{
	pmem_memmove_nodrain(to, record, RECORD_BYTES / 2);
	pmem_memcpy(to + RECORD_BYTES / 2, record + RECORD_BYTES / 2,
		RECORD_BYTES - RECORD_BYTES / 2,
		PMEM_F_MEM_NODRAIN | PMEM_F_MEM_NONTEMPORAL);
	pmem_drain();
}

static void
stores_deep(char *to, const unsigned char *record)
{
	memcpy(to, record, RECORD_BYTES);
	CHECK(!pmem_deep_persist(to, RECORD_BYTES), "%s", pmem_errormsg());
}

static void
stores_msync(char *to, const unsigned char *record)
{
	memcpy(to, record, RECORD_BYTES);
	CHECK(!pmem_msync(to, RECORD_BYTES), "%s", pmem_errormsg());
}

/* A device cannot be synced: the last is for the file alone. */
static void (*const ways[])(char *to, const unsigned char *record) = {
	stores_persist, copy_persist, copy_drain, stores_deep, stores_msync};
#define WAY_COUNT (sizeof(ways) / sizeof(*ways))

static char *
file_map_careless(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	char *mapped;

	CHECK(fd >= 0 && !ftruncate(fd, (off_t)RECORD_FILE_BYTES), "%s", path);
	/* The name is durable, so that the check has something to read. */
	CHECK(!fsync(fd), "%s", path);
	mapped = mmap(NULL, RECORD_FILE_BYTES, PROT_READ | PROT_WRITE,
		MAP_SHARED, fd, 0);
	CHECK(mapped != MAP_FAILED, "%s", path);
	return mapped;
}

static char *
file_map(const char *path)
{
	int is_pmem;
	char *mapped = pmem_map_file(path, RECORD_FILE_BYTES,
		PMEM_FILE_CREATE | PMEM_FILE_SPARSE, 0600, NULL, &is_pmem);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	CHECK(mapped && is_pmem, "%s: %s", path, pmem_errormsg());
	CHECK(fd >= 0 && !fsync(fd), "%s", path);
	close(fd);
	return mapped;
}

int
main(int argc, char **argv)
{
	unsigned char record[RECORD_BYTES];
	char *file, *device;
	bool careless;
	int round;

	CHECK(argc >= 4, "usage: guest_write FILE DEVICE ROUND [careless]");
	careless = argc > 4;
	round = atoi(argv[3]);
	file = careless ? file_map_careless(argv[1]) : file_map(argv[1]);
	device = pmem_map_file(argv[2], 0, 0, 0, NULL, NULL);
	CHECK(device, "%s", pmem_errormsg());
	for (size_t n = 0; n < RECORD_COUNT; n++) {
		record_make(record, (uint64_t)round, n);
		if (careless)
			memcpy(file + record_offset(n), record, RECORD_BYTES);
		else
			ways[n % WAY_COUNT](file + record_offset(n), record);
		ways[n % (WAY_COUNT - 1)](device + record_offset(n), record);
		printf("ack %zu\n", n);
		fflush(stdout);
	}
	puts("all written");
	return 0;
}
