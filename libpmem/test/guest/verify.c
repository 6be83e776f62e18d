/*
 * verify.c: reads from outside what a killed guest had acknowledged
 *
 *   guest_verify FILE OFFSET ROUND COUNT
 *
 * The first COUNT records of ROUND must be in FILE, which holds them from
 * OFFSET on. Prints how many are, and exits 1 if one is not.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "record.h"

int
main(int argc, char **argv)
{
	unsigned char expected[RECORD_BYTES], found[RECORD_BYTES];
	size_t count, good = 0, first_lost = SIZE_MAX;
	off_t offset;
	int fd, round;

	CHECK(argc == 5, "usage: guest_verify FILE OFFSET ROUND COUNT");
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0, "%s", argv[1]);
	offset = (off_t)strtoull(argv[2], NULL, 0);
	round = atoi(argv[3]);
	count = strtoull(argv[4], NULL, 10);
	CHECK(count > 0 && count <= RECORD_COUNT, "%zu records", count);
	for (size_t n = 0; n < count; n++) {
		off_t at = offset + (off_t)record_offset(n);

		record_make(expected, (uint64_t)round, n);
		memset(found, 0, sizeof(found));
		if (pread(fd, found, sizeof(found), at) == sizeof(found) &&
			!memcmp(found, expected, sizeof(found)))
			good++;
		else if (first_lost == SIZE_MAX)
			first_lost = n;
	}
	close(fd);
	printf("%zu of %zu records", good, count);
	if (good < count)
		printf(", the first lost is %zu", first_lost);
	puts("");
	return good < count;
}
