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

/* Whether row i is the first of its pair of nodes. */
static bool
is_first_of_nodes(const struct measurements *all, size_t i)
{
	const struct measurement *m = &all->rows[i];

	for (size_t j = 0; j < i; j++) {
		if (all->rows[j].cpu_node == m->cpu_node &&
			all->rows[j].mem_node == m->mem_node)
			return false;
	}
	return true;
}

int
figures_make(struct figures *all, const struct measurements *measurements,
	const struct decisions *decisions,
	const struct comparisons *comparisons)
{
	struct figure_maker k = {
		.all = all,
		.measurements = measurements,
		.decisions = decisions,
		.comparisons = comparisons,
	};
	int err = figure_gain(&k);

	for (size_t i = 0; !err && i < measurements->count; i++) {
		if (!is_first_of_nodes(measurements, i))
			continue;
		k.cpu_node = measurements->rows[i].cpu_node;
		k.mem_node = measurements->rows[i].mem_node;
		err = figure_measured(&k);
	}
	if (err)
		figures_free(all);
	return err;
}

void
figures_free(struct figures *all)
{
	for (size_t i = 0; i < all->count; i++)
		draft_free(&all->items[i]);
	free(all->items);
	*all = (struct figures){0};
}
