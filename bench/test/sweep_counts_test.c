/*
 * sweep_counts_test.c: rows of counters.tsv, with events of our own; and no
 * file where a machine counts nothing
 */
#include "sweep_counts.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "check.h"

static const struct measurement row = {
	.op = OP_MOVE,
	.isa = ISA_AVX,
	.store = STORE_STREAM,
	.flush = FLUSH_CLWB,
	.residency = RESIDENCY_COLD,
	.drain = DRAIN_BATCH,
	.threads = 1,
	.mem_node = 1,
	.size_bytes = 4096,
	.dst_offset = 8,
	.src_offset = 16,
	.rep = 12,
};

static void
test_row(void)
{
	const long long events[COUNTER_COUNT] = {640, 96, COUNTER_ABSENT};
	struct sweep_counts c = {.fd = open("row", O_RDWR | O_CREAT, 0600)};
	char text[512] = "";

	CHECK(c.fd >= 0);
	CHECK(sweep_counts_write(&c, &row, 64, events) == 0);
	CHECK(pread(c.fd, text, sizeof(text) - 1, 0) > 0);
	CHECK_TEXT(text,
		"move\tavx\tstream\tclwb\tcold\tbatch\t1\t0\t1\t4096\t8"
		"\t16\t12\t10.000\t1.500\t-\n");
	close(c.fd);
}

/* What the machine says decides whether there is a file; opened twice, it has
 * one header. */
static void
test_file(void)
{
	struct sweep_counts c;
	bool counts = false;
	char line[512] = "";
	FILE *f;

	for (int i = 0; i < 2; i++) {
		CHECK(sweep_counts_open(&c, "./measurements.tsv") == 0);
		counts = c.counters.count > 0;
		CHECK(counts == (c.fd >= 0));
		sweep_counts_close(&c);
	}
	f = fopen("counters.tsv", "r");
	CHECK((f != NULL) == counts);
	if (!f)
		return;
	CHECK(fgets(line, sizeof(line), f));
	CHECK(strstr(
		line, "\tsize_bytes\tdst_offset\tsrc_offset\trep\tcycles"));
	CHECK(!fgets(line, sizeof(line), f));
	fclose(f);
}

int
main(void)
{
	char directory[] = "/tmp/sweep-counts-XXXXXX";

	CHECK(mkdtemp(directory) && chdir(directory) == 0);
	test_row();
	test_file();
	unlink("row");
	unlink("counters.tsv");
	CHECK(rmdir(directory) == 0);
	return 0;
}
