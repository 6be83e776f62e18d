/*
 * import_map.h: what the columns of a table from elsewhere mean
 *
 * A column of the table is
 *   - a column of measurements.tsv by its name: op, isa, ..., rep;
 *   - ISA/STORE/FLUSH: the values of this variant (wide tables);
 *   - variant: texts that name variants (long tables), as ISA/STORE/FLUSH or
 *     by a name given to one;
 *   - value: the values, where variants have lines of their own.
 * Other columns are left out. What the table has no column for is fixed: op,
 * residency and drain must be stated, size_bytes too; threads is 1 and nodes,
 * offsets and rep are 0 unless stated. A value that is empty or a dash is one
 * that nobody measured.
 */
#ifndef TUNE_IMPORT_MAP_H
#define TUNE_IMPORT_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "import_table.h"
#include "measurement.h"

/* What a value is: a time, or a rate of all threads together. */
enum import_quantity { QUANTITY_TIME, QUANTITY_BYTES, QUANTITY_OPS };

struct import_unit {
	const char *name;
	enum import_quantity quantity;
	double scale; /* ns; bytes each ns; operations each ns */
};

/* The unit of that name, or NULL. */
const struct import_unit *import_unit_find(const char *name);

#define IMPORT_ENTRIES 64

struct import_variant {
	enum isa isa;
	enum store store;
	enum flush flush;
};

enum import_meaning {
	MEANING_COLUMN,
	MEANING_VARIANT,
	MEANING_NAME,
	MEANING_VALUE
};

struct import_entry {
	const char *name; /* of the table's column */
	size_t name_len;
	enum import_meaning meaning;
	int column; /* of measurements.tsv */
	struct import_variant variant;
};

/* An empty one is all zero bytes. It points into the texts it was given. */
struct import_map {
	const struct import_unit *unit;
	struct measurement fixed;
	bool stated[MEASUREMENT_COLUMNS]; /* in a column, or fixed */
	struct import_entry entries[IMPORT_ENTRIES];
	size_t entry_count;
	/* Names of variants: the table's text stands for what. */
	struct import_entry names[IMPORT_ENTRIES];
	size_t name_count;
};

/* Take "NAME=MEANING", "COLUMN=VALUE" and "TEXT=ISA/STORE/FLUSH". 0, or
 * -EINVAL with one line in error. */
int import_map_column(struct import_map *map, const char *text,
	char error[PROVENANCE_ERROR_BYTES]);
int import_map_fix(struct import_map *map, const char *text,
	char error[PROVENANCE_ERROR_BYTES]);
int import_map_variant(struct import_map *map, const char *text,
	char error[PROVENANCE_ERROR_BYTES]);

/* What "ISA/STORE/FLUSH" names, if there is such a kernel. 0 or -EINVAL. */
int import_variant_parse(struct import_variant *v, const char *text);

/* Appends a table's values to the rows; unit must be set. 0, -ENOMEM, or
 * -EINVAL; then one line in error. */
int import_map_apply(const struct import_map *map, const struct import_table *t,
	struct measurements *all, char error[PROVENANCE_ERROR_BYTES]);

#endif
