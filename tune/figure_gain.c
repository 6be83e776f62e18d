/*
 * figure_gain.c: what compare.tsv looks like, a line a library
 */
#include "figure_draft.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Whether a row is of the baseline and the placement that plots show, those of
 * the first row; the tables have the others too. */
static bool
is_plotted(const struct comparisons *all, size_t i)
{
	const struct comparison *c = &all->rows[i], *first = &all->rows[0];

	return c->size_bytes > 0 && c->dst_offset == first->dst_offset &&
	       strcmp(c->baseline, first->baseline) == 0;
}

/* Whether two rows that are plotted belong in one figure. */
static bool
is_same_figure(const struct comparison *a, const struct comparison *b)
{
	return a->threads == b->threads && strcmp(a->table, b->table) == 0 &&
	       strcmp(a->op, b->op) == 0 &&
	       strcmp(a->residency, b->residency) == 0 &&
	       strcmp(a->drain, b->drain) == 0;
}

static int
by_size(const void *pa, const void *pb)
{
	const struct point *a = pa, *b = pb;

	return (a->size_bytes > b->size_bytes) -
	       (a->size_bytes < b->size_bytes);
}

/* The line of a row's library. */
static int
lib_series(struct figure_maker *k, const struct comparison *of)
{
	const struct comparisons *all = k->comparisons;
	struct series s = {0};

	s.points = malloc(all->count * sizeof(*s.points));
	if (!s.points)
		return -ENOMEM;
	for (size_t i = 0; i < all->count; i++) {
		const struct comparison *c = &all->rows[i];

		if (is_plotted(all, i) && is_same_figure(c, of) &&
			strcmp(c->lib, of->lib) == 0)
			s.points[s.count++] = (struct point){c->size_bytes,
				c->ratio, c->ratio_lo, c->ratio_hi, c->pairs};
	}
	qsort(s.points, s.count, sizeof(*s.points), by_size);
	return figure_series(k, &s, of->lib);
}

static bool
has_lib(const struct figure *f, const char *lib)
{
	for (size_t i = 0; i < f->series_count; i++) {
		if (strcmp(f->series[i].label, lib) == 0)
			return true;
	}
	return false;
}

/* Ids name files: what is no letter or digit becomes '-'. */
static void
make_plain(char *id)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

	for (; *(id += strspn(id, plain)); id++)
		*id = '-';
}

static int
gain_figure(struct figure_maker *k, size_t first)
{
	const struct comparisons *all = k->comparisons;
	const struct comparison *of = &all->rows[first];
	struct figure *f = figure_begin(k, FIGURE_GAIN);
	int err = 0;

	snprintf(f->id, sizeof(f->id), "gain-%.16s-%.8s-%.8s-%.8s-%zu",
		of->table, of->op, of->residency, of->drain, of->threads);
	make_plain(f->id);
	snprintf(f->title, sizeof(f->title), "%.16s, destination %.16s, %s",
		of->op,
		strcmp(of->residency, "warm") == 0 ? "in cache" :
		strcmp(of->residency, "cold") == 0 ? "not in cache" :
						     of->residency,
		strcmp(of->drain, "each") == 0 ? "one drain each" :
						 "one drain per 64");
	snprintf(f->group, sizeof(f->group), "%.64s", of->table);
	for (size_t i = first; !err && i < all->count; i++) {
		const struct comparison *c = &all->rows[i];

		if (is_plotted(all, i) && is_same_figure(c, of) &&
			!has_lib(f, c->lib) && strcmp(c->lib, c->baseline) != 0)
			err = lib_series(k, c);
	}
	return figure_end(k, err);
}

/* Whether row i is the first of its figure. */
static bool
is_first(const struct comparisons *all, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (is_plotted(all, j) &&
			is_same_figure(&all->rows[j], &all->rows[i]))
			return false;
	}
	return true;
}

int
figure_gain(struct figure_maker *k)
{
	const struct comparisons *all = k->comparisons;
	int err = 0;

	for (size_t i = 0; !err && i < all->count; i++) {
		if (is_plotted(all, i) && is_first(all, i))
			err = gain_figure(k, i);
	}
	return err;
}
