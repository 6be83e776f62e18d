/*
 * judge.c: see judge.h
 */
#include "judge.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "threshold.h"

int
judge_open(struct suit *s)
{
	for (int op = 0; op < OP_COUNT; op++) {
		int err = losses_build(&s->losses[op], s->cells, (enum op)op,
			s->pair, s->weights, &s->standard[op]);

		if (err) {
			while (op-- > 0)
				losses_free(&s->losses[op]);
			return err;
		}
	}
	return 0;
}

void
judge_close(struct suit *s)
{
	for (int op = 0; op < OP_COUNT; op++)
		losses_free(&s->losses[op]);
}

/* Room to work in, for all operations of a suit. */
struct desk {
	struct gain_room gain;
	double *sums; /* of struct ways */
	double *mean; /* resampled */
	double *optimism; /* by how much the best of a resample looks better
			   * there than it is */
	/* of least loss in each resample: with the kernels that look best, and
	 * with those that stay if they are not proven */
	size_t *best, *kept;
};

static void
desk_free(struct desk *d)
{
	gain_room_free(&d->gain);
	free(d->sums);
	free(d->mean);
	free(d->optimism);
	free(d->best);
	free(d->kept);
}

static int
desk_make(struct desk *d, const struct suit *s)
{
	size_t sizes = 0;
	int err = gain_room_make(&d->gain, s->draws);

	if (err)
		return err;
	for (int op = 0; op < OP_COUNT; op++) {
		if (s->losses[op].size_count > sizes)
			sizes = s->losses[op].size_count;
	}
	d->sums = calloc(VARIANT_COUNT * (sizes + 1), sizeof(double));
	d->mean = calloc(VARIANT_COUNT * (sizes + 1), sizeof(double));
	d->optimism = calloc(DRAWS_COUNT, sizeof(double));
	d->best = calloc(DRAWS_COUNT, sizeof(size_t));
	d->kept = calloc(DRAWS_COUNT, sizeof(size_t));
	if (d->sums && d->mean && d->optimism && d->best && d->kept)
		return 0;
	desk_free(d);
	return -ENOMEM;
}

int
judge_gain(const struct suit *s, unsigned ops,
	const struct choice from[OP_COUNT], const struct choice to[OP_COUNT],
	struct interval *pct, bool *proven)
{
	struct gain_room room;
	struct gain g;
	int err = gain_room_make(&room, s->draws);

	if (err)
		return err;
	g = gain_begin(&room);
	for (int op = 0; op < OP_COUNT; op++) {
		const struct losses *l = &s->losses[op];

		if ((ops & 1U << op) && l->total > 0 &&
			isfinite(losses_of(l, l->mean, &from[op])) &&
			isfinite(losses_of(l, l->mean, &to[op])))
			gain_add(&g, l, &from[op], &to[op], &room);
	}
	*pct = (struct interval){0, 0, 0};
	*proven = false;
	if (g.total > 0) {
		gain_judge(&g, NULL, &room);
		*pct = g.pct;
		*proven = g.proven;
	}
	gain_room_free(&room);
	return 0;
}

static struct ways
ways_of(const struct suit *s, const struct losses *l, enum flush flush,
	struct desk *desk)
{
	return (struct ways){
		.losses = l,
		.domain = s->domain,
		.flush = flush,
		.standard = &s->standard[l->op],
		.sums = desk->sums,
	};
}

static double
tie_of(const struct losses *l)
{
	return l->total * log1p(JUDGE_TIE_PCT / 100);
}

/* The least loss of all operations under a flush; INFINITY if one was not
 * measured with it. */
static double
flush_loss(const struct suit *s, enum flush flush, struct desk *desk)
{
	double sum = 0;

	if (!policy_eligible(ISA_GENERIC, STORE_CACHED, flush, s->domain))
		return INFINITY;
	for (int op = 0; op < OP_COUNT; op++) {
		const struct losses *l = &s->losses[op];
		struct ways w = ways_of(s, l, flush, desk);
		struct choice best;

		if (l->total > 0)
			sum += threshold_best(&w, l->mean, &best);
	}
	return sum;
}

static void
flush_gain(const struct suit *s, enum flush from, enum flush to, struct gain *g,
	struct desk *desk)
{
	*g = gain_begin(&desk->gain);
	for (int op = 0; op < OP_COUNT; op++) {
		const struct losses *l = &s->losses[op];
		struct ways before = ways_of(s, l, from, desk);
		struct ways after = ways_of(s, l, to, desk);
		struct choice a, b;

		if (l->total <= 0)
			continue;
		threshold_settle(&before, tie_of(l), &a);
		threshold_settle(&after, tie_of(l), &b);
		gain_add(g, l, &a, &b, &desk->gain);
	}
	gain_judge(g, NULL, &desk->gain);
}

/* The flush of the row, and in *best the one of least loss, proven or not. A
 * tie goes to the default, then to the newest instruction. */
static enum flush
flush_choose(const struct suit *s, struct desk *desk, enum flush *best)
{
	enum flush standard = s->standard[OP_FLUSH].flush;
	double loss[FLUSH_COUNT], least = INFINITY, total = 0;
	struct gain g;

	for (int op = 0; op < OP_COUNT; op++)
		total += s->losses[op].total;
	for (int f = 0; f < FLUSH_COUNT; f++) {
		loss[f] = flush_loss(s, (enum flush)f, desk);
		least = fmin(least, loss[f]);
	}
	least += total * log1p(JUDGE_TIE_PCT / 100);
	*best = standard;
	for (int f = FLUSH_COUNT; f-- > 0;) {
		if (loss[f] <= least)
			*best = (enum flush)f;
	}
	if (loss[standard] <= least)
		*best = standard;
	if (*best == standard || !isfinite(loss[standard]))
		return standard;
	flush_gain(s, standard, *best, &g, desk);
	return g.proven ? *best : standard;
}

static int
size_compare(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return (x > y) - (x < y);
}

/* Resamples the search itself: how much better than it is the best looks, and
 * where thresholds come to lie. */
static void
search_resample(const struct suit *s, const struct ways *w,
	const struct choice *best, const struct choice *kept, struct desk *desk)
{
	const struct losses *l = w->losses;

	for (size_t r = 0; r < DRAWS_COUNT; r++) {
		struct choice found;
		double loss;

		losses_resample(l, draws_of(s->draws, r), desk->mean);
		loss = threshold_best(w, desk->mean, &found);
		desk->optimism[r] = losses_of(l, l->mean, &found) - loss;
		desk->best[r] = threshold_of(w, desk->mean, best);
		desk->kept[r] = threshold_of(w, desk->mean, kept);
	}
}

static void
threshold_remark(struct decision *d, size_t thresholds[DRAWS_COUNT])
{
	size_t low = (size_t)(0.025 * DRAWS_COUNT);

	qsort(thresholds, DRAWS_COUNT, sizeof(*thresholds), size_compare);
	d->has_threshold = true;
	d->threshold_lo_bytes = thresholds[low];
	d->threshold_hi_bytes = thresholds[DRAWS_COUNT - 1 - low];
}

/* What would be best for programs of one kind, under the row's flush. */
static int
programs_judge(
	const struct suit *s, enum op op, struct decision *d, struct desk *desk)
{
	for (int p = 0; p < PROGRAM_COUNT; p++) {
		struct weights w = *s->weights;
		struct rival *rival = &d->programs[p];
		struct losses l;
		struct ways ways;
		double loss;
		int err;

		weights_restrict(&w, (enum program)p);
		err = losses_build(
			&l, s->cells, op, s->pair, &w, &s->standard[op]);
		if (err)
			return err;
		ways = ways_of(s, &l, d->own.choice.flush, desk);
		loss = threshold_settle(&ways, tie_of(&l), &rival->choice);
		rival->present = l.total > 0 && isfinite(loss);
		/* What ties may be chosen by rule, and cost no less. */
		if (rival->present)
			rival->pct = fmax(0,
				gain_percent(
					losses_of(&l, l.mean, &d->own.choice) -
						loss,
					l.total));
		losses_free(&l);
	}
	return 0;
}

static void
runner_up_find(const struct ways *w, struct decision *d)
{
	const struct losses *l = w->losses;
	struct rival *r = &d->runner_up;
	double loss = threshold_rival(w, &d->own.choice, &r->choice);

	r->present = isfinite(loss);
	if (r->present)
		r->pct = gain_percent(
			loss - losses_of(l, l->mean, &d->own.choice), l->total);
}

/* The gain of one choice over another in one operation. */
static struct gain
op_gain(const struct losses *l, const struct choice *from,
	const struct choice *to, bool searched, struct desk *desk)
{
	struct gain g = gain_begin(&desk->gain);

	gain_add(&g, l, from, to, &desk->gain);
	gain_judge(&g, searched ? desk->optimism : NULL, &desk->gain);
	return g;
}

/* Chooses the way of one operation under the row's flush. `best` is the flush
 * that looked best, for the record where it was not proven. */
static int
op_judge(const struct suit *s, enum op op, enum flush flush, enum flush best,
	struct decision *d, struct desk *desk)
{
	const struct losses *l = &s->losses[op];
	const struct choice *standard = &s->standard[op];
	struct ways w = ways_of(s, l, flush, desk);
	struct judgement *own = &d->own;
	struct choice kept = *standard, challenger, named;
	bool searched = op != OP_FLUSH;
	struct gain g;

	kept.flush = flush;
	threshold_settle(&w, tie_of(l), &challenger);
	if (searched)
		search_resample(s, &w, &challenger, &kept, desk);
	g = op_gain(l, &kept, &challenger, searched, desk);
	own->choice = g.proven ? challenger : kept;
	if (searched)
		threshold_remark(d, g.proven ? desk->best : desk->kept);

	if (op == OP_FLUSH)
		challenger.flush = best;
	own->verdict = choice_equal(&own->choice, standard) ? VERDICT_KEPT :
							      VERDICT_TUNED;
	named = own->verdict == VERDICT_TUNED ? own->choice : challenger;
	searched &= choice_equal(&named, &challenger) &&
		    !choice_equal(&named, standard);
	g = op_gain(l, standard, &named, searched, desk);
	own->gain_pct = g.pct.middle;
	own->gain_lo_pct = g.pct.low;
	own->gain_hi_pct = g.pct.high;
	d->noise_pct = g.noise_pct;
	if (!choice_equal(&named, &own->choice))
		d->challenger = (struct rival){true, named, own->gain_pct};
	own->regret_pct = gain_percent(losses_of(l, l->mean, &own->choice) -
					       threshold_ideal(l, s->domain),
		l->total);
	runner_up_find(&w, d);
	return programs_judge(s, op, d, desk);
}

/* Why an operation cannot be judged, or NULL. What the default does must be
 * known in most cells: a default that streams cannot be judged by the short
 * lengths at which it does not. */
static const char *
op_reason(const struct suit *s, enum op op)
{
	const struct losses *l = &s->losses[op];

	if (!weights_concern(s->weights, op))
		return JUDGE_LEFT_OUT;
	if (l->cell_count == 0)
		return "no measurements of the default's kernels";
	if (l->cell_count < l->lacking_count)
		return "most cells lack the default's kernel";
	return NULL;
}

static void
op_refuse(struct judgement *own, const struct choice *standard,
	enum flush flush, const char *reason)
{
	own->choice = *standard;
	own->choice.flush = flush;
	own->verdict = VERDICT_REFUSED;
	snprintf(own->reason, sizeof(own->reason), "%s", reason);
}

int
judge(const struct suit *s, struct decision decisions[OP_COUNT])
{
	enum flush flush, best;
	struct desk desk;
	int err = desk_make(&desk, s);

	if (err)
		return err;
	flush = flush_choose(s, &desk, &best);
	for (int op = 0; !err && op < OP_COUNT; op++) {
		struct decision *d = &decisions[op];
		const char *reason = op_reason(s, (enum op)op);

		d->op = (enum op)op;
		if (reason)
			op_refuse(&d->own, &s->standard[op], flush, reason);
		else
			err = op_judge(s, (enum op)op, flush, best, d, &desk);
	}
	desk_free(&desk);
	return err;
}
