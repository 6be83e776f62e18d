/*
 * blk.c: a program on libpmemblk: atomic block writes
 *
 * usage: blk POOL create | verify
 */
#include <libpmemblk.h>

#include <stdio.h>
#include <string.h>

#define BLOCK_BYTES 512
#define BLOCKS 500

static int
create(PMEMblkpool *pool)
{
	char block[BLOCK_BYTES];

	for (int i = 0; i < BLOCKS; i++) {
		memset(block, i, sizeof(block));
		if (pmemblk_write(pool, block, i))
			return -1;
	}
	return pmemblk_set_zero(pool, 7);
}

static int
verify(PMEMblkpool *pool)
{
	char block[BLOCK_BYTES], expected[BLOCK_BYTES];

	for (int i = 0; i < BLOCKS; i++) {
		memset(expected, i == 7 ? 0 : i, sizeof(expected));
		if (pmemblk_read(pool, block, i) ||
			memcmp(block, expected, sizeof(block)) != 0)
			return -1;
	}
	printf("%d blocks\n", BLOCKS);
	return 0;
}

int
main(int argc, char **argv)
{
	PMEMblkpool *pool;
	int creating, result;

	if (argc != 3)
		return 2;
	creating = !strcmp(argv[2], "create");
	pool = creating ? pmemblk_create(argv[1], BLOCK_BYTES, PMEMBLK_MIN_POOL,
				  0600) :
			  pmemblk_open(argv[1], BLOCK_BYTES);
	if (!pool) {
		fprintf(stderr, "%s: %s\n", argv[1], pmemblk_errormsg());
		return 1;
	}
	result = creating ? create(pool) : verify(pool);
	pmemblk_close(pool);
	return result ? 1 : 0;
}
