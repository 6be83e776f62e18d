/*
 * raced.c: see raced.h
 */
#include "raced.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "complain.h"

/* Lengths added to an operation on one pair: some in each start. */
#define ADDED_MOST 64

/* What to leave out on one pair of nodes. */
struct pair_raced {
	bool variants[OP_COUNT][VARIANT_COUNT];
	size_t sizes_bytes[OP_COUNT][ADDED_MOST + 1]; /* ended by 0 */
};

/* The sweep measures pair by pair, each in so many starts of so many reps. */
struct facts_raced {
	enum raced what;
	unsigned starts, rounds_most;
	size_t pair_count;
	struct pair_raced *pairs;
};

/* A fact's number; 0 if there is none. */
static unsigned
number_find(const struct provenance *facts, const char *key)
{
	const char *text = provenance_find(facts, key);

	return text ? (unsigned)strtoul(text, NULL, 10) : 0;
}

/* Whether a fact says what a start dropped, or added, and which start. */
static bool
is_wanted(const struct fact *fact, enum raced what, unsigned *start)
{
	int end = 0;

	if (sscanf(fact->key, "start_%u_%n", start, &end) != 1 || !end)
		return false;
	return strcmp(fact->key + end,
		       what == RACED_DROPPED ? "dropped" : "added") == 0;
}

static int
pairs_reserve(struct facts_raced *r, size_t count)
{
	struct pair_raced *pairs;

	if (count <= r->pair_count)
		return 0;
	pairs = realloc(r->pairs, count * sizeof(*pairs));
	if (!pairs)
		return -ENOMEM;
	memset(pairs + r->pair_count, 0,
		(count - r->pair_count) * sizeof(*pairs));
	r->pairs = pairs;
	r->pair_count = count;
	return 0;
}

/* Takes "set avx/cached/clflush". */
static int
variant_take(struct pair_raced *p, char *text)
{
	const char *op = strsep(&text, " "), *isa = strsep(&text, "/");
	const char *store = strsep(&text, "/");
	int o = op_find(op), i = isa ? isa_find(isa) : -1;
	int s = store ? store_find(store) : -1,
	    f = text ? flush_find(text) : -1;

	if (o < 0 || i < 0 || s < 0 || f < 0)
		return -EINVAL;
	p->variants[o][variant_index(
		(enum isa)i, (enum store)s, (enum flush)f)] = true;
	return 0;
}

/* Takes "set 1280". */
static int
size_take(struct pair_raced *p, char *text)
{
	int op = op_find(strsep(&text, " "));
	size_t *size = op < 0 ? NULL : p->sizes_bytes[op];
	char *end;

	if (!size || !text || *text < '1' || *text > '9')
		return -EINVAL;
	while (*size)
		size++;
	if (size == &p->sizes_bytes[op][ADDED_MOST])
		return -EINVAL;
	errno = 0;
	*size = strtoul(text, &end, 10);
	return errno || *end ? -EINVAL : 0;
}

static int
fact_take(struct facts_raced *r, const struct fact *fact, unsigned start,
	char error[PROVENANCE_ERROR_BYTES])
{
	size_t pair = r->starts ? start / r->starts : 0;
	char *words, *rest;
	int err;

	if (strcmp(fact->value, "none") == 0)
		return 0;
	/* No machine has more pairs, no file more rows. */
	if (!r->starts || !r->rounds_most || pair > UINT16_MAX)
		return complain(error,
			"%s, but not in how many starts and rounds", fact->key);
	rest = words = strdup(fact->value);
	err = words ? pairs_reserve(r, pair + 1) : -ENOMEM;
	for (char *word; !err && (word = strsep(&rest, ","));) {
		word += *word == ' ';
		err = r->what == RACED_DROPPED ?
			      variant_take(&r->pairs[pair], word) :
			      size_take(&r->pairs[pair], word);
	}
	free(words);
	return err == -EINVAL ? complain(error, "%s names no %s", fact->key,
					r->what == RACED_DROPPED ? "variant" :
								   "length") :
				err;
}

static bool
is_left_out(const struct facts_raced *r, const struct measurement *m)
{
	size_t pair = m->rep / r->rounds_most / r->starts;
	const size_t *size;

	if (pair >= r->pair_count)
		return false;
	size = r->pairs[pair].sizes_bytes[m->op];
	while (*size && *size != m->size_bytes)
		size++;
	return *size || r->pairs[pair].variants[m->op][variant_index(
				m->isa, m->store, m->flush)];
}

int
raced_leave_out(struct measurements *left, const struct measurements *all,
	enum raced what, char error[PROVENANCE_ERROR_BYTES])
{
	const struct provenance *facts = &all->provenance;
	struct facts_raced r = {
		.what = what,
		.starts = number_find(facts, "starts"),
		.rounds_most = number_find(facts, "rounds_most"),
	};
	unsigned start;
	int err = 0;

	*left = *all;
	left->count = 0;
	left->rows = calloc(all->count + 1, sizeof(*left->rows));
	if (!left->rows)
		err = -ENOMEM;
	for (size_t i = 0; !err && i < facts->count; i++) {
		if (is_wanted(&facts->facts[i], what, &start))
			err = fact_take(&r, &facts->facts[i], start, error);
	}
	for (size_t i = 0; !err && i < all->count; i++) {
		if (!r.pair_count || !is_left_out(&r, &all->rows[i]))
			left->rows[left->count++] = all->rows[i];
	}
	free(r.pairs);
	if (err)
		free(left->rows);
	if (err == -ENOMEM)
		complain(error, "out of memory");
	return err;
}
