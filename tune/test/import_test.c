/*
 * import_test.c: tables of every layout become the times they tell, and what
 * cannot be meant is told
 */
#include "import_map.h"

#include <errno.h>
#include <math.h>
#include <unistd.h>

#include "../../bench/test/check.h"

static char path[] = "/dev/shm/import_test.XXXXXX";

static void
file_write(const char *text)
{
	FILE *f = fopen(path, "w");

	CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

/* What a user may say of a table; NULL ends each list. */
struct statement {
	const char *unit;
	const char *columns[6], *fixed[5], *variants[3];
};

static int
import(const struct statement *s, const char *text, struct measurements *all,
	char error[PROVENANCE_ERROR_BYTES])
{
	struct import_map map = {.unit = import_unit_find(s->unit)};
	struct import_table t = {0};
	int err = 0;

	*error = '\0';
	CHECK(map.unit);
	for (size_t i = 0; !err && s->columns[i]; i++)
		err = import_map_column(&map, s->columns[i], error);
	for (size_t i = 0; !err && s->fixed[i]; i++)
		err = import_map_fix(&map, s->fixed[i], error);
	for (size_t i = 0; !err && s->variants[i]; i++)
		err = import_map_variant(&map, s->variants[i], error);
	file_write(text);
	if (!err)
		err = import_table_read(&t, path, error);
	if (!err)
		err = import_map_apply(&map, &t, all, error);
	import_table_free(&t);
	CHECK(!err == (*error == '\0'));
	return err;
}

#define FIXED \
	{ \
		"op=move", "residency=cold", "drain=batch" \
	}

static const struct statement wide = {
	.unit = "GB/s",
	.columns = {"size=size_bytes", "nt=avx512f/stream/none",
		"st+clwb=avx512f/cached/clwb"},
	.fixed = FIXED,
};

static const struct statement narrow = {
	.unit = "ns",
	.columns = {"b=size_bytes", "how=variant", "t=value", "n=threads"},
	.fixed = FIXED,
	.variants = {"nt=sse2/stream/none"},
};

static void
row_check(const struct measurement *m, enum store store, size_t size_bytes,
	double time_ns)
{
	CHECK(m->op == OP_MOVE && m->residency == RESIDENCY_COLD);
	CHECK(m->drain == DRAIN_BATCH && m->store == store);
	CHECK(m->size_bytes == size_bytes, "%zu", m->size_bytes);
	CHECK(fabs(m->time_ns / time_ns - 1) < 1e-12, "%f", m->time_ns);
	CHECK(m->cpu_node == 0 && m->mem_node == 0 && m->rep == 0);
	CHECK(m->dst_offset == 0 && m->src_offset == 0);
}

/* Tables that say the same, as different programs write them. */
static void
layouts_agree(void)
{
	static const char *const same[] = {
		"size\tnt\tst+clwb\n64\t2\t4\n128\t-\t8\n",
		"size,nt,st+clwb\n64,2,4\n128,,8\n",
		"\xef\xbb\xbfsize, nt ,st+clwb\r\n64, 2,4.0 \r\n128,-,8e0\r\n",
		"# c\n\n\"size\",nt,st+clwb\n\"64\" ,\"2\",4\n \n128,,8",
		"st+clwb\tnote\tsize\tnt\n4\t\"a\t64\t2\n8\t\t128\t\n",
		"st+clwb,\"a \"\"b\"\", c\",size,nt\n4,\"x\",64,2\n8,,128,\n",
	};

	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		char error[PROVENANCE_ERROR_BYTES];
		struct measurements all = {0};
		size_t first;

		CHECK(import(&wide, same[i], &all, error) == 0, "%s", error);
		CHECK(all.count == 3);
		first = all.rows[0].store == STORE_STREAM ? 0 : 1;
		row_check(&all.rows[first], STORE_STREAM, 64, 32);
		row_check(&all.rows[1 - first], STORE_CACHED, 64, 16);
		row_check(&all.rows[2], STORE_CACHED, 128, 16);
		CHECK(all.rows[2].flush == FLUSH_CLWB);
		CHECK(all.rows[2].isa == ISA_AVX512F);
		CHECK(all.rows[2].threads == 1);
		measurements_free(&all);
	}
}

static void
variants_have_lines(void)
{
	char error[PROVENANCE_ERROR_BYTES];
	struct measurements all = {0};

	CHECK(import(&narrow,
		      "b,how,t,n\n64,nt,10.5,1\n64,sse2/cached/clflush,20,4\n",
		      &all, error) == 0,
		"%s", error);
	CHECK(all.count == 2 && all.rows[1].threads == 4);
	row_check(&all.rows[0], STORE_STREAM, 64, 10.5);
	row_check(&all.rows[1], STORE_CACHED, 64, 20);
	CHECK(all.rows[1].flush == FLUSH_CLFLUSH);
	measurements_free(&all);
}

/* 4 threads together write 1000 bytes each at a value of 2. */
static void
units_convert(void)
{
	static const struct {
		const char *unit;
		double time_ns;
	} units[] = {
		{"ns", 2},
		{"us", 2e3},
		{"ms", 2e6},
		{"s", 2e9},
		{"MB/s", 2e6},
		{"GB/s", 2000},
		{"MiB/s", 4e12 / 2097152},
		{"GiB/s", 4e12 / 2147483648},
		{"ops/s", 2e9},
		{"kops/s", 2e6},
		{"Mops/s", 2e3},
	};

	CHECK(!import_unit_find("gb/s") && !import_unit_find(""));
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		struct statement s = narrow;
		char error[PROVENANCE_ERROR_BYTES];
		struct measurements all = {0};

		s.unit = units[i].unit;
		CHECK(import(&s, "b,how,t,n\n1000,nt,2,4\n", &all, error) == 0,
			"%s", error);
		row_check(&all.rows[0], STORE_STREAM, 1000, units[i].time_ns);
		measurements_free(&all);
	}
}

static const struct {
	const char *text, *error;
} bad_tables[] = {
	{"", "line 1: the file ends before its first row"},
	{"size,nt,st+clwb\n", "line 2: the file ends before its first row"},
	{"size,nt\n64,2\n", "line 1: no column named 'st+clwb'"},
	{"size,nt,nt,st+clwb\n64,2,3,4\n",
		"line 1: more than one column named 'nt'"},
	{"size;nt;st+clwb\n64;2;4\n", "line 1: no column named 'size'"},
	{"size,nt,st+clwb\n64,2\n",
		"line 2: not as many fields as the first line"},
	{"size,nt,st+clwb\n64,2,3,4\n",
		"line 2: not as many fields as the first line"},
	{"size,nt,st+clwb\n64,\"2,4\n",
		"line 2: a quote does not end on its line"},
	{"size,nt,st+clwb\n64,\"2\"3,4\n",
		"line 2: text after a closing quote"},
	{"size,nt,st+clwb\n64,2\a,4\n", "line 2: control character"},
	{"size,nt,st+clwb\n64\t2\t4\n",
		"line 2: a tab, where the first line has commas"},
	{"size,nt,st+clwb\n4K,2,4\n",
		"line 2: size_bytes is '4K', not a whole number from 1 to "
		"9223372036854775807"},
	{"size,nt,st+clwb\n,2,4\n",
		"line 2: size_bytes is '', not a whole number from 1 to "
		"9223372036854775807"},
	{"size,nt,st+clwb\n64,0,4\n",
		"line 2: value is '0', not a number above 0"},
	{"size,nt,st+clwb\n64,-2,4\n",
		"line 2: value is '-2', not a number above 0"},
	{"size,nt,st+clwb\n64,nan,4\n",
		"line 2: value is 'nan', not a number above 0"},
	{"size,nt,st+clwb\n\n64,2,0x4\n",
		"line 3: value is '0x4', not a number above 0"},
	{"size\tnt\tst+clwb\n64\t1,83\t4\n",
		"line 2: value is '1,83', not a number above 0"},
	{"size,nt,st+clwb\n64,1e99,4\n",
		"line 2: 1e99 GB/s is 6.4e-98 ns: is the unit right?"},
	{"size,nt,st+clwb\n64,1e-99,4\n",
		"line 2: 1e-99 GB/s is 6.4e+100 ns: is the unit right?"},
	{"size,nt,st+clwb\n64,-,\n", "no values"},
};

static void
bad_tables_are_told(void)
{
	for (size_t i = 0; i < sizeof(bad_tables) / sizeof(*bad_tables); i++) {
		char error[PROVENANCE_ERROR_BYTES];
		struct measurements all = {0};

		CHECK(import(&wide, bad_tables[i].text, &all, error) ==
			-EINVAL);
		CHECK_TEXT(error, bad_tables[i].error);
		CHECK(all.count == 0);
		measurements_free(&all);
	}
}

#define SIZE "size=size_bytes"
#define NT "nt=sse2/stream/none"

static const struct {
	struct statement said;
	const char *error;
} bad_statements[] = {
	{{"ns", {SIZE, "nt"}, FIXED, {0}}, "not NAME=MEANING: nt"},
	{{"ns", {SIZE, "=value"}, FIXED, {0}}, "not NAME=MEANING: =value"},
	{{"ns", {SIZE, "nt=time_ns"}, FIXED, {0}},
		"unknown meaning, or one given twice: nt=time_ns"},
	{{"ns", {SIZE, "nt=sse2/stream"}, FIXED, {0}},
		"unknown meaning, or one given twice: nt=sse2/stream"},
	{{"ns", {SIZE, "nt=movdir64b/cached/clwb"}, FIXED, {0}},
		"unknown meaning, or one given twice: "
		"nt=movdir64b/cached/clwb"},
	{{"ns", {SIZE, "nt=sse2/stream/none/x"}, FIXED, {0}},
		"unknown meaning, or one given twice: nt=sse2/stream/none/x"},
	{{"ns", {SIZE, "b=size_bytes"}, FIXED, {0}},
		"unknown meaning, or one given twice: b=size_bytes"},
	{{"ns", {SIZE, "a=value", "b=value"}, FIXED, {0}},
		"unknown meaning, or one given twice: b=value"},
	{{"ns", {SIZE, NT, "nt=value"}, FIXED, {0}},
		"column given twice: nt=value"},
	{{"ns", {SIZE, NT}, {"op=copy"}, {0}}, "unknown op 'copy'"},
	{{"ns", {SIZE, NT}, {"op=move", "op=set"}, {0}},
		"column given twice: op=set"},
	{{"ns", {SIZE, NT}, {"size_bytes=64"}, {0}},
		"column given twice: size_bytes=64"},
	{{"ns", {SIZE, NT}, {"time_ns=1"}, {0}}, "no such column: time_ns=1"},
	{{"ns", {SIZE, NT}, {"drain"}, {0}}, "not COLUMN=VALUE: drain"},
	{{"ns", {SIZE, "nt=variant"}, FIXED, {"a=b"}},
		"not TEXT=ISA/STORE/FLUSH: a=b"},
	{{"ns", {SIZE, "nt=variant"}, FIXED, {NT, NT}},
		"variant given twice: " NT},
	{{"ns", {SIZE, NT}, {"op=move", "residency=warm"}, {0}},
		"drain is not stated"},
	{{"ns", {SIZE, NT}, {"op=move", "drain=each"}, {0}},
		"residency is not stated"},
	{{"ns", {SIZE, NT}, {"residency=warm", "drain=each"}, {0}},
		"op is not stated"},
	{{"ns", {NT}, FIXED, {0}}, "size_bytes is not stated"},
	{{"ns", {SIZE}, FIXED, {0}},
		"values are neither in one column 'value' nor in columns of "
		"variants"},
	{{"ns", {SIZE, NT, "v=value"}, FIXED, {0}},
		"values are neither in one column 'value' nor in columns of "
		"variants"},
	{{"ns", {SIZE, "nt=value"}, FIXED, {0}},
		"a variant is stated twice, or not at all"},
	{{"ns", {SIZE, NT},
		 {"op=move", "residency=cold", "drain=each", "isa=avx"}, {0}},
		"a variant is stated twice, or not at all"},
	{{"ns", {SIZE, NT}, {"op=flush", "residency=cold", "drain=each"}, {0}},
		"line 2: op flush with isa or store other than generic, "
		"cached"},
	{{"ns", {SIZE, "v=value", "nt=variant"}, FIXED, {0}},
		"line 2: unknown variant '2'"},
};

static void
bad_statements_are_told(void)
{
	for (size_t i = 0; i < sizeof(bad_statements) / sizeof(*bad_statements);
		i++) {
		char error[PROVENANCE_ERROR_BYTES];
		struct measurements all = {0};

		CHECK(import(&bad_statements[i].said,
			      "size,nt,v,b,a\n64,2,3,4,5\n", &all,
			      error) == -EINVAL,
			"%s", bad_statements[i].error);
		CHECK_TEXT(error, bad_statements[i].error);
		CHECK(all.count == 0);
		measurements_free(&all);
	}
}

int
main(void)
{
	int fd = mkstemp(path);

	CHECK(fd >= 0 && close(fd) == 0);
	layouts_agree();
	variants_have_lines();
	units_convert();
	bad_tables_are_told();
	bad_statements_are_told();
	CHECK(unlink(path) == 0);
	return 0;
}
