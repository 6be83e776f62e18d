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
#include <sys/types.h>

struct reader {
	struct table *table;
	const char *header;
	bool has_header;
	size_t line; /* number of the current one, from 1 */
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

/* One line of len bytes, newline included. NULL, or what is wrong with it. */
static const char *
line_parse(struct reader *r, char *line, size_t len)
{
	if (line[len - 1] != '\n')
		return "truncated: no newline at its end";
	line[--len] = '\0';
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)line[i];

		if ((byte < ' ' && byte != '\t') || byte == 0x7f)
			return "control character";
	}
	if (strncmp(line, "# ", 2) == 0)
		return provenance_parse(&r->table->provenance, line + 2);
	if (r->has_header)
		return row_parse(r, line);
	r->has_header = true;
	r->table->column_count = count_columns(r->header);
	return strcmp(line, r->header) == 0 ? NULL : "not the header wanted";
}

int
table_read(struct table *t, const char *path, const char *header,
	char error[PROVENANCE_ERROR_BYTES])
{
	struct reader r = {.table = t, .header = header};
	FILE *f = fopen(path, "re");
	const char *what = NULL;
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	int err = f ? 0 : -errno;

	if (!f)
		goto describe;
	errno = 0;
	while (!what && (len = getline(&line, &room, f)) > 0) {
		r.line++;
		what = line_parse(&r, line, (size_t)len);
	}
	if (!what && ferror(f))
		err = errno ? -errno : -EIO;
	free(line);
	fclose(f);
	if (!what && !err && !r.has_header) {
		r.line++;
		what = "the file ends before its header";
	}
	if (what) {
		table_free(t);
		snprintf(error, PROVENANCE_ERROR_BYTES, "line %zu: %s", r.line,
			what);
		return -EINVAL;
	}
	if (!err)
		return 0;
	table_free(t);
describe:
	snprintf(error, PROVENANCE_ERROR_BYTES, "%s", strerror(-err));
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
