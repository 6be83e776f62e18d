/*
 * format.c: see format.h
 */
#include "format.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct format
format_bytes(size_t bytes)
{
	static const char *const names[] = {"B", "KiB", "MiB", "GiB"};
	struct format f;
	double value;
	int unit = 3;

	while (unit > 0 && (bytes < (size_t)1 << (10 * unit) ||
				   bytes % ((size_t)1 << (10 * unit - 2)) != 0))
		unit--;
	value = (double)bytes / (double)((size_t)1 << (10 * unit));
	snprintf(f.text, sizeof(f.text), "%.15g %s", value, names[unit]);
	return f;
}

struct format
format_threshold(size_t bytes)
{
	if (bytes == 0)
		return (struct format){"always"};
	if (bytes == SIZE_MAX)
		return (struct format){"never"};
	return format_bytes(bytes);
}

struct format
format_from(size_t bytes)
{
	struct format f;

	if (bytes == 0 || bytes == SIZE_MAX)
		return format_threshold(bytes);
	snprintf(
		f.text, sizeof(f.text), "from %.24s", format_bytes(bytes).text);
	return f;
}

/* value with `digits` significant digits, without an exponent. */
static struct format
significant(double value, int digits, const char *unit)
{
	struct format f;
	double magnitude = value == 0 ? 0 : floor(log10(fabs(value)));
	int decimals = digits - 1 - (int)magnitude;

	/* 9.995 rounds up into the next decade. */
	if (decimals > 0 &&
		fabs(value) * pow(10, decimals) >= pow(10, digits) - 0.5)
		decimals--;
	snprintf(f.text, sizeof(f.text), "%.*f %s", decimals > 0 ? decimals : 0,
		value, unit);
	return f;
}

struct format
format_ns(double ns)
{
	if (ns < 999.5)
		return significant(ns, 3, "ns");
	if (ns < 999.5e3)
		return significant(ns / 1e3, 3, "µs");
	return significant(ns / 1e6, 3, "ms");
}

struct format
format_gbps(double bytes_per_ns)
{
	return significant(bytes_per_ns, 3, "GB/s");
}

struct format
format_ratio(double ratio)
{
	struct format f;

	snprintf(f.text, sizeof(f.text), "%.2f×", ratio);
	return f;
}

/* One decimal, with the sign that is asked for where it is above 0. */
static struct format
tenths(double percent, const char *plus)
{
	struct format f;
	double rounded = round(percent * 10) / 10;
	const char *sign = rounded > 0 ? plus : rounded < 0 ? "−" : "";

	snprintf(f.text, sizeof(f.text), "%s%.1f %%", sign, fabs(rounded));
	return f;
}

struct format
format_percent(double percent)
{
	return tenths(percent, "+");
}

struct format
format_loss(double percent)
{
	return tenths(percent, "");
}

struct format
format_amount(double value, const char *unit)
{
	const char *sign = value < 0 ? "−" : "";
	struct format f;

	if (strcmp(unit, "x") == 0)
		snprintf(f.text, sizeof(f.text), "%s%.3f×", sign, fabs(value));
	else
		snprintf(f.text, sizeof(f.text), "%s%.2f %.10s", sign,
			fabs(value), unit);
	return f;
}

struct format
format_share(double percent)
{
	struct format f;

	if (percent > 0 && percent < 1)
		return (struct format){"< 1 %"};
	if (percent > 99 && percent < 100)
		return (struct format){"> 99 %"};
	snprintf(f.text, sizeof(f.text), "%.0f %%", percent);
	return f;
}
