/*
 * import_map.c: see import_map.h. The map itself; import_rows.c applies it.
 */
#include "import_map.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "complain.h"

static const struct import_unit units[] = {
	{"ns", QUANTITY_TIME, 1},
	{"us", QUANTITY_TIME, 1e3},
	{"ms", QUANTITY_TIME, 1e6},
	{"s", QUANTITY_TIME, 1e9},
	{"MB/s", QUANTITY_BYTES, 1e-3},
	{"GB/s", QUANTITY_BYTES, 1},
	{"MiB/s", QUANTITY_BYTES, 0x1p20 * 1e-9},
	{"GiB/s", QUANTITY_BYTES, 0x1p30 * 1e-9},
	{"ops/s", QUANTITY_OPS, 1e-9},
	{"kops/s", QUANTITY_OPS, 1e-6},
	{"Mops/s", QUANTITY_OPS, 1e-3},
};

const struct import_unit *
import_unit_find(const char *name)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (strcmp(units[i].name, name) == 0)
			return &units[i];
	}
	return NULL;
}

int
import_variant_parse(struct import_variant *v, const char *text)
{
	char words[3][16];
	int isa, store, flush, end = 0;

	if (sscanf(text, "%15[^/]/%15[^/]/%15[^/]%n", words[0], words[1],
		    words[2], &end) != 3 ||
		text[end] != '\0')
		return -EINVAL;
	isa = isa_find(words[0]);
	store = store_find(words[1]);
	flush = flush_find(words[2]);
	if (isa < 0 || store < 0 || flush < 0)
		return -EINVAL;
	*v = (struct import_variant){
		(enum isa)isa, (enum store)store, (enum flush)flush};
	return copy_kernel_find(v->isa, v->store, v->flush) ? 0 : -EINVAL;
}

/* Splits at the last '=': names of columns are any text. NULL if there is
 * none, or nothing before it. */
static const char *
name_split(struct import_entry *e, const char *text)
{
	const char *equal = strrchr(text, '=');

	if (!equal || equal == text)
		return NULL;
	e->name = text;
	e->name_len = (size_t)(equal - text);
	return equal + 1;
}

static bool
is_named(const struct import_entry *entries, size_t count,
	const struct import_entry *e)
{
	for (size_t i = 0; i < count; i++) {
		if (entries[i].name_len == e->name_len &&
			memcmp(entries[i].name, e->name, e->name_len) == 0)
			return true;
	}
	return false;
}

static int
column_state(struct import_map *map, int column)
{
	if (map->stated[column])
		return -EINVAL;
	map->stated[column] = true;
	return 0;
}

static int
meaning_parse(struct import_map *map, struct import_entry *e, const char *text)
{
	e->column = measurement_column(text);
	if (strcmp(text, "variant") == 0) {
		e->meaning = MEANING_NAME;
	} else if (strcmp(text, "value") == 0) {
		e->meaning = MEANING_VALUE;
	} else if (e->column >= 0 && strcmp(text, "time_ns") != 0) {
		e->meaning = MEANING_COLUMN;
		return column_state(map, e->column);
	} else {
		e->meaning = MEANING_VARIANT;
		return import_variant_parse(&e->variant, text);
	}
	for (size_t i = 0; i < map->entry_count; i++) {
		if (map->entries[i].meaning == e->meaning)
			return -EINVAL;
	}
	return 0;
}

int
import_map_column(struct import_map *map, const char *text,
	char error[PROVENANCE_ERROR_BYTES])
{
	struct import_entry e = {0};
	const char *meaning = name_split(&e, text);

	if (!meaning)
		return complain(error, "not NAME=MEANING: %.80s", text);
	if (map->entry_count == IMPORT_ENTRIES)
		return complain(error, "too many columns: %.80s", text);
	if (is_named(map->entries, map->entry_count, &e))
		return complain(error, "column given twice: %.80s", text);
	if (meaning_parse(map, &e, meaning))
		return complain(error,
			"unknown meaning, or one given twice: %.80s", text);
	map->entries[map->entry_count++] = e;
	return 0;
}

int
import_map_fix(struct import_map *map, const char *text,
	char error[PROVENANCE_ERROR_BYTES])
{
	struct import_entry e = {0};
	const char *value = name_split(&e, text);
	char name[32];
	int column;

	if (!value || e.name_len >= sizeof(name))
		return complain(error, "not COLUMN=VALUE: %.80s", text);
	snprintf(name, sizeof(name), "%.*s", (int)e.name_len, text);
	column = measurement_column(name);
	if (column < 0 || strcmp(name, "time_ns") == 0)
		return complain(error, "no such column: %.80s", text);
	if (column_state(map, column))
		return complain(error, "column given twice: %.80s", text);
	return measurement_set(&map->fixed, column, value, error);
}

int
import_map_variant(struct import_map *map, const char *text,
	char error[PROVENANCE_ERROR_BYTES])
{
	struct import_entry e = {0};
	const char *value = name_split(&e, text);

	if (!value || import_variant_parse(&e.variant, value))
		return complain(error, "not TEXT=ISA/STORE/FLUSH: %.80s", text);
	if (map->name_count == IMPORT_ENTRIES)
		return complain(error, "too many variants: %.80s", text);
	if (is_named(map->names, map->name_count, &e))
		return complain(error, "variant given twice: %.80s", text);
	map->names[map->name_count++] = e;
	return 0;
}
