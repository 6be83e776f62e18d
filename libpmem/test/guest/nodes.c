/*
 * nodes.c: copies to persistent memory of two nodes, for the trace to tell
 * which row each took
 *
 *   guest_nodes PATH...
 *
 * Prints each mapping's path and address. Every length is copied, set and
 * persisted once on each, in turn.
 */
#include "libpmem.h"

#include "check.h"

#define PATHS_MAX 8

int
main(int argc, char **argv)
{
	static const size_t lengths[] = {64, 1024, 8192};
	static const char source[8192];
	char *mapped[PATHS_MAX];

	CHECK(argc > 1 && argc <= PATHS_MAX, "usage: guest_nodes PATH...");
	for (int i = 1; i < argc; i++) {
		mapped[i] = pmem_map_file(argv[i], 0, 0, 0, NULL, NULL);
		CHECK(mapped[i], "%s", pmem_errormsg());
		printf("%s %p\n", argv[i], (void *)mapped[i]);
	}
	for (size_t l = 0; l < sizeof(lengths) / sizeof(*lengths); l++) {
		for (int i = 1; i < argc; i++) {
			pmem_memcpy_persist(mapped[i], source, lengths[l]);
			pmem_memset_persist(mapped[i], 0, lengths[l]);
			pmem_persist(mapped[i], lengths[l]);
		}
	}
	return 0;
}
