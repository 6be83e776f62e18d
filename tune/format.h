/*
 * format.h: how numbers read in the report
 *
 * Page, plots' tables and terminal show a number through one of these alone,
 * so that a value reads the same everywhere. Each returns its text by value:
 * printf("%s", format_ns(t).text). Texts are UTF-8.
 */
#ifndef TUNE_FORMAT_H
#define TUNE_FORMAT_H

#include <stddef.h>

struct format {
	char text[32];
};

/* "192 B", "1.5 KiB", "16 MiB": exact; what is no quarter of a unit is told in
 * the next smaller one. */
struct format format_bytes(size_t bytes);

/* A threshold: format_bytes, "always" for 0, "never" for SIZE_MAX. */
struct format format_threshold(size_t bytes);

/* The same behind "stream": "from 192 B", "always", "never". */
struct format format_from(size_t bytes);

/* Three significant digits: "104 ns", "1.56 µs", "12.3 ms". */
struct format format_ns(double ns);

/* Bytes per nanosecond, which is GB/s, to three digits: "0.0765 GB/s". */
struct format format_gbps(double bytes_per_ns);

/* Two decimals: "1.32×". */
struct format format_ratio(double ratio);

/* Signed, one decimal: "+5.3 %", "−0.2 %", "0.0 %". */
struct format format_percent(double percent);

/* A loss or a noise, which has no direction: "1.2 %". */
struct format format_loss(double percent);

/* In a unit of goals.tsv: "1.043×", "3.20 %", "12.40 ns". */
struct format format_amount(double value, const char *unit);

/* Whole: "98 %". What is neither none nor all never reads as such. */
struct format format_share(double percent);

#endif
