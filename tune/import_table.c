/*
 * import_table.c: see import_table.h
 */
#include "import_table.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

struct reader {
	struct import_table *table;
	size_t line; /* number of the current one */
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
	line->number = r->line;
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

/* Cuts off what ends a line. NULL, or what is wrong with the rest. */
static const char *
line_trim(char *text, size_t len)
{
	if (len > 0 && text[len - 1] == '\n')
		len--;
	if (len > 0 && text[len - 1] == '\r')
		len--;
	text[len] = '\0';
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)text[i];

		if ((byte < ' ' && byte != '\t') || byte == 0x7f)
			return "control character";
	}
	return NULL;
}

static const char *
line_parse(struct reader *r, char *text, size_t len)
{
	static const char mark[] = "\xef\xbb\xbf"; /* UTF-8's */
	const char *what = line_trim(text, len);

	if (what)
		return what;
	if (r->line == 1 && strncmp(text, mark, strlen(mark)) == 0)
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
	FILE *f = fopen(path, "re");
	const char *what = NULL;
	char *text = NULL;
	size_t room = 0;
	ssize_t len;
	int err = f ? 0 : -errno;

	if (!f)
		goto describe;
	errno = 0;
	while (!what && (len = getline(&text, &room, f)) > 0) {
		r.line++;
		what = line_parse(&r, text, (size_t)len);
	}
	if (!what && ferror(f))
		err = errno ? -errno : -EIO;
	free(text);
	fclose(f);
	if (!what && !err && t->line_count == 0) {
		r.line++;
		what = "the file ends before its first row";
	}
	if (what) {
		import_table_free(t);
		snprintf(error, PROVENANCE_ERROR_BYTES, "line %zu: %s", r.line,
			what);
		return -EINVAL;
	}
	if (!err)
		return 0;
	import_table_free(t);
describe:
	snprintf(error, PROVENANCE_ERROR_BYTES, "%s", strerror(-err));
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
