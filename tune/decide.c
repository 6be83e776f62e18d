/*
 * decide.c: see decide.h
 */
#include "decide.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "raced.h"
#include "session.h"
#include "wish.h"

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
	struct suit suit = session_suit(s, pair, domain);
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
	err = judge_gain(&suit, JUDGE_ALL_OPS, from, to, &gain, &proven);
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

	wish_standard(domain, s->features, standard);
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
domain_decide(struct decision_list *list, const struct session *s,
	struct pair pair, enum domain domain, const struct decision *uniform)
{
	struct decision decisions[OP_COUNT] = {0};
	int err = 0;

	if (s->refused[0])
		all_refuse(s, domain, decisions);
	else
		err = pair_judge(s, pair, domain, uniform, decisions);
	for (int op = 0; !err && op < OP_COUNT; op++) {
		decisions[op].cpu_node = pair.cpu_node;
		decisions[op].mem_node = pair.mem_node;
		decisions[op].domain = domain;
		err = decision_push(list, &decisions[op]);
	}
	return err;
}

static int
pairs_decide(struct decision_list *list, const struct session *s)
{
	struct decision uniform[DOMAIN_COUNT][OP_COUNT] = {0};
	const struct pair any = {.any = true};
	bool has_uniform = s->pair_count > 1 && !s->refused[0];
	int err = 0;

	for (int d = 0; !err && has_uniform && d < DOMAIN_COUNT; d++)
		err = pair_judge(s, any, (enum domain)d, NULL, uniform[d]);
	for (size_t p = 0; p < s->pair_count; p++) {
		for (int d = 0; !err && d < DOMAIN_COUNT; d++)
			err = domain_decide(list, s, s->pairs[p],
				(enum domain)d,
				has_uniform ? uniform[d] : NULL);
	}
	return err;
}

/* Says in the provenance how the measurements were judged. */
static int
facts_add(struct provenance *p, const struct cells *c)
{
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
			GAIN_MARGIN_PCT) ||
		provenance_addf(p, "tie_pct", "%.2f", JUDGE_TIE_PCT) ||
		provenance_addf(p, "resamples", "%d", DRAWS_COUNT))
		return -ENOMEM;
	return 0;
}

int
decide(struct decision_list *list, const struct measurements *all,
	const struct weights *w, char error[PROVENANCE_ERROR_BYTES])
{
	struct measurements left;
	struct session s;
	int err = raced_leave_out(&left, all, RACED_DROPPED, error);

	if (err)
		return err;
	err = session_open(&s, &left, w, error);
	free(left.rows);
	if (err)
		return err;
	err = provenance_append(&list->provenance, &all->provenance);
	if (!err)
		err = facts_add(&list->provenance, &s.cells);
	if (!err)
		err = pairs_decide(list, &s);
	session_close(&s);
	if (err) {
		decision_list_free(list);
		snprintf(error, PROVENANCE_ERROR_BYTES, "%s", strerror(-err));
	}
	return err;
}
