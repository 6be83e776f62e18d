/*
 * table.c: see table.h
 */
#include "table.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"

struct reader {
	struct table *table;
	const char *header;
	bool has_header;
	size_t capacity;
};

static size_t
count_columns(const char *line)
{
	size_t count = 1;

	for (; *line; line++)
		count += *line == '\t';
	return count;
}

static int
row_room(struct reader *r)
{
	struct table *t = r->table;
	size_t capacity = r->capacity ? 2 * r->capacity : 256;
	char **lines, **cells;

	if (t->row_count < r->capacity)
		return 0;
	lines = realloc(t->lines, capacity * sizeof(*lines));
	if (!lines)
		return -ENOMEM;
	t->lines = lines;
	cells = realloc(t->cells, capacity * t->column_count * sizeof(*cells));
	if (!cells)
		return -ENOMEM;
	t->cells = cells;
	r->capacity = capacity;
	return 0;
}

static const char *
row_parse(struct reader *r, const char *line)
{
	struct table *t = r->table;
	char **cell, *text;

	if (count_columns(line) != t->column_count)
		return "the row has not as many fields as the header";
	if (row_room(r))
		return "out of memory";
	text = strdup(line);
	if (!text)
		return "out of memory";
	cell = t->cells + t->row_count * t->column_count;
	t->lines[t->row_count++] = text;
	for (size_t i = 0; i < t->column_count; i++)
		cell[i] = strsep(&text, "\t");
	return NULL;
}

/* NULL, or what is wrong with a line. */
static const char *
line_parse(struct reader *r, const struct lines *l)
{
	if (l->torn)
		return LINES_TORN;
	if (lines_control(l) >= 0)
		return "control character";
	if (strncmp(l->text, "# ", 2) == 0)
		return provenance_parse(&r->table->provenance, l->text + 2);
	if (r->has_header)
		return row_parse(r, l->text);
	r->has_header = true;
	r->table->column_count = count_columns(r->header);
	return strcmp(l->text, r->header) == 0 ? NULL : "not the header wanted";
}

int
table_read(struct table *t, const char *path, const char *header,
	char error[PROVENANCE_ERROR_BYTES])
{
	struct reader r = {.table = t, .header = header};
	struct lines lines;
	int err;

	lines_open(&lines, path, error);
	while (lines_next(&lines))
		lines_judge(&lines, line_parse(&r, &lines));
	if (!r.has_header)
		lines_judge_end(&lines, "the file ends before its header");
	err = lines_close(&lines);
	if (err)
		table_free(t);
	return err;
}

int
table_number(const char *cell, double *value)
{
	char *end;

	/* strtod takes blanks, hexadecimal and names; a table holds none. */
	if (cell[strspn(cell, "0123456789+-.eE")] != '\0')
		return -EINVAL;
	*value = strtod(cell, &end);
	return end != cell && *end == '\0' && isfinite(*value) ? 0 : -EINVAL;
}

int
table_whole(const char *cell, size_t *value)
{
	uintmax_t number;

	if (*cell == '\0' || cell[strspn(cell, "0123456789")] != '\0')
		return -EINVAL;
	errno = 0;
	number = strtoumax(cell, NULL, 10);
	if (errno || number > SIZE_MAX)
		return -EINVAL;
	*value = number;
	return 0;
}

int
table_amount(const char *cell, double most, double *value)
{
	if (*cell < '0' || *cell > '9' || table_number(cell, value))
		return -EINVAL;
	return *value <= most ? 0 : -EINVAL;
}

void
table_free(struct table *t)
{
	for (size_t i = 0; i < t->row_count; i++)
		free(t->lines[i]);
	free(t->lines);
	free(t->cells);
	provenance_free(&t->provenance);
	*t = (struct table){0};
}
