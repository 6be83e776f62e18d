/*
 * sweep_counts_test.c: counters.tsv and its rows, with events of our own; and
 * no file where a machine counts nothing
 */
#include "sweep_counts.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
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

static void
measurements_begin(const char *path)
{
	struct provenance facts = {0};
	struct measurement_writer w;

	CHECK(provenance_add(&facts, "schema", MEASUREMENT_SCHEMA) == 0);
	CHECK(provenance_add(&facts, "seed", "7") == 0);
	CHECK(measurement_create(&w, path, &facts) == 0);
	CHECK(measurement_close(&w) == 0);
	provenance_free(&facts);
}

/* Whether the machine counts, which decides if there is a file. */
static bool
write_row(const char *measurements, bool anew)
{
	const long long events[COUNTER_COUNT] = {0};
	struct sweep_counts c;
	bool counts;

	CHECK(sweep_counts_open(&c, measurements, anew) == 0);
	counts = c.counters.count > 0;
	CHECK(counts == (c.fd >= 0));
	if (counts)
		CHECK(sweep_counts_write(&c, &row, 64, events) == 0);
	sweep_counts_close(&c);
	return counts;
}

static off_t
file_bytes(const char *path)
{
	struct stat st;

	CHECK(stat(path, &st) == 0, "%s", path);
	return st.st_size;
}

/* The file is facts, one header and so many rows, all whole. */
static void
file_check(const char *path, unsigned rows)
{
	char line[512];
	FILE *f = fopen(path, "r");

	CHECK(f != NULL, "%s", path);
	CHECK(fgets(line, sizeof(line), f));
	CHECK_TEXT(line, "# schema\t1\n");
	CHECK(fgets(line, sizeof(line), f));
	CHECK_TEXT(line, "# seed\t7\n");
	CHECK(fgets(line, sizeof(line), f));
	CHECK_TEXT(line,
		"op\tisa\tstore\tflush\tresidency\tdrain\tthreads\tcpu_node"
		"\tmem_node\tsize_bytes\tdst_offset\tsrc_offset\trep\tcycles"
		"\tinstructions\tcache_misses\n");
	for (unsigned i = 0; i < rows; i++) {
		CHECK(fgets(line, sizeof(line), f), "row %u: %s", i, path);
		CHECK_TEXT(line, "move\tavx\tstream\tclwb\tcold\tbatch\t1\t0\t1"
				 "\t4096\t8\t16\t12\t0.000\t0.000\t0.000\n");
	}
	CHECK(!fgets(line, sizeof(line), f), "more than %u rows: %s", rows,
		path);
	fclose(f);
}

/* Each file of measurements has its own; a sweep begins it, its other starts
 * append, and a torn row goes. */
static void
test_file(const char *measurements, const char *counters)
{
	measurements_begin(measurements);
	if (!write_row(measurements, true)) {
		CHECK(access(counters, F_OK) != 0, "%s", counters);
		CHECK(unlink(measurements) == 0);
		return;
	}
	file_check(counters, 1);
	CHECK(write_row(measurements, false));
	file_check(counters, 2);
	CHECK(truncate(counters, file_bytes(counters) - 5) == 0);
	CHECK(write_row(measurements, false));
	file_check(counters, 2);
	CHECK(write_row(measurements, true));
	file_check(counters, 1);
	CHECK(unlink(counters) == 0);
	CHECK(write_row(measurements, false));
	file_check(counters, 1);
	CHECK(unlink(counters) == 0 && unlink(measurements) == 0);
}

int
main(void)
{
	char directory[] = "/tmp/sweep-counts-XXXXXX";

	CHECK(mkdtemp(directory) && chdir(directory) == 0);
	test_row();
	CHECK(unlink("row") == 0);
	CHECK(mkdir("a.b", 0700) == 0);
	test_file("measurements.tsv", "counters.tsv");
	test_file("./measurements.tsv", "./counters.tsv");
	test_file("a.b/measurements.tsv", "a.b/counters.tsv");
	test_file("other.tsv", "other.counters.tsv");
	test_file("a.b/m", "a.b/m.counters.tsv");
	CHECK(rmdir("a.b") == 0);
	CHECK(rmdir(directory) == 0);
	return 0;
}
