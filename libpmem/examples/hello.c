/*
 * hello.c: change a mapped file and make the change durable
 *
 * usage: hello FILE
 *
 * Creates FILE if need be (4 KiB) and stores a text in it. On persistent memory
 * the change is flushed by CPU instructions, elsewhere by msync.
 */
#include <libpmem.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES 4096

int
main(int argc, char **argv)
{
	static const char text[] = "hello, persistent memory";
	size_t mapped_len;
	int is_pmem, failed = 0;
	char *addr;

	if (argc != 2) {
		fprintf(stderr, "usage: %s FILE\n", argv[0]);
		return EXIT_FAILURE;
	}
	addr = pmem_map_file(argv[1], FILE_BYTES, PMEM_FILE_CREATE, 0666,
		&mapped_len, &is_pmem);
	if (!addr) {
		fprintf(stderr, "%s: %s\n", argv[1], pmem_errormsg());
		return EXIT_FAILURE;
	}
	memcpy(addr, text, sizeof(text));
	if (is_pmem)
		pmem_persist(addr, sizeof(text));
	else if (pmem_msync(addr, sizeof(text)))
		failed = 1;
	if (failed)
		fprintf(stderr, "%s: %s\n", argv[1], pmem_errormsg());
	else
		printf("%s: stored %zu bytes, %s\n", argv[1], sizeof(text),
			is_pmem ? "on persistent memory" : "through msync");
	pmem_unmap(addr, mapped_len);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
