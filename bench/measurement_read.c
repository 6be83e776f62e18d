/*
 * measurement_read.c: the reader of measurements.tsv
 *
 * Files come from other machines, from people's editors and from disks that
 * were full: every flaw is told with its line, and nothing is guessed.
 */
#include "measurement.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"

/* Cuts a line at its tabs; the number of columns, which may be more than
 * fields has room for. */
static size_t
columns_split(char *line, char *fields[MEASUREMENT_COLUMNS])
{
	size_t count = 0;
	char *field;

	while ((field = strsep(&line, "\t"))) {
		if (count < MEASUREMENT_COLUMNS)
			fields[count] = field;
		count++;
	}
	return count;
}

static int
row_parse(struct measurement *m, struct lines *l)
{
	char *fields[MEASUREMENT_COLUMNS], error[PROVENANCE_ERROR_BYTES];
	size_t count = columns_split(l->text, fields);
	const char *what;

	if (count != MEASUREMENT_COLUMNS)
		return lines_fail(l, "%zu columns, wanted %d", count,
			MEASUREMENT_COLUMNS);
	for (int i = 0; i < MEASUREMENT_COLUMNS; i++) {
		if (measurement_set(m, i, fields[i], error))
			return lines_fail(l, "%s", error);
	}
	what = measurement_check(m);
	return what ? lines_fail(l, "%s", what) : 0;
}

int
measurements_push(struct measurements *all, const struct measurement *m)
{
	if (all->count == all->capacity) {
		size_t capacity = all->capacity ? 2 * all->capacity : 4096;
		struct measurement *rows = realloc(
			all->rows, capacity * sizeof(*rows));

		if (!rows)
			return -ENOMEM;
		all->rows = rows;
		all->capacity = capacity;
	}
	all->rows[all->count++] = *m;
	return 0;
}

static void
header_check(const struct measurements *all, struct lines *l)
{
	const char *schema = provenance_find(&all->provenance, "schema");

	if (!schema)
		lines_fail(l, "no schema stated before the first row");
	else if (strcmp(schema, MEASUREMENT_SCHEMA) != 0)
		lines_fail(l, "schema is '%.40s', wanted '%s'", schema,
			MEASUREMENT_SCHEMA);
	else if (strcmp(l->text, measurement_header) != 0)
		lines_fail(
			l, "not the header of schema %s", MEASUREMENT_SCHEMA);
}

static void
line_parse(struct measurements *all, struct lines *l, bool *has_header)
{
	int control = lines_control(l);
	struct measurement m;

	if (l->torn) {
		lines_fail(l, LINES_TORN);
	} else if (control >= 0) {
		lines_fail(l, "control character 0x%02x", (unsigned)control);
	} else if (strncmp(l->text, "# ", 2) == 0) {
		lines_judge(l, provenance_parse(&all->provenance, l->text + 2));
	} else if (!*has_header) {
		*has_header = true;
		header_check(all, l);
	} else if (row_parse(&m, l) == 0 && measurements_push(all, &m)) {
		lines_fail(l, "out of memory");
	}
}

int
measurements_read(struct measurements *all, const char *path,
	enum measurement_mode mode, char error[PROVENANCE_ERROR_BYTES])
{
	bool has_header = false;
	struct lines lines;
	int err;

	lines_open(&lines, path, error);
	while (lines_next(&lines)) {
		if (lines.torn && mode == MEASUREMENT_RESUME)
			break;
		line_parse(all, &lines, &has_header);
		all->valid_bytes += (off_t)lines.len + 1;
	}
	if (!has_header)
		lines_judge_end(&lines, "the file ends before its header");
	err = lines_close(&lines);
	if (err)
		measurements_free(all);
	return err;
}

void
measurements_free(struct measurements *all)
{
	provenance_free(&all->provenance);
	free(all->rows);
	*all = (struct measurements){0};
}
