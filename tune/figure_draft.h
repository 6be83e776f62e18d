/*
 * figure_draft.h: how a figure comes to be, for figure_measured.c and
 * figure_gain.c alone
 */
#ifndef TUNE_FIGURE_DRAFT_H
#define TUNE_FIGURE_DRAFT_H

#include "figure.h"

struct figure_maker {
	struct figures *all;
	const struct measurements *measurements;
	const struct decision_list *decisions;
	const struct comparisons *comparisons;
	unsigned cpu_node, mem_node; /* of the figures being made */
	struct figure draft;
};

/* Starts over with an empty draft, whose texts the caller then fills in. */
struct figure *figure_begin(struct figure_maker *k, enum figure_kind kind);

/* Takes over the series, or frees it where it has no points. 0 or -ENOMEM. */
int figure_series(struct figure_maker *k, struct series *s, const char *label);

/* Adds the draft to the figures, unless it has no series. err is that of the
 * drafting and is passed on: the draft is then freed. */
int figure_end(struct figure_maker *k, int err);

/* Flush, crossover and throughput figures of one pair of nodes. */
int figure_measured(struct figure_maker *k);

/* The figures of the comparisons. */
int figure_gain(struct figure_maker *k);

#endif
