/*
 * files_fuzz.c: what the decider reads, of any bytes
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparison.h"
#include "counts.h"
#include "decision.h"
#include "file_fuzz.h"
#include "import_map.h"
#include "reached.h"
#include "weights.h"

static char *
decisions_text(const struct decision_list *list, size_t *len)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	require(f);
	decision_list_write(list, f);
	require(fclose(f) == 0);
	return text;
}

/* What is written of decisions is read as the same decisions. */
static void
decisions(const char *path, size_t size)
{
	char error[PROVENANCE_ERROR_BYTES] = "", *text, *same;
	struct decision_list list = {0}, again = {0};
	size_t len, same_len;

	(void)size;
	if (decision_list_read(&list, path, error)) {
		require(is_one_line(error) && !list.count && !list.rows);
		return;
	}
	text = decisions_text(&list, &len);
	require(!decision_list_read(&again, bytes_file(text, len), error));
	same = decisions_text(&again, &same_len);
	require(len == same_len && memcmp(text, same, len) == 0);
	free(text);
	free(same);
	decision_list_free(&list);
	decision_list_free(&again);
}

static void
weights(const char *path, size_t size)
{
	char error[PROVENANCE_ERROR_BYTES] = "";
	struct weights w;
	double sum = 0;

	(void)size;
	if (weights_read(&w, path, error)) {
		require(is_one_line(error));
		return;
	}
	for (size_t i = 0; i < sizeof(w.of) / sizeof(double); i++) {
		double weight = (&w.of[0][0][0][0])[i];

		require(weight >= 0);
		sum += weight;
	}
	require(sum > 0 && isfinite(sum));
}

static void
compare(const char *path, size_t size)
{
	char error[PROVENANCE_ERROR_BYTES] = "";
	struct comparisons all = {0};

	(void)size;
	if (comparisons_read(&all, path, error))
		require(is_one_line(error) && !all.count && !all.rows);
	for (size_t i = 0; i < all.count; i++)
		require(all.rows[i].ratio_lo > 0 &&
			isfinite(all.rows[i].ratio_hi));
	comparisons_free(&all);
}

static void
counts(const char *path, size_t size)
{
	char error[PROVENANCE_ERROR_BYTES] = "";
	struct counts all = {0};

	(void)size;
	if (counts_read(&all, path, error))
		require(is_one_line(error) && !all.count && !all.rows);
	for (size_t i = 0; i < all.count; i++) {
		for (int e = 0; e < COUNTS_EVENTS; e++)
			require(!isinf(all.rows[i].events[e]));
		require(all.rows[i].of.size_bytes > 0);
	}
	counts_free(&all);
}

static void
reached(const char *path, size_t size)
{
	char error[PROVENANCE_ERROR_BYTES] = "";
	struct reached_list all = {0};

	(void)size;
	if (reached_read(&all, path, error))
		require(is_one_line(error) && !all.count && !all.rows);
	for (size_t i = 0; i < all.count; i++)
		require(strlen(all.rows[i].met) > 0 &&
			!isinf(all.rows[i].value));
	reached_free(&all);
}

static void
table_import(const struct import_map *map, const struct import_table *t)
{
	char error[PROVENANCE_ERROR_BYTES] = "";
	struct measurements all = {0};

	if (import_map_apply(map, t, &all, error))
		require(is_one_line(error) && !all.count);
	for (size_t i = 0; i < all.count; i++)
		require(!measurement_check(&all.rows[i]));
	measurements_free(&all);
}

/* One table, by a map for variants in columns and one for variants in lines. */
static void
import(const char *path, size_t size)
{
	static const char *const columns[2][5] = {
		{"size=size_bytes", "ntstore=avx512f/stream/none",
			"store+clwb=avx512f/cached/clwb"},
		{"size=size_bytes", "how=variant", "value=value", "n=threads"},
	};
	static const char *const fixed[] = {
		"op=move", "residency=warm", "drain=each"};
	char error[PROVENANCE_ERROR_BYTES] = "";
	struct import_table t = {0};

	(void)size;
	if (import_table_read(&t, path, error)) {
		require(is_one_line(error) && !t.line_count && !t.lines);
		return;
	}
	for (int m = 0; m < 2; m++) {
		struct import_map map = {.unit = import_unit_find("GB/s")};

		for (int i = 0; columns[m][i]; i++)
			require(!import_map_column(&map, columns[m][i], error));
		for (int i = 0; i < 3; i++)
			require(!import_map_fix(&map, fixed[i], error));
		table_import(&map, &t);
	}
	import_table_free(&t);
}

const struct parser parsers[] = {
	{"compare", compare},
	{"counts", counts},
	{"decisions", decisions},
	{"import", import},
	{"reached", reached},
	{"weights", weights},
	{NULL, NULL},
};
