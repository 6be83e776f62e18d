/*
 * measurement_test.c: measurements.tsv is read strictly, written whole, and
 * survives a torn end
 */
#include "measurement.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define SCHEMA "# schema\t1\n"
#define HEADER \
	"op\tisa\tstore\tflush\tresidency\tdrain\tthreads\tcpu_node\t" \
	"mem_node\tsize_bytes\tdst_offset\tsrc_offset\trep\ttime_ns\n"
#define ROW "move\tavx\tstream\tclwb\tcold\tbatch\t1\t0\t1\t4096\t8\t63\t7\t"

static char path[] = "/dev/shm/measurement_test.XXXXXX";

static void
file_write(const char *text, size_t len)
{
	FILE *f = fopen(path, "w");

	CHECK(f);
	CHECK(fwrite(text, 1, len, f) == len);
	CHECK(fclose(f) == 0);
}

/* What people, disks and other programs do to a file. */
static const struct flaw {
	const char *text;
	const char *error;
} flaws[] = {
	{"", "line 1: the file ends before its header"},
	{SCHEMA, "line 2: the file ends before its header"},
	{HEADER, "line 1: no schema stated before the first row"},
	{"# schema\t2\n" HEADER, "line 2: schema is '2', wanted '1'"},
	{"# schema\t1\n# schema\tx\n" HEADER,
		"line 3: schema is 'x', wanted '1'"},
	{"# schema 1\n" HEADER, "line 1: no tab between key and value"},
	{"#schema\t1\n" HEADER,
		"line 1: no schema stated before the first row"},
	{"# Schema\t1\n" HEADER, "line 1: key is not a word of a-z, 0-9 and _"},
	{"# \t1\n" HEADER, "line 1: key is not a word of a-z, 0-9 and _"},
	{SCHEMA "# k\tv\tw\n" HEADER, "line 2: control character in a value"},
	{SCHEMA "op\tisa\n", "line 2: not the header of schema 1"},
	{SCHEMA ROW "1.5\n", "line 2: not the header of schema 1"},
	{SCHEMA "\n" HEADER, "line 2: not the header of schema 1"},
	{SCHEMA HEADER "\n", "line 3: 1 columns, wanted 14"},
	{SCHEMA HEADER HEADER, "line 3: unknown op 'op'"},
	{SCHEMA HEADER ROW "1.5\t\n", "line 3: 15 columns, wanted 14"},
	{SCHEMA HEADER "move\tavx\tstream\n", "line 3: 3 columns, wanted 14"},
	{SCHEMA HEADER ROW "1.5", "line 3: truncated: no newline at its end"},
	{SCHEMA HEADER ROW "1.5\n" ROW,
		"line 4: truncated: no newline at its end"},
	{SCHEMA HEADER ROW "1.5\r\n", "line 3: control character 0x0d"},
	{SCHEMA HEADER ROW "\n", "line 3: time_ns is '', not a finite decimal"},
	{SCHEMA HEADER ROW "nan\n",
		"line 3: time_ns is 'nan', not a finite decimal"},
	{SCHEMA HEADER ROW "inf\n",
		"line 3: time_ns is 'inf', not a finite decimal"},
	{SCHEMA HEADER ROW "-1\n",
		"line 3: time_ns is '-1', not a finite decimal"},
	{SCHEMA HEADER ROW "1e3\n",
		"line 3: time_ns is '1e3', not a finite decimal"},
	{SCHEMA HEADER ROW "0x1\n",
		"line 3: time_ns is '0x1', not a finite decimal"},
	{SCHEMA HEADER ROW "1.\n",
		"line 3: time_ns is '1.', not a finite decimal"},
	{SCHEMA HEADER ROW "1,5\n",
		"line 3: time_ns is '1,5', not a finite decimal"},
	{SCHEMA HEADER ROW " 1\n",
		"line 3: time_ns is ' 1', not a finite decimal"},
	{SCHEMA HEADER ROW "0.000\n",
		"line 3: time_ns is not a finite number above 0"},
	{SCHEMA HEADER "copy\tavx\tstream\tclwb\tcold\tbatch\t1\t0\t1\t4096\t"
		       "8\t0\t7\t1\n",
		"line 3: unknown op 'copy'"},
	{SCHEMA HEADER "move\tavx9\tstream\tclwb\tcold\tbatch\t1\t0\t1\t4096\t"
		       "8\t0\t7\t1\n",
		"line 3: unknown isa 'avx9'"},
	{SCHEMA HEADER "move\tavx\tStream\tclwb\tcold\tbatch\t1\t0\t1\t4096\t"
		       "8\t0\t7\t1\n",
		"line 3: unknown store 'Stream'"},
	{SCHEMA HEADER "move\tavx\tstream\tclwb2\tcold\tbatch\t1\t0\t1\t4096\t"
		       "8\t0\t7\t1\n",
		"line 3: unknown flush 'clwb2'"},
	{SCHEMA HEADER "move\tavx\tstream\tclwb\tcool\tbatch\t1\t0\t1\t4096\t"
		       "8\t0\t7\t1\n",
		"line 3: unknown residency 'cool'"},
	{SCHEMA HEADER "move\tavx\tstream\tclwb\tcold\tboth\t1\t0\t1\t4096\t"
		       "8\t0\t7\t1\n",
		"line 3: unknown drain 'both'"},
	{SCHEMA HEADER "move\tavx\tstream\tclwb\tcold\teach\t0\t0\t1\t4096\t"
		       "8\t0\t7\t1\n",
		"line 3: threads is '0', not a whole number from 1 to "
		"2147483647"},
	{SCHEMA HEADER "move\tavx\tstream\tclwb\tcold\teach\t1\t-1\t1\t4096\t"
		       "8\t0\t7\t1\n",
		"line 3: cpu_node is '-1', not a whole number from 0 to "
		"2147483647"},
	{SCHEMA HEADER "move\tavx\tstream\tclwb\tcold\teach\t1\t0\t1\t"
		       "99999999999999999999\t8\t0\t7\t1\n",
		"line 3: size_bytes is '99999999999999999999', not a whole "
		"number from 1 to 9223372036854775807"},
	{SCHEMA HEADER "move\tavx\tstream\tclwb\tcold\teach\t1\t0\t1\t4096\t"
		       "64\t0\t7\t1\n",
		"line 3: dst_offset is '64', not a whole number from 0 to 63"},
	{SCHEMA HEADER "move\tavx\tstream\tclwb\tcold\teach\t1\t0\t1\t4096\t"
		       "8\t0\t+7\t1\n",
		"line 3: rep is '+7', not a whole number from 0 to "
		"2147483647"},
	{SCHEMA HEADER "set\tavx\tstream\tclwb\tcold\teach\t1\t0\t1\t4096\t"
		       "8\t1\t7\t1\n",
		"line 3: src_offset without a source"},
	{SCHEMA HEADER "flush\tavx\tcached\tclwb\tcold\teach\t1\t0\t1\t4096\t"
		       "8\t0\t7\t1\n",
		"line 3: op flush with isa or store other than generic, "
		"cached"},
};

static void
flaws_are_told(void)
{
	for (size_t i = 0; i < sizeof(flaws) / sizeof(flaws[0]); i++) {
		char error[PROVENANCE_ERROR_BYTES] = "";
		struct measurements all = {0};

		file_write(flaws[i].text, strlen(flaws[i].text));
		CHECK(measurements_read(&all, path, MEASUREMENT_STRICT,
			      error) == -EINVAL);
		CHECK_TEXT(error, flaws[i].error);
		CHECK(all.count == 0 && !all.rows && !all.provenance.facts);
	}
}

static void
missing_file_is_told(void)
{
	char error[PROVENANCE_ERROR_BYTES] = "";
	struct measurements all = {0};

	CHECK(measurements_read(&all, "/nonexistent/m.tsv", MEASUREMENT_STRICT,
		      error) == -ENOENT);
	CHECK_TEXT(error, "No such file or directory");
	CHECK(measurements_read(&all, "/", MEASUREMENT_STRICT, error) < 0);
	CHECK(strstr(error, "Is a directory"));
}

static const char good[] =
	"# schema\t1\n"
	"# platform_id\tmaker model 17: \xc3\xa9t\xc3\xa9 = 100%\n" HEADER
	"move\tavx\tstream\tclwb\tcold\tbatch\t1\t0\t1\t4096\t8\t63\t7\t1.5\n"
	"# resumed_utc\t2026-01-01T00:00:00Z\n"
	"set\tavx512f\tcached\tnone\twarm\teach\t2\t0\t0\t8\t0\t0\t0\t20\n"
	"flush\tgeneric\tcached\tclflushopt\treread\teach\t1\t1\t0\t64\t0\t0"
	"\t2147483647\t0.001\n"
	"move\tmovdir64b\tstream\tnone\twarm\teach\t1\t0\t0\t16777216\t0\t0\t3"
	"\t123456789.125\n";

static void
good_file_is_read(void)
{
	char error[PROVENANCE_ERROR_BYTES] = "";
	struct measurements all = {0};
	const struct measurement *m;

	file_write(good, strlen(good));
	CHECK(measurements_read(&all, path, MEASUREMENT_STRICT, error) == 0);
	CHECK(all.valid_bytes == (off_t)strlen(good));
	CHECK(all.count == 4);
	CHECK(all.provenance.count == 3);
	CHECK_TEXT(provenance_find(&all.provenance, "platform_id"),
		"maker model 17: \xc3\xa9t\xc3\xa9 = 100%");
	CHECK(!provenance_find(&all.provenance, "platform"));
	m = &all.rows[0];
	CHECK(m->op == OP_MOVE && m->isa == ISA_AVX);
	CHECK(m->store == STORE_STREAM && m->flush == FLUSH_CLWB);
	CHECK(m->residency == RESIDENCY_COLD && m->drain == DRAIN_BATCH);
	CHECK(m->threads == 1 && m->cpu_node == 0 && m->mem_node == 1);
	CHECK(m->size_bytes == 4096 && m->dst_offset == 8);
	CHECK(m->src_offset == 63 && m->rep == 7 && m->time_ns == 1.5);
	CHECK(all.rows[2].op == OP_FLUSH && all.rows[2].rep == 2147483647);
	CHECK(all.rows[3].time_ns == 123456789.125);
	measurements_free(&all);
}

/* A process may be killed within any write: every prefix of a file is either
 * whole or torn, and resuming keeps exactly the whole lines. */
static void
every_prefix_resumes(void)
{
	size_t header_end = (size_t)(strstr(good, "time_ns\n") - good) + 8;

	for (size_t len = 0; len <= strlen(good); len++) {
		char error[PROVENANCE_ERROR_BYTES] = "";
		struct measurements all = {0};
		size_t whole = len;
		int err;

		while (whole > 0 && good[whole - 1] != '\n')
			whole--;
		file_write(good, len);
		err = measurements_read(&all, path, MEASUREMENT_STRICT, error);
		CHECK((err == 0) == (whole == len && len >= header_end));
		measurements_free(&all);
		err = measurements_read(&all, path, MEASUREMENT_RESUME, error);
		CHECK((err == 0) == (whole >= header_end));
		CHECK(err || all.valid_bytes == (off_t)whole);
		measurements_free(&all);
	}
}

/* Whatever one byte becomes, the answer is rows or one clean line. */
static void
every_byte_may_change(void)
{
	static const char bytes[] = {
		0, '\n', '\t', ' ', '#', '9', '-', 'z', (char)0xff};
	char text[sizeof(good)];

	for (size_t i = 0; i < strlen(good) * sizeof(bytes); i++) {
		char error[PROVENANCE_ERROR_BYTES] = "";
		struct measurements all = {0};

		memcpy(text, good, sizeof(good));
		text[i / sizeof(bytes)] = bytes[i % sizeof(bytes)];
		file_write(text, strlen(good));
		if (measurements_read(&all, path, MEASUREMENT_STRICT, error)) {
			CHECK(strncmp(error, "line ", 5) == 0);
			CHECK(!strpbrk(error, "\n\r\t"));
			continue;
		}
		for (size_t row = 0; row < all.count; row++)
			CHECK(!measurement_check(&all.rows[row]));
		measurements_free(&all);
	}
}

static const struct measurement sample = {
	.op = OP_SET,
	.isa = ISA_SSE2,
	.store = STORE_CACHED,
	.flush = FLUSH_CLFLUSH,
	.residency = RESIDENCY_REREAD,
	.drain = DRAIN_EACH,
	.threads = 1,
	.size_bytes = 192,
	.dst_offset = 16,
	.rep = 3,
	.time_ns = 99.125,
};

static void
writer_start(struct measurement_writer *w)
{
	struct provenance facts = {0};

	CHECK(unlink(path) == 0);
	CHECK(measurement_create(w, path, &facts) == -EINVAL);
	CHECK(access(path, F_OK) != 0);
	CHECK(provenance_add(&facts, "schema", MEASUREMENT_SCHEMA) == 0);
	CHECK(provenance_addf(&facts, "seed", "%d", 42) == 0);
	CHECK(provenance_add(&facts, "Bad key", "x") == -EINVAL);
	CHECK(measurement_create(w, path, &facts) == 0);
	provenance_free(&facts);
}

static void
rows_written_are_read(void)
{
	char error[PROVENANCE_ERROR_BYTES] = "";
	struct measurement rows[3] = {sample, sample, sample};
	struct provenance facts = {0};
	struct measurement_writer w, other;
	struct measurements all = {0};

	writer_start(&w);
	CHECK(measurement_create(&other, path, &facts) == -EINVAL);
	CHECK(measurement_continue(&other, path, 0) == -EWOULDBLOCK);
	rows[1].rep = 4;
	rows[2].time_ns = 0.00123;
	CHECK(measurement_write(&w, rows, 3) == 0);
	rows[2].time_ns = INFINITY;
	CHECK(measurement_write(&w, rows, 3) == -EINVAL);
	rows[2].time_ns = 0.0001;
	CHECK(measurement_write(&w, rows, 3) == -EINVAL);
	CHECK(provenance_add(&facts, "schema", "1") == 0);
	CHECK(measurement_create(&other, path, &facts) == -EEXIST);
	CHECK(measurement_comment(&w, &facts) == 0);
	CHECK(measurement_close(&w) == 0);
	provenance_free(&facts);

	CHECK(measurements_read(&all, path, MEASUREMENT_STRICT, error) == 0);
	CHECK(all.count == 3);
	CHECK(all.rows[0].op == sample.op && all.rows[0].isa == sample.isa);
	CHECK(all.rows[0].flush == sample.flush);
	CHECK(all.rows[0].residency == sample.residency);
	CHECK(all.rows[0].size_bytes == 192 && all.rows[0].time_ns == 99.125);
	CHECK(all.rows[1].rep == 4);
	CHECK(all.rows[2].time_ns == 0.001);
	CHECK_TEXT(provenance_find(&all.provenance, "seed"), "42");
	measurements_free(&all);
}

static void
whole_files_replace(void)
{
	char error[PROVENANCE_ERROR_BYTES] = "";
	struct measurements all = {0}, again = {0};
	struct measurement bad = sample;

	file_write(good, strlen(good));
	CHECK(measurements_read(&all, path, MEASUREMENT_STRICT, error) == 0);
	CHECK(measurements_push(&all, &sample) == 0 && all.count == 5);
	CHECK(measurements_write(&all, path) == 0);
	CHECK(measurements_write(&again, path) == -EINVAL);
	CHECK(measurements_write(&all, "/nonexistent/m.tsv") == -ENOENT);
	bad.threads = 0;
	CHECK(measurements_push(&all, &bad) == 0);
	CHECK(measurements_write(&all, path) == -EINVAL);
	CHECK(measurements_read(&again, path, MEASUREMENT_STRICT, error) == 0);
	CHECK(again.count == 5 && again.provenance.count == 3);
	CHECK(again.rows[3].isa == ISA_MOVDIR64B);
	CHECK(again.rows[3].time_ns == 123456789.125);
	CHECK(again.rows[4].op == OP_SET && again.rows[4].time_ns == 99.125);
	measurements_free(&all);
	measurements_free(&again);
}

static void
torn_end_is_continued(void)
{
	char error[PROVENANCE_ERROR_BYTES] = "";
	struct measurements all = {0};
	struct measurement_writer w;
	int fd;

	writer_start(&w);
	CHECK(measurement_write(&w, &sample, 1) == 0);
	CHECK(measurement_close(&w) == 0);
	fd = open(path, O_WRONLY | O_APPEND);
	CHECK(fd >= 0 && write(fd, "move\tavx", 8) == 8 && close(fd) == 0);

	CHECK(measurements_read(&all, path, MEASUREMENT_STRICT, error));
	CHECK(measurements_read(&all, path, MEASUREMENT_RESUME, error) == 0);
	CHECK(all.count == 1);
	CHECK(measurement_continue(&w, path, all.valid_bytes) == 0);
	measurements_free(&all);
	CHECK(measurement_write(&w, &sample, 1) == 0);
	CHECK(measurement_close(&w) == 0);
	CHECK(measurements_read(&all, path, MEASUREMENT_STRICT, error) == 0);
	CHECK(all.count == 2);
	measurements_free(&all);
}

/* A file size limit stands for the full disk: the write stops in the middle of
 * a line, and none of its rows may stay. */
static void
full_disk_leaves_whole_rows(void)
{
	char error[PROVENANCE_ERROR_BYTES] = "";
	struct measurement rows[64];
	struct measurements all = {0};
	struct measurement_writer w;
	int status;

	for (size_t i = 0; i < 64; i++)
		rows[i] = sample;
	writer_start(&w);
	if (fork() == 0) {
		struct rlimit limit;
		struct stat st;

		signal(SIGXFSZ, SIG_IGN);
		CHECK(measurement_write(&w, rows, 2) == 0);
		CHECK(fstat(w.fd, &st) == 0);
		limit.rlim_cur = limit.rlim_max = (rlim_t)st.st_size + 100;
		CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
		CHECK(measurement_write(&w, rows, 64) == -EFBIG);
		exit(0);
	}
	CHECK(wait(&status) > 0 && status == 0);
	CHECK(measurement_close(&w) == 0);
	CHECK(measurements_read(&all, path, MEASUREMENT_STRICT, error) == 0);
	CHECK(all.count == 2);
	measurements_free(&all);
}

static void
words_go_both_ways(void)
{
	for (int i = 0; i < OP_COUNT; i++)
		CHECK(op_find(op_names[i]) == i);
	for (int i = 0; i < RESIDENCY_COUNT; i++)
		CHECK(residency_find(residency_names[i]) == i);
	for (int i = 0; i < DRAIN_COUNT; i++)
		CHECK(drain_find(drain_names[i]) == i);
	for (int i = 0; i < ISA_COUNT; i++)
		CHECK(isa_find(isa_names[i]) == i);
	for (int i = 0; i < STORE_COUNT; i++)
		CHECK(store_find(store_names[i]) == i);
	for (int i = 0; i < FLUSH_COUNT; i++)
		CHECK(flush_find(flush_kernels[i].name) == i);
	CHECK(isa_find("") == -1 && flush_find("CLWB") == -1);
}

int
main(void)
{
	int fd = mkstemp(path);

	CHECK(fd >= 0 && close(fd) == 0);
	words_go_both_ways();
	flaws_are_told();
	missing_file_is_told();
	good_file_is_read();
	every_prefix_resumes();
	every_byte_may_change();
	rows_written_are_read();
	whole_files_replace();
	torn_end_is_continued();
	full_disk_leaves_whole_rows();
	CHECK(unlink(path) == 0);
	return 0;
}
