/*
 * copy.c: copy a file into persistent memory
 *
 * usage: copy FROM TO
 *
 * Blocks are copied without draining; one drain at the end covers them all.
 */
#include <libpmem.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_BYTES ((size_t)64 << 10)

/* Copies up to len bytes of fd to dest. 0, or -1 with errno. */
static int
copy_blocks(int fd, char *dest, size_t len, int is_pmem)
{
	static char block[BLOCK_BYTES];
	size_t done = 0;

	while (done < len) {
		ssize_t n = read(fd, block, sizeof(block));

		if (n < 0)
			return -1;
		if (n == 0 || (size_t)n > len - done) {
			errno = EBUSY; /* the file changes as we read it */
			return -1;
		}
		if (is_pmem)
			pmem_memcpy_nodrain(dest + done, block, (size_t)n);
		else
			memcpy(dest + done, block, (size_t)n);
		done += (size_t)n;
	}
	if (!is_pmem)
		return pmem_msync(dest, len);
	pmem_drain();
	return 0;
}

int
main(int argc, char **argv)
{
	struct stat st;
	size_t mapped_len;
	int is_pmem, failed;
	char *dest;
	int fd;

	if (argc != 3) {
		fprintf(stderr, "usage: %s FROM TO\n", argv[0]);
		return EXIT_FAILURE;
	}
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st)) {
		perror(argv[1]);
		return EXIT_FAILURE;
	}
	dest = pmem_map_file(argv[2], (size_t)st.st_size,
		PMEM_FILE_CREATE | PMEM_FILE_EXCL, 0666, &mapped_len, &is_pmem);
	if (!dest) {
		fprintf(stderr, "%s: %s\n", argv[2], pmem_errormsg());
		return EXIT_FAILURE;
	}
	failed = copy_blocks(fd, dest, mapped_len, is_pmem);
	if (failed) {
		perror(argv[0]);
		unlink(argv[2]);
	}
	pmem_unmap(dest, mapped_len);
	close(fd);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
