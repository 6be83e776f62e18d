/*
 * decide.c: see decide.h
 */
#include "decide.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "cpu.h"
#include "env.h"
#include "judge.h"
#include "refuse.h"
#include "rows.h"

static struct choice
op_choice(const struct policy *row, const struct op_policy *op)
{
	return (struct choice){
		.flush = row->flush->flush,
		.cached_isa = op->cached->isa,
		.stream_isa = op->stream->isa,
		.stream_flush = op->stream->flush,
		.stream_min_bytes = op->stream_min_bytes,
	};
}

void
decide_standard(
	enum domain domain, uint32_t features, struct choice standard[OP_COUNT])
{
	const struct env unset = {
		.no_clwb = ENV_UNSET,
		.no_clflushopt = ENV_UNSET,
		.no_flush = ENV_UNSET,
		.no_movnt = ENV_UNSET,
		.movnt_durable = ENV_UNSET,
		.avx = ENV_UNSET,
		.avx512f = ENV_UNSET,
		.movdir64b = ENV_UNSET,
	};
	struct policy row;

	for (size_t i = 0; i < rows_default.row_count; i++) {
		if (rows_default.rows[i].domain != domain)
			continue;
		policy_resolve(&row, &rows_default.rows[i], &unset, features);
		standard[OP_MOVE] = op_choice(&row, &row.move);
		standard[OP_SET] = op_choice(&row, &row.set);
		standard[OP_FLUSH] = (struct choice){row.flush->flush,
			ISA_GENERIC, ISA_GENERIC, FLUSH_NONE, POLICY_NEVER};
	}
}

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

/* What the decisions of one file share. */
struct session {
	struct decision_list *list;
	struct cells cells;
	struct draws draws;
	const struct weights *weights;
	uint32_t features;
	const char *refused; /* NULL: nothing speaks against deciding */
	struct pair *pairs;
	size_t pair_count;
};

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

static struct suit
suit_of(const struct session *s, struct pair pair, enum domain domain)
{
	struct suit suit = {
		.cells = &s->cells,
		.draws = &s->draws,
		.weights = s->weights,
		.pair = pair,
		.domain = domain,
	};

	decide_standard(domain, s->features, suit.standard);
	return suit;
}

static void
choices_of(const struct decision decisions[OP_COUNT],
	struct choice choices[OP_COUNT])
{
	for (int op = 0; op < OP_COUNT; op++)
		choices[op] = decisions[op].own.choice;
}

/* Judges one pair, and compares its rows with those for any pair, if there are
 * such. */
static int
pair_judge(const struct session *s, struct pair pair, enum domain domain,
	const struct decision *uniform, struct decision decisions[OP_COUNT])
{
	struct suit suit = suit_of(s, pair, domain);
	struct choice from[OP_COUNT], to[OP_COUNT];
	struct interval gain;
	bool proven;
	int err = judge_open(&suit);

	if (err)
		return err;
	err = judge(&suit, decisions);
	if (err || !uniform)
		goto close_suit;
	choices_of(uniform, from);
	choices_of(decisions, to);
	err = judge_gain(&suit, from, to, &gain, &proven);
	for (int op = 0; !err && op < OP_COUNT; op++) {
		struct decision *d = &decisions[op];

		d->has_uniform = true;
		d->uniform = uniform[op].own;
		d->differs = proven;
		d->own_gain_pct = gain.middle;
		d->own_gain_lo_pct = gain.low;
		d->own_gain_hi_pct = gain.high;
	}
close_suit:
	judge_close(&suit);
	return err;
}

static void
all_refuse(const struct session *s, enum domain domain,
	struct decision decisions[OP_COUNT])
{
	struct choice standard[OP_COUNT];

	decide_standard(domain, s->features, standard);
	for (int op = 0; op < OP_COUNT; op++) {
		struct judgement *own = &decisions[op].own;

		decisions[op].op = (enum op)op;
		own->choice = standard[op];
		own->verdict = VERDICT_REFUSED;
		snprintf(own->reason, sizeof(own->reason), "%s", s->refused);
		decisions[op].has_uniform = s->pair_count > 1;
		decisions[op].uniform = *own;
	}
}

static int
domain_decide(const struct session *s, struct pair pair, enum domain domain,
	const struct decision *uniform)
{
	struct decision decisions[OP_COUNT] = {0};
	int err = 0;

	if (s->refused)
		all_refuse(s, domain, decisions);
	else
		err = pair_judge(s, pair, domain, uniform, decisions);
	for (int op = 0; !err && op < OP_COUNT; op++) {
		decisions[op].cpu_node = pair.cpu_node;
		decisions[op].mem_node = pair.mem_node;
		decisions[op].domain = domain;
		err = decision_push(s->list, &decisions[op]);
	}
	return err;
}

static int
pairs_decide(const struct session *s)
{
	struct decision uniform[DOMAIN_COUNT][OP_COUNT] = {0};
	const struct pair any = {.any = true};
	bool has_uniform = s->pair_count > 1 && !s->refused;
	int err = 0;

	for (int d = 0; !err && has_uniform && d < DOMAIN_COUNT; d++)
		err = pair_judge(s, any, (enum domain)d, NULL, uniform[d]);
	for (size_t p = 0; p < s->pair_count; p++) {
		for (int d = 0; !err && d < DOMAIN_COUNT; d++)
			err = domain_decide(s, s->pairs[p], (enum domain)d,
				has_uniform ? uniform[d] : NULL);
	}
	return err;
}

/* Says in the provenance how the measurements were judged. */
static int
facts_add(const struct session *s)
{
	const struct cells *c = &s->cells;
	struct provenance *p = &s->list->provenance;
	unsigned most = 0, least = c->count ? c->cells[0].rep_count : 0;

	for (size_t i = 0; i < c->count; i++) {
		if (c->cells[i].rep_count > most)
			most = c->cells[i].rep_count;
		if (c->cells[i].rep_count < least)
			least = c->cells[i].rep_count;
	}
	if (provenance_addf(p, "rows", "%zu", c->row_count) ||
		provenance_addf(p, "cells", "%zu", c->count) ||
		provenance_addf(
			p, "repetitions", "%u to %u a cell", least, most) ||
		provenance_addf(p, "scatter_pct", "%.2f", 100 * c->scale) ||
		provenance_addf(p, "dispersion", "%.2f between halves",
			c->dispersion) ||
		provenance_addf(p, "outliers", "%zu of %zu pulled in",
			c->outlier_count, c->row_count) ||
		provenance_addf(p, "margin_pct", "%.2f, or the noise",
			JUDGE_MARGIN_PCT) ||
		provenance_addf(p, "tie_pct", "%.2f", JUDGE_TIE_PCT) ||
		provenance_addf(p, "resamples", "%d", JUDGE_RESAMPLES))
		return -ENOMEM;
	return 0;
}

int
decide(struct decision_list *list, const struct measurements *all,
	const struct weights *w, char error[PROVENANCE_ERROR_BYTES])
{
	struct session s = {.list = list, .weights = w};
	double assumed_error = refuse_assumed_error(&all->provenance);
	char reason[DECISION_REASON_BYTES];
	int err;

	if (assumed_error < 0) {
		snprintf(error, PROVENANCE_ERROR_BYTES,
			"assumed_error_pct is not a number up to 100");
		return -EINVAL;
	}
	if (refuse_mixed(&all->provenance, error))
		return -EINVAL;
	s.features = features_of(all);
	err = cells_build(
		&s.cells, all->rows, all->count, assumed_error, error);
	if (err)
		return err;
	if (refuse_cells(&all->provenance, &s.cells, reason))
		s.refused = reason;
	err = draws_make(&s.draws, s.cells.slot_count);
	if (!err)
		err = pairs_find(&s);
	if (!err)
		err = provenance_append(&list->provenance, &all->provenance);
	if (!err)
		err = facts_add(&s);
	if (!err)
		err = pairs_decide(&s);
	free(s.pairs);
	draws_free(&s.draws);
	cells_free(&s.cells);
	if (err) {
		decision_list_free(list);
		snprintf(error, PROVENANCE_ERROR_BYTES, "%s", strerror(-err));
	}
	return err;
}
