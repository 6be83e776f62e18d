/*
 * provenance.h: facts about where data comes from, as ordered key/value texts
 *
 * Every data file of the harness opens with such a list: platform.tsv is one
 * (lines "key<TAB>value"), measurements.tsv and what is derived from it carry
 * one as comment lines "# key<TAB>value". Values are one line of any text but
 * control characters; keys are words of lower-case letters, digits and '_'.
 */
#ifndef BENCH_PROVENANCE_H
#define BENCH_PROVENANCE_H

#include <stddef.h>
#include <stdio.h>

struct fact {
	char *key, *value;
};

/* An empty list is all zero bytes. Owns its texts. */
struct provenance {
	struct fact *facts;
	size_t count, capacity;
};

/* Room for any message of the readers, NUL included. */
#define PROVENANCE_ERROR_BYTES 200

/* Appends a fact; a key may stand several times. Control characters of the
 * value become blanks. 0, -EINVAL (not a key), -ENOMEM. */
int provenance_add(struct provenance *p, const char *key, const char *value);
__attribute__((format(printf, 3, 4))) int provenance_addf(
	struct provenance *p, const char *key, const char *format, ...);

/* Appends all facts of *from. 0 or -ENOMEM. */
int provenance_append(struct provenance *p, const struct provenance *from);

/* Value of the key's last fact (a resumed run's is the current one), or NULL.
 * Valid until the list is freed. */
const char *provenance_find(const struct provenance *p, const char *key);

/* Appends the fact that a line "key<TAB>value", without newline, tells. NULL,
 * or a static text that says what is wrong with it. */
const char *provenance_parse(struct provenance *p, const char *line);

/* Writes one line a fact, each opened by prefix ("" or "# "). Errors are left
 * in the stream. */
void provenance_write(
	const struct provenance *p, const char *prefix, FILE *stream);

/* Reads a file of facts (platform.tsv), which must hold "schema" with the
 * value wanted, onto an empty list. 0, or -errno with "line N: what" or the
 * description of errno in error; the list is then empty. */
int provenance_read(struct provenance *p, const char *path, const char *schema,
	char error[PROVENANCE_ERROR_BYTES]);

/* Frees the texts and empties the list. */
void provenance_free(struct provenance *p);

#endif
