/*
 * provenance.c: see provenance.h
 */
#include "provenance.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"

static bool
is_key(const char *text, size_t len)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

	return len > 0 && strspn(text, letters) >= len;
}

static bool
is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

static int
fact_push(struct provenance *p, char *key, char *value)
{
	if (p->count == p->capacity) {
		size_t capacity = p->capacity ? 2 * p->capacity : 64;
		struct fact *facts = realloc(
			p->facts, capacity * sizeof(*facts));

		if (!facts)
			return -ENOMEM;
		p->facts = facts;
		p->capacity = capacity;
	}
	p->facts[p->count++] = (struct fact){key, value};
	return 0;
}

int
provenance_add(struct provenance *p, const char *key, const char *value)
{
	char *k, *v;

	if (!is_key(key, strlen(key)))
		return -EINVAL;
	k = strdup(key);
	v = strdup(value);
	if (!k || !v || fact_push(p, k, v)) {
		free(k);
		free(v);
		return -ENOMEM;
	}
	for (; *v; v++) {
		if (is_control(*v))
			*v = ' ';
	}
	return 0;
}

int
provenance_addf(struct provenance *p, const char *key, const char *format, ...)
{
	va_list args;
	char *value;
	int n, err;

	va_start(args, format);
	n = vasprintf(&value, format, args);
	va_end(args);
	if (n < 0)
		return -ENOMEM;
	err = provenance_add(p, key, value);
	free(value);
	return err;
}

int
provenance_append(struct provenance *p, const struct provenance *from)
{
	for (size_t i = 0; i < from->count; i++) {
		int err = provenance_add(
			p, from->facts[i].key, from->facts[i].value);

		if (err)
			return err;
	}
	return 0;
}

const char *
provenance_find(const struct provenance *p, const char *key)
{
	for (size_t i = p->count; i-- > 0;) {
		if (strcmp(p->facts[i].key, key) == 0)
			return p->facts[i].value;
	}
	return NULL;
}

const char *
provenance_parse(struct provenance *p, const char *line)
{
	const char *tab = strchr(line, '\t');
	char *key;
	int err;

	if (!tab)
		return "no tab between key and value";
	if (!is_key(line, (size_t)(tab - line)))
		return "key is not a word of a-z, 0-9 and _";
	for (const char *c = tab + 1; *c; c++) {
		if (is_control(*c))
			return "control character in a value";
	}
	key = strndup(line, (size_t)(tab - line));
	err = key ? provenance_add(p, key, tab + 1) : -ENOMEM;
	free(key);
	return err ? "out of memory" : NULL;
}

void
provenance_write(const struct provenance *p, const char *prefix, FILE *stream)
{
	for (size_t i = 0; i < p->count; i++)
		fprintf(stream, "%s%s\t%s\n", prefix, p->facts[i].key,
			p->facts[i].value);
}

/* One line of a file of facts. NULL or what is wrong. */
static const char *
line_parse(struct provenance *p, const struct lines *l)
{
	if (strlen(l->text) != l->len)
		return "NUL byte";
	return l->torn ? LINES_TORN : provenance_parse(p, l->text);
}

static int
schema_check(const struct provenance *p, const char *schema, char *error)
{
	const char *found = provenance_find(p, "schema");

	if (found && strcmp(found, schema) == 0)
		return 0;
	snprintf(error, PROVENANCE_ERROR_BYTES, "schema is %.20s, wanted %.20s",
		found ? found : "not stated", schema);
	return -EINVAL;
}

int
provenance_read(struct provenance *p, const char *path, const char *schema,
	char error[PROVENANCE_ERROR_BYTES])
{
	struct lines lines;
	int err;

	lines_open(&lines, path, error);
	while (lines_next(&lines))
		lines_judge(&lines, line_parse(p, &lines));
	err = lines_close(&lines);
	if (!err)
		err = schema_check(p, schema, error);
	if (err)
		provenance_free(p);
	return err;
}

void
provenance_free(struct provenance *p)
{
	for (size_t i = 0; i < p->count; i++) {
		free(p->facts[i].key);
		free(p->facts[i].value);
	}
	free(p->facts);
	*p = (struct provenance){0};
}
