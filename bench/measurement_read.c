/*
 * measurement_read.c: the reader of measurements.tsv
 *
 * Files come from other machines, from people's editors and from disks that
 * were full: every flaw is told with its line, and nothing is guessed.
 */
#include "measurement.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Columns: first the words, each with what looks it up; then whole numbers,
 * each with its limits; the last is time_ns. */
#define WORD_COUNT 6
#define NUMBER_COUNT 7
#define COLUMN_COUNT (WORD_COUNT + NUMBER_COUNT + 1)

static const struct word_column {
	const char *name;
	int (*find)(const char *word);
} word_columns[WORD_COUNT] = {
	{"op", op_find},
	{"isa", isa_find},
	{"store", store_find},
	{"flush", flush_find},
	{"residency", residency_find},
	{"drain", drain_find},
};

static const struct number_column {
	const char *name;
	uint64_t min, max;
} number_columns[NUMBER_COUNT] = {
	{"threads", 1, INT_MAX},
	{"cpu_node", 0, INT_MAX},
	{"mem_node", 0, INT_MAX},
	{"size_bytes", 1, SSIZE_MAX},
	{"dst_offset", 0, LINE_BYTES - 1},
	{"src_offset", 0, LINE_BYTES - 1},
	{"rep", 0, INT_MAX},
};

/* Digits alone: no sign, blank, base or exponent. */
static bool
whole_number(const char *text, uint64_t *value)
{
	size_t len = strlen(text);

	if (len == 0 || strspn(text, "0123456789") != len)
		return false;
	errno = 0;
	*value = strtoull(text, NULL, 10);
	return errno == 0;
}

/* A decimal such as 12.5, not negative; nothing else that strtod would take. */
static bool
decimal_number(const char *text, double *value)
{
	size_t whole = strspn(text, "0123456789"), part = 0;

	if (whole == 0)
		return false;
	if (text[whole] == '.') {
		part = strspn(text + whole + 1, "0123456789");
		if (part == 0)
			return false;
		part++;
	}
	if (text[whole + part] != '\0')
		return false;
	*value = strtod(text, NULL);
	return isfinite(*value);
}

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
columns_split(char *line, char *fields[COLUMN_COUNT])
{
	size_t count = 0;
	char *field;

	while ((field = strsep(&line, "\t"))) {
		if (count < COLUMN_COUNT)
			fields[count] = field;
		count++;
	}
	return count;
}

static int
row_parse(struct measurement *m, char *line, const struct complaint *c)
{
	char *fields[COLUMN_COUNT];
	char **numbers = fields + WORD_COUNT;
	const char *time, *what;
	uint64_t number[NUMBER_COUNT];
	int word[WORD_COUNT];
	size_t count;

	count = columns_split(line, fields);
	if (count != COLUMN_COUNT)
		return complain(
			c, "%zu columns, wanted %d", count, COLUMN_COUNT);
	for (size_t i = 0; i < WORD_COUNT; i++) {
		word[i] = word_columns[i].find(fields[i]);
		if (word[i] < 0)
			return complain(c, "unknown %s '%.40s'",
				word_columns[i].name, fields[i]);
	}
	for (size_t i = 0; i < NUMBER_COUNT; i++) {
		const struct number_column *column = &number_columns[i];

		if (!whole_number(numbers[i], &number[i]) ||
			number[i] < column->min || number[i] > column->max)
			return complain(c,
				"%s is '%.40s', not a whole number from %ju "
				"to %ju",
				column->name, numbers[i],
				(uintmax_t)column->min, (uintmax_t)column->max);
	}
	time = fields[COLUMN_COUNT - 1];
	if (!decimal_number(time, &m->time_ns))
		return complain(
			c, "time_ns is '%.40s', not a finite decimal", time);
	m->op = (enum op)word[0];
	m->isa = (enum isa)word[1];
	m->store = (enum store)word[2];
	m->flush = (enum flush)word[3];
	m->residency = (enum residency)word[4];
	m->drain = (enum drain)word[5];
	m->threads = (unsigned)number[0];
	m->cpu_node = (unsigned)number[1];
	m->mem_node = (unsigned)number[2];
	m->size_bytes = (size_t)number[3];
	m->dst_offset = (unsigned)number[4];
	m->src_offset = (unsigned)number[5];
	m->rep = (unsigned)number[6];
	what = measurement_check(m);
	return what ? complain(c, "%s", what) : 0;
}

static int
row_push(struct measurements *all, const struct measurement *m)
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
	if (!err && row_push(all, &m))
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
