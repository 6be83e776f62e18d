/*
 * import_table.c: see import_table.h
 */
#include "import_table.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"

struct reader {
	struct import_table *table;
	struct lines lines;
	char separator;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Takes a field in quotes off *rest, unquoted in place. NULL, or what is wrong
 * with it. */
static const char *
quoted_take(char **rest, char **field)
{
	char *from = *rest + 1, *to = *rest;

	*field = to;
	while (*from && (from[0] != '"' || from[1] == '"')) {
		from += *from == '"';
		*to++ = *from++;
	}
	if (*from != '"')
		return "a quote does not end on its line";
	*rest = from + 1;
	while (**rest == ' ')
		++*rest;
	*to = '\0';
	return NULL;
}

static void
plain_take(char **rest, char **field, char separator)
{
	size_t len = strcspn(*rest, (const char[]){separator, '\0'});
	char *end = *rest + len;

	*field = *rest;
	*rest = end;
	while (end > *field && is_blank(end[-1]))
		end--;
	/* The separator itself is still to be seen. */
	if (end < *rest)
		*end = '\0';
}

/* Takes one field and the separator behind it off *rest, which becomes NULL
 * after the last. */
static const char *
field_take(const struct reader *r, char **rest, char **field)
{
	const char *what = NULL;
	char *separator;

	while (**rest == ' ')
		++*rest;
	if (r->separator == ',' && **rest == '"')
		what = quoted_take(rest, field);
	else
		plain_take(rest, field, r->separator);
	if (what)
		return what;
	separator = *rest;
	if (*separator && *separator != r->separator)
		return "text after a closing quote";
	*rest = *separator ? separator + 1 : NULL;
	*separator = '\0';
	return NULL;
}

static size_t
separators_count(const char *text, char separator)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == separator;
	return count;
}

/* Splits a line, which it copies. *count is the number of fields. */
static const char *
line_split(const struct reader *r, struct import_line *line, const char *text,
	size_t *count)
{
	const char *what = NULL;
	char *rest;

	*count = 0;
	line->number = r->lines.number;
	line->text = strdup(text);
	line->fields = calloc(separators_count(text, r->separator) + 1,
		sizeof(*line->fields));
	if (!line->text || !line->fields)
		return "out of memory";
	rest = line->text;
	while (rest && !what)
		what = field_take(r, &rest, &line->fields[(*count)++]);
	return what;
}

static void
line_free(struct import_line *line)
{
	free(line->text);
	free(line->fields);
}

static int
line_reserve(struct import_table *t)
{
	size_t capacity = t->capacity ? 2 * t->capacity : 64;
	struct import_line *lines;

	if (t->line_count < t->capacity)
		return 0;
	lines = realloc(t->lines, capacity * sizeof(*lines));
	if (!lines)
		return -ENOMEM;
	t->lines = lines;
	t->capacity = capacity;
	return 0;
}

static const char *
line_add(struct reader *r, const char *text)
{
	struct import_table *t = r->table;
	struct import_line *line;
	const char *what;
	size_t count;

	if (!t->names.text) {
		r->separator = strchr(text, '\t') ? '\t' : ',';
		return line_split(r, &t->names, text, &t->column_count);
	}
	if (r->separator == ',' && strchr(text, '\t'))
		return "a tab, where the first line has commas";
	if (line_reserve(t))
		return "out of memory";
	line = &t->lines[t->line_count++];
	what = line_split(r, line, text, &count);
	if (!what && count != t->column_count)
		what = "not as many fields as the first line";
	return what;
}

/* NULL, or what is wrong with the current line. */
static const char *
line_parse(struct reader *r)
{
	static const char mark[] = "\xef\xbb\xbf"; /* UTF-8's */
	struct lines *l = &r->lines;
	char *text = l->text;

	if (l->len > 0 && text[l->len - 1] == '\r')
		text[--l->len] = '\0';
	if (lines_control(l) >= 0)
		return "control character";
	if (l->number == 1 && strncmp(text, mark, strlen(mark)) == 0)
		text += strlen(mark);
	if (*text == '#' || text[strspn(text, " \t")] == '\0')
		return NULL;
	return line_add(r, text);
}

int
import_table_read(struct import_table *t, const char *path,
	char error[PROVENANCE_ERROR_BYTES])
{
	struct reader r = {.table = t};
	int err;

	lines_open(&r.lines, path, error);
	while (lines_next(&r.lines))
		lines_judge(&r.lines, line_parse(&r));
	if (t->line_count == 0)
		lines_judge_end(&r.lines, "the file ends before its first row");
	err = lines_close(&r.lines);
	if (err)
		import_table_free(t);
	return err;
}

void
import_table_free(struct import_table *t)
{
	line_free(&t->names);
	for (size_t i = 0; i < t->line_count; i++)
		line_free(&t->lines[i]);
	free(t->lines);
	*t = (struct import_table){0};
}
