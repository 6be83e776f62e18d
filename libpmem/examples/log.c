/*
 * log.c: an append-only log that a crash cannot corrupt
 *
 * usage: log FILE append TEXT
 *        log FILE print
 *
 * The file begins with the number of bytes in use: an aligned 8-byte word,
 * which the library writes whole. A record is made durable first, and only then
 * the word: a crash in between leaves the old log.
 */
#include <libpmem.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_BYTES ((size_t)1 << 20)

struct log {
	uint64_t used_bytes; /* of data; changes last */
	char data[LOG_BYTES - sizeof(uint64_t)];
};

/* Copies and makes durable, on either kind of memory. 0, or -1 with errno. */
static int
store(void *dest, const void *src, size_t len, int is_pmem)
{
	if (is_pmem) {
		pmem_memcpy_persist(dest, src, len);
		return 0;
	}
	memcpy(dest, src, len);
	return pmem_msync(dest, len);
}

static int
append(struct log *log, const char *text, int is_pmem)
{
	uint64_t used = log->used_bytes;
	uint64_t len = strlen(text);

	if (used > sizeof(log->data) || len + 1 > sizeof(log->data) - used) {
		fprintf(stderr, "log: full\n");
		return -1;
	}
	if (store(log->data + used, text, len, is_pmem) ||
		store(log->data + used + len, "\n", 1, is_pmem))
		return -1;
	used += len + 1;
	return store(&log->used_bytes, &used, sizeof(used), is_pmem);
}

int
main(int argc, char **argv)
{
	struct log *log;
	size_t mapped_len;
	int is_pmem, failed = 0;

	if (!(argc == 4 && !strcmp(argv[2], "append")) &&
		!(argc == 3 && !strcmp(argv[2], "print"))) {
		fprintf(stderr, "usage: %s FILE append TEXT | print\n",
			argv[0]);
		return EXIT_FAILURE;
	}
	/* What is there stays as long as it is: it may be no log. */
	log = pmem_map_file(argv[1], 0, 0, 0, &mapped_len, &is_pmem);
	if (!log && errno == ENOENT && argc == 4)
		log = pmem_map_file(argv[1], sizeof(*log),
			PMEM_FILE_CREATE | PMEM_FILE_EXCL, 0666, &mapped_len,
			&is_pmem);
	if (!log) {
		fprintf(stderr, "%s: %s\n", argv[1], pmem_errormsg());
		return EXIT_FAILURE;
	}
	if (mapped_len != sizeof(*log) || log->used_bytes > sizeof(log->data)) {
		fprintf(stderr, "%s: not a log\n", argv[1]);
		failed = 1;
	} else if (argc == 4) {
		failed = append(log, argv[3], is_pmem) != 0;
	} else {
		fwrite(log->data, 1, log->used_bytes, stdout);
	}
	pmem_unmap(log, mapped_len);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
