/*
 * simulate_tally.c: see simulate_tally.h
 */
#include "simulate_tally.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"

static int
steps_between(size_t a_bytes, size_t b_bytes)
{
	int a = a_bytes == POLICY_NEVER ? WORLD_SIZES :
					  (int)weights_octave(a_bytes) - 3;
	int b = b_bytes == POLICY_NEVER ? WORLD_SIZES :
					  (int)weights_octave(b_bytes) - 3;

	return abs(a - b);
}

/* Adds one row of a method. */
static void
row_add(struct tally *t, const struct world *w, const struct costs *truth,
	enum domain domain, const struct choice choices[OP_COUNT],
	const struct choice standard[OP_COUNT])
{
	struct choice best[OP_COUNT];
	double least = costs_best(truth, domain, best);
	double regret = expm1(costs_loss(truth, choices) - least);

	t->rows++;
	t->beyond += regret > JUDGE_BAND_PCT / 100;
	t->regret += regret;
	t->worst = fmax(t->worst, regret);
	if (w->crossover == CROSSOVER_NONE) {
		t->blanks++;
		t->switched += memcmp(choices, standard,
				       sizeof(*choices) * OP_COUNT) != 0;
		return;
	}
	t->thresholds++;
	if (steps_between(choices[OP_MOVE].stream_min_bytes,
		    best[OP_MOVE].stream_min_bytes) <= 1)
		t->near++;
	else if (regret <= JUDGE_BAND_PCT / 100)
		t->tied++;
}

void
tally_rival(struct tallies *t, int rival, const struct world *w,
	struct rng *rng, struct measurement *rows,
	const struct choice standard[][OP_COUNT])
{
	const struct rival_rule *rule = &rival_rules[rival];
	size_t count = world_measure(w, rule->order, rng, rows);

	for (unsigned pair = 0; pair < w->pair_count; pair++) {
		struct costs truth;

		world_costs(w, pair, &truth);
		for (int d = 0; d < DOMAIN_COUNT; d++) {
			struct choice choices[OP_COUNT];

			memcpy(choices, standard[d], sizeof(choices));
			if (rule->decide(
				    rows, count, pair, (enum domain)d, choices))
				t->failed = true;
			row_add(&t->methods[1 + rival], w, &truth,
				(enum domain)d, choices, standard[d]);
		}
	}
}

/* Pairs of nodes are unlike if the best row of one loses more than the tie band
 * on the other. They are wrongly merged if the common row does so too. */
static void
nodes_add(struct tallies *t, const struct world *w, const struct decision *d,
	const struct choice used[OP_COUNT])
{
	struct costs here, there;
	struct choice best[OP_COUNT];
	double foreign, least, regret, band = JUDGE_BAND_PCT / 100;

	if (!d->has_uniform)
		return;
	world_costs(w, d->mem_node, &here);
	world_costs(w, 1 - d->mem_node, &there);
	costs_best(&there, d->domain, best);
	foreign = costs_loss(&here, best);
	least = costs_best(&here, d->domain, best);
	regret = expm1(costs_loss(&here, used) - least);
	if (!w->pairs_differ) {
		t->alike++;
		t->split += d->differs;
	} else if (expm1(foreign - least) > band) {
		t->unlike++;
		if (!d->differs && regret > band) {
			t->merged++;
			t->merged_regret += regret;
		}
	}
}

void
tally_decisions(struct tallies *t, const struct world *w,
	const struct decision_list *list,
	const struct choice standard[][OP_COUNT])
{
	for (size_t i = 0; i + OP_COUNT <= list->count; i += OP_COUNT) {
		const struct decision *d = &list->rows[i];
		struct choice choices[OP_COUNT];
		struct costs truth;

		decision_in_force(
			list, d->cpu_node, d->mem_node, d->domain, choices);
		choices[OP_SET] = standard[d->domain][OP_SET];
		world_costs(w, d->mem_node, &truth);
		row_add(&t->methods[0], w, &truth, d->domain, choices,
			standard[d->domain]);
		nodes_add(t, w, d, choices);
	}
}

static void
method_add(struct tally *sum, const struct tally *t)
{
	sum->rows += t->rows;
	sum->beyond += t->beyond;
	sum->thresholds += t->thresholds;
	sum->near += t->near;
	sum->tied += t->tied;
	sum->blanks += t->blanks;
	sum->switched += t->switched;
	sum->regret += t->regret;
	sum->worst = fmax(sum->worst, t->worst);
}

void
tally_add(struct tallies *sum, const struct tallies *t)
{
	sum->failed |= t->failed;
	for (int m = 0; m < METHOD_COUNT; m++)
		method_add(&sum->methods[m], &t->methods[m]);
	sum->alike += t->alike;
	sum->split += t->split;
	sum->unlike += t->unlike;
	sum->merged += t->merged;
	sum->merged_regret += t->merged_regret;
}
