/*
 * session.c: see session.h
 */
#include "session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"
#include "cpu.h"
#include "refuse.h"
#include "wish.h"

/* Features named in a text, words between blanks. */
static uint32_t
features_named(const char *text)
{
	uint32_t features = 0;

	for (uint32_t bit = CPU_SSE2; bit <= CPU_CLWB; bit <<= 1) {
		const char *name = cpu_feature_name((enum cpu_feature)bit);
		size_t len = strlen(name);

		for (const char *at = text; (at = strstr(at, name)); at++) {
			if ((at == text || at[-1] == ' ') &&
				(at[len] == ' ' || at[len] == '\0'))
				features |= bit;
		}
	}
	return features;
}

/* What the measured CPU has: as its facts say, else what the kernels measured
 * need. */
static uint32_t
features_of(const struct measurements *all)
{
	const char *text = provenance_find(&all->provenance, "cpu_features");
	uint32_t features = 0;

	if (text)
		return features_named(text);
	for (size_t i = 0; i < all->count; i++) {
		const struct measurement *m = &all->rows[i];
		const struct copy_kernel *k = copy_kernel_find(
			m->isa, m->store, m->flush);

		if (k)
			features |= k->needs;
	}
	return features;
}

static int
pairs_find(struct session *s)
{
	const struct cells *c = &s->cells;

	s->pairs = calloc(c->count + 1, sizeof(*s->pairs));
	if (!s->pairs)
		return -ENOMEM;
	for (size_t i = 0; i < c->count; i++) {
		const struct cell_times *cell = &c->cells[i];
		const struct pair pair = {
			false, cell->cpu_node, cell->mem_node};

		if (i == 0 || pair.cpu_node != c->cells[i - 1].cpu_node ||
			pair.mem_node != c->cells[i - 1].mem_node)
			s->pairs[s->pair_count++] = pair;
	}
	/* A refused file may have no rows; its defaults are for some node. */
	if (s->pair_count == 0)
		s->pair_count = 1;
	return 0;
}

int
session_open(struct session *s, const struct measurements *all,
	const struct weights *w, char error[PROVENANCE_ERROR_BYTES])
{
	double assumed_error = refuse_assumed_error(&all->provenance);
	int err;

	*s = (struct session){.weights = w, .features = features_of(all)};
	if (assumed_error < 0)
		return complain(
			error, "assumed_error_pct is not a number up to 100");
	if (refuse_mixed(&all->provenance, error))
		return -EINVAL;
	err = cells_build(
		&s->cells, all->rows, all->count, assumed_error, error);
	if (err)
		return err;
	err = refuse_cells(&all->provenance, &s->cells, s->refused);
	if (!err)
		err = draws_make(&s->draws, s->cells.slot_count);
	if (!err)
		err = pairs_find(s);
	if (err) {
		session_close(s);
		snprintf(error, PROVENANCE_ERROR_BYTES, "%s", strerror(-err));
	}
	return err;
}

struct suit
session_suit(const struct session *s, struct pair pair, enum domain domain)
{
	struct suit suit = {
		.cells = &s->cells,
		.draws = &s->draws,
		.weights = s->weights,
		.pair = pair,
		.domain = domain,
	};

	wish_standard(domain, s->features, suit.standard);
	return suit;
}

void
session_close(struct session *s)
{
	free(s->pairs);
	draws_free(&s->draws);
	cells_free(&s->cells);
}
