/*
 * regret.c: see regret.h
 */
#include "regret.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "raced.h"
#include "session.h"
#include "wish.h"

const char *const regret_names[] = {
	[REGRET_SAME] = "same",
	[REGRET_TIED] = "tied",
	[REGRET_UNCLEAR] = "unclear",
	[REGRET_WORSE] = "worse",
	[REGRET_UNMEASURED] = "unmeasured",
};

static bool
is_measured(const struct suit *s, const struct regret *r, int op)
{
	const struct losses *l = &s->losses[op];

	return isfinite(losses_of(l, l->mean, &r->own[op])) &&
	       isfinite(losses_of(l, l->mean, &r->other[op]));
}

static bool
is_same(const struct regret *r, unsigned ops)
{
	for (int op = 0; op < OP_COUNT; op++) {
		if ((ops & 1U << op) &&
			!choice_equal(&r->own[op], &r->other[op]))
			return false;
	}
	return true;
}

/* A loss that may be more than the band is no tie, however little it seems. */
static enum regret_verdict
verdict_of(const struct interval *pct)
{
	if (pct->high <= JUDGE_BAND_PCT)
		return REGRET_TIED;
	return pct->low > JUDGE_BAND_PCT ? REGRET_WORSE : REGRET_UNCLEAR;
}

static int
part_find(struct regret_part *part, const struct suit *s,
	const struct regret *r, unsigned ops)
{
	unsigned counting = 0;
	bool measured = true, proven;
	int err;

	*part = (struct regret_part){.verdict = REGRET_UNMEASURED};
	for (int op = 0; op < OP_COUNT; op++) {
		if (!(ops & 1U << op) || s->losses[op].total <= 0)
			continue;
		counting |= 1U << op;
		measured &= is_measured(s, r, op);
	}
	if (!counting || !measured)
		return 0;
	err = judge_gain(s, counting, r->other, r->own, &part->pct, &proven);
	if (is_same(r, ops))
		part->verdict = REGRET_SAME;
	else
		part->verdict = verdict_of(&part->pct);
	return err;
}

/* Finds the choices of a list for a row, as the CPU measured carries them
 * out. */
static int
choices_find(const struct regret *r, const struct decision_list *list,
	const struct session *s, struct choice choices[OP_COUNT])
{
	int err = 0;

	if (list)
		err = decision_in_force(
			list, r->cpu_node, r->mem_node, r->domain, choices);
	else
		wish_standard(r->domain, s->features, choices);
	if (!err)
		wish_resolve(r->domain, s->features, choices);
	return err;
}

static int
regret_find(struct regret *r, const struct session *s, struct pair pair)
{
	struct suit suit = session_suit(s, pair, r->domain);
	int err = judge_open(&suit);

	if (err)
		return err;
	for (int op = 0; !err && op < OP_COUNT; op++)
		err = part_find(&r->ops[op], &suit, r, 1U << op);
	if (!err)
		err = part_find(&r->all, &suit, r, JUDGE_ALL_OPS);
	judge_close(&suit);
	return err;
}

static int
rows_find(struct regrets *list, const struct session *s,
	const struct decision_list *own, const struct decision_list *other)
{
	size_t count = s->pair_count * DOMAIN_COUNT;
	int err = 0;

	list->rows = calloc(count, sizeof(*list->rows));
	if (!list->rows)
		return -ENOMEM;
	for (; !err && list->count < count; list->count++) {
		struct regret *r = &list->rows[list->count];
		struct pair pair = s->pairs[list->count / DOMAIN_COUNT];

		r->cpu_node = pair.cpu_node;
		r->mem_node = pair.mem_node;
		r->domain = (enum domain)(list->count % DOMAIN_COUNT);
		err = choices_find(r, own, s, r->own);
		if (!err)
			err = choices_find(r, other, s, r->other);
		if (!err)
			err = regret_find(r, s, pair);
	}
	return err;
}

int
regrets_find(struct regrets *list, const struct measurements *all,
	const struct weights *w, const struct decision_list *own,
	const struct decision_list *other, char error[PROVENANCE_ERROR_BYTES])
{
	struct measurements left;
	struct session s;
	int err = raced_leave_out(&left, all, RACED_ADDED, error);

	if (err)
		return err;
	err = session_open(&s, &left, w, error);
	free(left.rows);
	if (err)
		return err;
	if (s.refused[0]) {
		snprintf(error, PROVENANCE_ERROR_BYTES,
			"nothing can be judged by them: %s", s.refused);
		err = -EINVAL;
		goto close_session;
	}
	err = rows_find(list, &s, own, other);
	if (err) {
		regrets_free(list);
		snprintf(error, PROVENANCE_ERROR_BYTES, "%s",
			err == -ENOENT ? "decisions lack a domain" :
					 strerror(-err));
	}
	if (err == -ENOENT)
		err = -EINVAL;
close_session:
	session_close(&s);
	return err;
}

const struct regret *
regrets_worst(const struct regrets *list, enum domain domain)
{
	const struct regret *worst = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct regret *r = &list->rows[i];

		if (r->domain == domain &&
			r->all.verdict != REGRET_UNMEASURED &&
			(!worst || worst->all.pct.middle < r->all.pct.middle))
			worst = r;
	}
	return worst;
}

void
regrets_free(struct regrets *list)
{
	free(list->rows);
	*list = (struct regrets){0};
}
