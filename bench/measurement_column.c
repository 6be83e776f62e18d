/*
 * measurement_column.c: the columns of measurements.tsv, each with what it may
 * hold
 */
#include "measurement.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"

/* How a column's text becomes a member of the record. */
enum kind {
	KIND_WORD, /* an enumerator, by its name */
	KIND_NUMBER, /* unsigned */
	KIND_BYTES, /* size_t */
	KIND_TIME, /* double */
};

/* Name and member of a column. */
#define WORD(name) #name, offsetof(struct measurement, name), KIND_WORD
#define WHOLE(name, kind) #name, offsetof(struct measurement, name), kind, NULL

static const struct column {
	const char *name;
	size_t member; /* offset in struct measurement */
	enum kind kind;
	int (*find)(const char *word); /* of a word */
	uint64_t min, max; /* of a whole number */
} columns[MEASUREMENT_COLUMNS] = {
	{WORD(op), op_find, 0, 0},
	{WORD(isa), isa_find, 0, 0},
	{WORD(store), store_find, 0, 0},
	{WORD(flush), flush_find, 0, 0},
	{WORD(residency), residency_find, 0, 0},
	{WORD(drain), drain_find, 0, 0},
	{WHOLE(threads, KIND_NUMBER), 1, INT_MAX},
	{WHOLE(cpu_node, KIND_NUMBER), 0, INT_MAX},
	{WHOLE(mem_node, KIND_NUMBER), 0, INT_MAX},
	{WHOLE(size_bytes, KIND_BYTES), 1, SSIZE_MAX},
	{WHOLE(dst_offset, KIND_NUMBER), 0, LINE_BYTES - 1},
	{WHOLE(src_offset, KIND_NUMBER), 0, LINE_BYTES - 1},
	{WHOLE(rep, KIND_NUMBER), 0, INT_MAX},
	{WHOLE(time_ns, KIND_TIME), 0, 0},
};

/* Words are written through a pointer to unsigned. */
_Static_assert(sizeof(enum op) == sizeof(unsigned) &&
		       sizeof(enum flush) == sizeof(unsigned),
	"an enum is as wide as an unsigned");

int
measurement_column(const char *name)
{
	for (int i = 0; i < MEASUREMENT_COLUMNS; i++) {
		if (strcmp(columns[i].name, name) == 0)
			return i;
	}
	return -1;
}

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

int
measurement_set(struct measurement *m, int column, const char *text,
	char error[PROVENANCE_ERROR_BYTES])
{
	const struct column *c = &columns[column];
	void *member = (char *)m + c->member;
	uint64_t number;
	int word;

	switch (c->kind) {
	case KIND_WORD:
		word = c->find(text);
		if (word < 0)
			return complain(
				error, "unknown %s '%.40s'", c->name, text);
		*(unsigned *)member = (unsigned)word;
		return 0;
	case KIND_TIME:
		if (!decimal_number(text, member))
			return complain(error,
				"%s is '%.40s', not a finite decimal", c->name,
				text);
		return 0;
	default:
		break;
	}
	if (!whole_number(text, &number) || number < c->min || number > c->max)
		return complain(error,
			"%s is '%.40s', not a whole number from %ju to %ju",
			c->name, text, (uintmax_t)c->min, (uintmax_t)c->max);
	if (c->kind == KIND_BYTES)
		*(size_t *)member = number;
	else
		*(unsigned *)member = (unsigned)number;
	return 0;
}
