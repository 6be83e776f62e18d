/*
 * import_rows.c: a table's values as measurements, by its map
 */
#include "import_map.h"

#include <string.h>

#include "complain.h"
#include "table.h"

/* Eleven days: beyond it, a unit was mistaken. */
#define TIME_MOST_NS 1e15

/* Beneath it, time_ns is written as 0. */
#define TIME_LEAST_NS 0.0005

/* A map laid over one table. */
struct applied {
	const struct import_map *map;
	const struct import_table *table;
	size_t positions[IMPORT_ENTRIES]; /* of each entry's column */
	struct measurements *all;
	char *error;
};

static size_t
meanings_count(const struct import_map *map, enum import_meaning meaning)
{
	size_t count = 0;

	for (size_t i = 0; i < map->entry_count; i++)
		count += map->entries[i].meaning == meaning;
	return count;
}

/* Whether the map says all that a row must hold, and nothing twice. NULL, or
 * what is wrong. */
static const char *
map_check(const struct import_map *map)
{
	const bool *stated = map->stated;
	bool wide = meanings_count(map, MEANING_VARIANT) > 0;
	bool named = meanings_count(map, MEANING_NAME) > 0;
	int kernel = stated[measurement_column("isa")] +
		     stated[measurement_column("store")] +
		     stated[measurement_column("flush")];

	if (wide == (meanings_count(map, MEANING_VALUE) > 0))
		return "values are neither in one column 'value' nor in "
		       "columns of variants";
	if (wide ? named || kernel : named ? kernel : kernel != 3)
		return "a variant is stated twice, or not at all";
	if (!stated[measurement_column("op")])
		return "op is not stated";
	if (!stated[measurement_column("residency")])
		return "residency is not stated";
	if (!stated[measurement_column("drain")])
		return "drain is not stated";
	if (!stated[measurement_column("size_bytes")])
		return "size_bytes is not stated";
	return NULL;
}

/* Finds the column of an entry. */
static int
position_find(struct applied *a, size_t entry)
{
	const struct import_entry *e = &a->map->entries[entry];
	const struct import_table *t = a->table;
	size_t found = 0;

	for (size_t i = 0; i < t->column_count; i++) {
		const char *name = t->names.fields[i];

		if (strlen(name) != e->name_len ||
			memcmp(name, e->name, e->name_len) != 0)
			continue;
		a->positions[entry] = i;
		found++;
	}
	if (found == 1)
		return 0;
	return complain(a->error, "line %zu: %s column named '%.*s'",
		t->names.number, found ? "more than one" : "no",
		e->name_len < 80 ? (int)e->name_len : 80, e->name);
}

static int
name_resolve(const struct import_map *map, const char *text,
	struct import_variant *v)
{
	for (size_t i = 0; i < map->name_count; i++) {
		const struct import_entry *e = &map->names[i];

		if (strlen(text) == e->name_len &&
			memcmp(text, e->name, e->name_len) == 0) {
			*v = e->variant;
			return 0;
		}
	}
	return import_variant_parse(v, text);
}

static void
variant_set(struct measurement *m, const struct import_variant *v)
{
	m->isa = v->isa;
	m->store = v->store;
	m->flush = v->flush;
}

/* Sets what a line says of all its values. */
static int
line_describe(const struct applied *a, const struct import_line *line,
	struct measurement *m)
{
	char error[PROVENANCE_ERROR_BYTES];
	struct import_variant v;

	for (size_t i = 0; i < a->map->entry_count; i++) {
		const struct import_entry *e = &a->map->entries[i];
		const char *text = line->fields[a->positions[i]];

		if (e->meaning == MEANING_COLUMN &&
			measurement_set(m, e->column, text, error))
			return complain(
				a->error, "line %zu: %s", line->number, error);
		if (e->meaning != MEANING_NAME)
			continue;
		if (name_resolve(a->map, text, &v))
			return complain(a->error,
				"line %zu: unknown variant '%.40s'",
				line->number, text);
		variant_set(m, &v);
	}
	return 0;
}

/* All threads share a rate, so that each takes longer for one operation. */
static double
time_of(const struct import_unit *unit, double value,
	const struct measurement *m)
{
	switch (unit->quantity) {
	case QUANTITY_BYTES:
		return (double)m->size_bytes * m->threads /
		       (value * unit->scale);
	case QUANTITY_OPS:
		return m->threads / (value * unit->scale);
	case QUANTITY_TIME:
		break;
	}
	return value * unit->scale;
}

static bool
is_missing(const char *text)
{
	return *text == '\0' || strcmp(text, "-") == 0;
}

static int
value_add(const struct applied *a, const struct import_line *line,
	const char *text, const struct measurement *described)
{
	struct measurement m = *described;
	const char *what;
	double value;

	if (is_missing(text))
		return 0;
	if (table_number(text, &value) || value <= 0)
		return complain(a->error,
			"line %zu: value is '%.40s', not a number above 0",
			line->number, text);
	m.time_ns = time_of(a->map->unit, value, &m);
	if (!(m.time_ns >= TIME_LEAST_NS && m.time_ns <= TIME_MOST_NS))
		return complain(a->error,
			"line %zu: %.40s %s is %g ns: is the unit right?",
			line->number, text, a->map->unit->name, m.time_ns);
	what = measurement_check(&m);
	if (what)
		return complain(a->error, "line %zu: %s", line->number, what);
	return measurements_push(a->all, &m) ?
		       complain(a->error, "out of memory") :
		       0;
}

static int
line_apply(const struct applied *a, const struct import_line *line)
{
	struct measurement m = a->map->fixed;
	int err = line_describe(a, line, &m);

	if (!a->map->stated[measurement_column("threads")])
		m.threads = 1;
	for (size_t i = 0; !err && i < a->map->entry_count; i++) {
		const struct import_entry *e = &a->map->entries[i];

		if (e->meaning == MEANING_VARIANT)
			variant_set(&m, &e->variant);
		if (e->meaning == MEANING_VARIANT ||
			e->meaning == MEANING_VALUE)
			err = value_add(
				a, line, line->fields[a->positions[i]], &m);
	}
	return err;
}

int
import_map_apply(const struct import_map *map, const struct import_table *t,
	struct measurements *all, char error[PROVENANCE_ERROR_BYTES])
{
	struct applied a = {map, t, {0}, all, error};
	const char *what = map_check(map);
	size_t before = all->count;
	int err = what ? complain(error, "%s", what) : 0;

	for (size_t i = 0; !err && i < map->entry_count; i++)
		err = position_find(&a, i);
	for (size_t i = 0; !err && i < t->line_count; i++)
		err = line_apply(&a, &t->lines[i]);
	if (!err && all->count == before)
		err = complain(error, "no values");
	if (err)
		all->count = before;
	return err;
}
