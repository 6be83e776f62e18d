/*
 * figure.c: see figure.h
 *
 * Figures are made in the order the page shows them. One without points is not
 * made: a plan may leave out what an instruction or a node lacks.
 */
#include "figure_draft.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct figure *
figure_begin(struct figure_maker *k, enum figure_kind kind)
{
	k->draft = (struct figure){.kind = kind};
	return &k->draft;
}

static void
draft_free(struct figure *draft)
{
	for (size_t i = 0; i < draft->series_count; i++)
		series_free(&draft->series[i]);
}

int
figure_series(struct figure_maker *k, struct series *s, const char *label)
{
	struct figure *draft = &k->draft;

	if (s->count == 0 || draft->series_count == FIGURE_SERIES_MAX) {
		series_free(s);
		return 0;
	}
	s->label = strdup(label);
	if (!s->label) {
		series_free(s);
		return -ENOMEM;
	}
	draft->series[draft->series_count++] = *s;
	return 0;
}

int
figure_end(struct figure_maker *k, int err)
{
	struct figures *all = k->all;

	if (!err && k->draft.series_count > 0 && all->count == all->capacity) {
		size_t capacity = all->capacity ? 2 * all->capacity : 32;
		struct figure *items = realloc(
			all->items, capacity * sizeof(*items));

		if (items) {
			all->items = items;
			all->capacity = capacity;
		} else {
			err = -ENOMEM;
		}
	}
	if (err || k->draft.series_count == 0)
		draft_free(&k->draft);
	else
		all->items[all->count++] = k->draft;
	return err;
}

static int
by_nodes(const void *pa, const void *pb)
{
	const struct measurement *a = pa, *b = pb;
	int order = (a->cpu_node > b->cpu_node) - (a->cpu_node < b->cpu_node);

	if (order)
		return order;
	return (a->mem_node > b->mem_node) - (a->mem_node < b->mem_node);
}

/* How many rows from the first on are of its pair of nodes. */
static size_t
nodes_rows(const struct measurement *rows, size_t count)
{
	size_t n = 0;

	while (n < count && by_nodes(rows, &rows[n]) == 0)
		n++;
	return n;
}

int
figures_make(struct figures *all, const struct measurements *measurements,
	const struct decision_list *decisions,
	const struct comparisons *comparisons)
{
	/* The rows of one pair of nodes: its plots look through these alone. */
	struct measurements pair = {0};
	struct figure_maker k = {
		.all = all,
		.measurements = &pair,
		.decisions = decisions,
		.comparisons = comparisons,
	};
	size_t count = measurements->count;
	struct measurement *rows = malloc((count + 1) * sizeof(*rows));
	int err = rows ? figure_gain(&k) : -ENOMEM;

	if (!err && count > 0) {
		memcpy(rows, measurements->rows, count * sizeof(*rows));
		qsort(rows, count, sizeof(*rows), by_nodes);
	}
	for (size_t i = 0; !err && i < count; i += pair.count) {
		pair.rows = rows + i;
		pair.count = nodes_rows(pair.rows, count - i);
		k.cpu_node = rows[i].cpu_node;
		k.mem_node = rows[i].mem_node;
		err = figure_measured(&k);
	}
	free(rows);
	if (err)
		figures_free(all);
	return err;
}

bool
figure_is_floor(const struct figure *f, size_t series)
{
	return f->kind == FIGURE_FLUSH && f->series_count > 1 &&
	       strcmp(f->series[series].label, "none") == 0;
}

void
figures_free(struct figures *all)
{
	for (size_t i = 0; i < all->count; i++)
		draft_free(&all->items[i]);
	free(all->items);
	*all = (struct figures){0};
}
