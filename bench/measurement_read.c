/*
 * measurement_read.c: the reader of measurements.tsv
 *
 * Files come from other machines, from people's editors and from disks that
 * were full: every flaw is told with its line, and nothing is guessed.
 */
#include "measurement.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Where messages go. */
struct complaint {
	size_t line;
	char *error;
};

__attribute__((format(printf, 2, 3))) static int
complain(const struct complaint *c, const char *format, ...)
{
	int n = snprintf(
		c->error, PROVENANCE_ERROR_BYTES, "line %zu: ", c->line);
	va_list args;

	va_start(args, format);
	vsnprintf(
		c->error + n, PROVENANCE_ERROR_BYTES - (size_t)n, format, args);
	va_end(args);
	return -EINVAL;
}

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
row_parse(struct measurement *m, char *line, const struct complaint *c)
{
	char *fields[MEASUREMENT_COLUMNS], error[PROVENANCE_ERROR_BYTES];
	size_t count = columns_split(line, fields);
	const char *what;

	if (count != MEASUREMENT_COLUMNS)
		return complain(c, "%zu columns, wanted %d", count,
			MEASUREMENT_COLUMNS);
	for (int i = 0; i < MEASUREMENT_COLUMNS; i++) {
		if (measurement_set(m, i, fields[i], error))
			return complain(c, "%s", error);
	}
	what = measurement_check(m);
	return what ? complain(c, "%s", what) : 0;
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

static int
header_check(const struct measurements *all, const char *line,
	const struct complaint *c)
{
	const char *schema = provenance_find(&all->provenance, "schema");

	if (!schema)
		return complain(c, "no schema stated before the first row");
	if (strcmp(schema, MEASUREMENT_SCHEMA) != 0)
		return complain(c, "schema is '%.40s', wanted '%s'", schema,
			MEASUREMENT_SCHEMA);
	if (strcmp(line, measurement_header) != 0)
		return complain(
			c, "not the header of schema %s", MEASUREMENT_SCHEMA);
	return 0;
}

/* One line of len bytes without its newline. */
static int
line_parse(struct measurements *all, char *line, size_t len, bool *has_header,
	const struct complaint *c)
{
	struct measurement m;
	const char *what;
	int err;

	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)line[i];

		if ((byte < ' ' && byte != '\t') || byte == 0x7f)
			return complain(c, "control character 0x%02x", byte);
	}
	if (strncmp(line, "# ", 2) == 0) {
		what = provenance_parse(&all->provenance, line + 2);
		return what ? complain(c, "%s", what) : 0;
	}
	if (!*has_header) {
		*has_header = true;
		return header_check(all, line, c);
	}
	err = row_parse(&m, line, c);
	if (!err && measurements_push(all, &m))
		err = complain(c, "out of memory");
	return err;
}

static int
lines_read(struct measurements *all, FILE *f, enum measurement_mode mode,
	char *error)
{
	struct complaint c = {.error = error};
	bool has_header = false;
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	int err = 0;

	errno = 0;
	while (!err && (len = getline(&line, &room, f)) > 0) {
		c.line++;
		if (line[len - 1] != '\n') {
			if (mode == MEASUREMENT_STRICT)
				err = complain(
					&c, "truncated: no newline at its end");
			break;
		}
		line[len - 1] = '\0';
		err = line_parse(all, line, (size_t)len - 1, &has_header, &c);
		all->valid_bytes += len;
	}
	free(line);
	if (!err && ferror(f))
		err = complain(&c, "%s", strerror(errno));
	if (!err && !has_header) {
		c.line++;
		err = complain(&c, "the file ends before its header");
	}
	return err;
}

int
measurements_read(struct measurements *all, const char *path,
	enum measurement_mode mode, char error[PROVENANCE_ERROR_BYTES])
{
	FILE *f;
	int err;

	f = fopen(path, "re");
	if (!f) {
		err = -errno;
		snprintf(error, PROVENANCE_ERROR_BYTES, "%s", strerror(-err));
		return err;
	}
	err = lines_read(all, f, mode, error);
	if (err)
		measurements_free(all);
	fclose(f);
	return err;
}

void
measurements_free(struct measurements *all)
{
	provenance_free(&all->provenance);
	free(all->rows);
	*all = (struct measurements){0};
}
