/*
 * obj.c: a program on libpmemobj: transactions, persists and copies in a pool
 *
 * usage: obj POOL create | verify
 *
 * create writes COUNT numbers in transactions, one of which it aborts; verify
 * checks them in another process. Prints the sum, for comparison between runs.
 */
#include <libpmemobj.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define LAYOUT "consumer"
#define COUNT 1000

struct root {
	uint64_t count;
	uint64_t number[COUNT];
	char text[4000];
};

static int
add(PMEMobjpool *pool, struct root *root, uint64_t number, int abort)
{
	if (pmemobj_tx_begin(pool, NULL, TX_PARAM_NONE))
		return -1;
	if (pmemobj_tx_add_range_direct(root, sizeof(root->count)) ||
		pmemobj_tx_add_range_direct(
			&root->number[root->count], sizeof(root->number[0])))
		return pmemobj_tx_end(), -1;
	root->number[root->count++] = number;
	if (abort)
		pmemobj_tx_abort(0);
	else
		pmemobj_tx_commit();
	pmemobj_tx_end();
	return 0;
}

static int
create(PMEMobjpool *pool, struct root *root)
{
	char text[sizeof(root->text)];

	for (uint64_t i = 0; i < COUNT; i++) {
		if (add(pool, root, i * i, 0))
			return -1;
		if (i == COUNT / 2 && add(pool, root, 1, 1))
			return -1;
	}
	memset(text, 'x', sizeof(text));
	pmemobj_memcpy_persist(pool, root->text, text, sizeof(text));
	pmemobj_memset_persist(pool, root->text + 100, 'y', 1000);
	return 0;
}

static int
verify(const struct root *root)
{
	uint64_t sum = 0;

	if (root->count != COUNT)
		return -1;
	for (uint64_t i = 0; i < COUNT; i++) {
		if (root->number[i] != i * i)
			return -1;
		sum += root->number[i];
	}
	for (size_t i = 0; i < sizeof(root->text); i++) {
		if (root->text[i] != (i >= 100 && i < 1100 ? 'y' : 'x'))
			return -1;
	}
	printf("%lu numbers, sum %lu\n", (unsigned long)root->count,
		(unsigned long)sum);
	return 0;
}

int
main(int argc, char **argv)
{
	PMEMobjpool *pool;
	struct root *root;
	int creating, result;

	if (argc != 3)
		return 2;
	creating = !strcmp(argv[2], "create");
	pool = creating ?
		       pmemobj_create(argv[1], LAYOUT, PMEMOBJ_MIN_POOL, 0600) :
		       pmemobj_open(argv[1], LAYOUT);
	if (!pool) {
		fprintf(stderr, "%s: %s\n", argv[1], pmemobj_errormsg());
		return 1;
	}
	root = pmemobj_direct(pmemobj_root(pool, sizeof(*root)));
	result = creating ? create(pool, root) : verify(root);
	pmemobj_close(pool);
	return result ? 1 : 0;
}
