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

/* What was dropped on one pair of nodes. */
struct pair_dropped {
	bool variants[OP_COUNT][VARIANT_COUNT];
};

/* The sweep measures pair by pair, each in so many starts of so many reps. */
struct raced {
	unsigned starts, rounds_most;
	size_t pair_count;
	struct pair_dropped *pairs;
};

/* A fact's number; 0 if there is none. */
static unsigned
number_find(const struct provenance *facts, const char *key)
{
	const char *text = provenance_find(facts, key);

	return text ? (unsigned)strtoul(text, NULL, 10) : 0;
}

/* Whether a fact says what a start dropped, and which start. */
static bool
is_dropped_fact(const struct fact *fact, unsigned *start)
{
	int end = 0;

	return sscanf(fact->key, "start_%u_dropped%n", start, &end) == 1 &&
	       end && !fact->key[end];
}

static int
pairs_reserve(struct raced *r, size_t count)
{
	struct pair_dropped *pairs;

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
variant_take(struct pair_dropped *p, char *text)
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

static int
fact_take(struct raced *r, const struct fact *fact, unsigned start,
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
		err = variant_take(&r->pairs[pair], word);
	}
	free(words);
	return err == -EINVAL ?
		       complain(error, "%s names no variant", fact->key) :
		       err;
}

static bool
is_dropped(const struct raced *r, const struct measurement *m)
{
	size_t pair = m->rep / r->rounds_most / r->starts;

	return pair < r->pair_count &&
	       r->pairs[pair].variants[m->op][variant_index(
		       m->isa, m->store, m->flush)];
}

int
raced_leave_out(struct measurements *left, const struct measurements *all,
	char error[PROVENANCE_ERROR_BYTES])
{
	const struct provenance *facts = &all->provenance;
	struct raced r = {
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
		if (is_dropped_fact(&facts->facts[i], &start))
			err = fact_take(&r, &facts->facts[i], start, error);
	}
	for (size_t i = 0; !err && i < all->count; i++) {
		if (!r.pair_count || !is_dropped(&r, &all->rows[i]))
			left->rows[left->count++] = all->rows[i];
	}
	free(r.pairs);
	if (err)
		free(left->rows);
	if (err == -ENOMEM)
		complain(error, "out of memory");
	return err;
}
