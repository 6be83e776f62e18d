/*
 * log.c: a program on libpmemlog: appends
 *
 * usage: log POOL create | verify
 */
#include <libpmemlog.h>

#include <stdio.h>
#include <string.h>

#define RECORDS 2000
#define RECORD_BYTES 37

static void
record(char *text, int i)
{
	memset(text, ' ', RECORD_BYTES);
	text[snprintf(text, RECORD_BYTES, "record %d", i)] = '.';
}

static int
create(PMEMlogpool *pool)
{
	char text[RECORD_BYTES];

	for (int i = 0; i < RECORDS; i++) {
		record(text, i);
		if (pmemlog_append(pool, text, sizeof(text)))
			return -1;
	}
	return 0;
}

/* Called for each record: returns 0, which stops the walk, at a wrong one. */
static int
check(const void *buf, size_t len, void *arg)
{
	int *seen = arg;
	char text[RECORD_BYTES];

	record(text, *seen);
	if (len != sizeof(text) || memcmp(buf, text, len) != 0)
		return 0;
	++*seen;
	return 1;
}

static int
verify(PMEMlogpool *pool)
{
	int seen = 0;

	pmemlog_walk(pool, RECORD_BYTES, check, &seen);
	printf("%d records, tail at %lld\n", seen,
		(long long)pmemlog_tell(pool));
	return seen == RECORDS ? 0 : -1;
}

int
main(int argc, char **argv)
{
	PMEMlogpool *pool;
	int creating, result;

	if (argc != 3)
		return 2;
	creating = !strcmp(argv[2], "create");
	pool = creating ? pmemlog_create(argv[1], PMEMLOG_MIN_POOL, 0600) :
			  pmemlog_open(argv[1]);
	if (!pool) {
		fprintf(stderr, "%s: %s\n", argv[1], pmemlog_errormsg());
		return 1;
	}
	result = creating ? create(pool) : verify(pool);
	pmemlog_close(pool);
	return result ? 1 : 0;
}
