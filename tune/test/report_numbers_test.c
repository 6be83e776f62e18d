/*
 * report_numbers_test.c: numbers read as they are, and points are medians of
 * what was measured
 */
#include <stdint.h>

#include "../../bench/test/check.h"
#include "format.h"
#include "series.h"

static void
formats(void)
{
	CHECK_TEXT(format_bytes(8).text, "8 B");
	CHECK_TEXT(format_bytes(1000).text, "1000 B");
	CHECK_TEXT(format_bytes(1024).text, "1 KiB");
	CHECK_TEXT(format_bytes(1536).text, "1.5 KiB");
	CHECK_TEXT(format_bytes(1537).text, "1537 B");
	CHECK_TEXT(format_bytes(16 << 20).text, "16 MiB");
	CHECK_TEXT(format_threshold(0).text, "always");
	CHECK_TEXT(format_threshold(192).text, "192 B");
	CHECK_TEXT(format_threshold(SIZE_MAX).text, "never");
	CHECK_TEXT(format_ns(0.5).text, "0.500 ns");
	CHECK_TEXT(format_ns(9.996).text, "10.0 ns");
	CHECK_TEXT(format_ns(104.25).text, "104 ns");
	CHECK_TEXT(format_ns(999.7).text, "1.00 µs");
	CHECK_TEXT(format_ns(1556).text, "1.56 µs");
	CHECK_TEXT(format_ns(12.34e6).text, "12.3 ms");
	CHECK_TEXT(format_gbps(0.07654).text, "0.0765 GB/s");
	CHECK_TEXT(format_ratio(1.318).text, "1.32×");
	CHECK_TEXT(format_percent(5.26).text, "+5.3 %");
	CHECK_TEXT(format_percent(-0.16).text, "−0.2 %");
	CHECK_TEXT(format_percent(-0.04).text, "0.0 %");
	CHECK_TEXT(format_share(0).text, "0 %");
	CHECK_TEXT(format_share(0.2).text, "< 1 %");
	CHECK_TEXT(format_share(99.6).text, "> 99 %");
	CHECK_TEXT(format_share(100).text, "100 %");
}

static struct measurement
move(enum store store, size_t size_bytes, unsigned rep, double time_ns)
{
	return (struct measurement){
		.op = OP_MOVE,
		.isa = ISA_AVX,
		.store = store,
		.flush = FLUSH_CLWB,
		.threads = 1,
		.size_bytes = size_bytes,
		.rep = rep,
		.time_ns = time_ns,
	};
}

static struct series_key
key_of(enum store store)
{
	return (struct series_key){
		.op = OP_MOVE,
		.isa = ISA_AVX,
		.store = store,
		.flush = FLUSH_CLWB,
		.threads = 1,
	};
}

/* Of 9 values the second smallest and the second largest bound the median:
 * Binomial(9, 1/2) is below 2 with 1.95 %, below 3 with 9 %. */
static void
medians(void)
{
	struct measurement rows[9];
	struct measurements all = {.rows = rows, .count = 9};
	struct series_key key = key_of(STORE_CACHED);
	struct series s;

	for (unsigned i = 0; i < 9; i++)
		rows[i] = move(STORE_CACHED, 64, i, 100 + (i * 5) % 9);
	CHECK(series_times(&s, &all, &key) == 0);
	CHECK(s.count == 1 && s.points[0].size_bytes == 64);
	CHECK(s.points[0].mid == 104 && s.points[0].count == 9);
	CHECK(s.points[0].lo == 101 && s.points[0].hi == 107);
	series_to_throughput(&s);
	CHECK(s.points[0].mid == 64.0 / 104);
	CHECK(s.points[0].lo == 64.0 / 107 && s.points[0].hi == 64.0 / 101);
	series_free(&s);
}

/* A repetition without its partner has no ratio. */
static void
ratios(void)
{
	struct measurement rows[] = {
		move(STORE_CACHED, 128, 2, 30),
		move(STORE_CACHED, 64, 1, 10),
		move(STORE_STREAM, 64, 1, 20),
		move(STORE_STREAM, 128, 2, 10),
		move(STORE_STREAM, 64, 3, 1),
		move(STORE_CACHED, 256, 1, 5),
	};
	struct measurements all = {.rows = rows, .count = 6};
	struct series_key cached = key_of(STORE_CACHED);
	struct series_key stream = key_of(STORE_STREAM);
	struct series s;

	CHECK(series_ratios(&s, &all, &cached, &stream) == 0);
	CHECK(s.count == 2);
	CHECK(s.points[0].size_bytes == 64 && s.points[0].mid == 0.5);
	CHECK(s.points[0].count == 1);
	CHECK(s.points[1].size_bytes == 128 && s.points[1].mid == 3);
	series_free(&s);
}

int
main(void)
{
	formats();
	medians();
	ratios();
	return 0;
}
