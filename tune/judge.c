/*
 * judge.c: see judge.h
 */
#include "judge.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "threshold.h"

/* Any seed will do; the same must always be taken. */
#define DRAWS_SEED 20240229

int
draws_make(struct draws *d, unsigned slot_count)
{
	size_t count = (size_t)JUDGE_RESAMPLES * slot_count;
	struct rng rng;

	d->slot_count = slot_count;
	d->of = calloc(count + 1, sizeof(*d->of));
	if (!d->of)
		return -ENOMEM;
	rng_seed(&rng, DRAWS_SEED);
	for (size_t i = 0; i < count; i++)
		d->of[i / slot_count * slot_count +
			rng_below(&rng, slot_count)]++;
	return 0;
}

void
draws_free(struct draws *d)
{
	free(d->of);
}

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
	double *sums; /* of struct ways */
	double *mean; /* resampled */
	double *slots; /* of a gain */
	double *before; /* of what is gained over */
	double *addend; /* of one operation's part */
	double *deltas; /* of a gain, one a resample */
	double *search; /* by how much the best of a resample looks better
			 * there than it is */
	size_t *thresholds;
};

static void
desk_free(struct desk *d)
{
	free(d->sums);
	free(d->mean);
	free(d->slots);
	free(d->before);
	free(d->addend);
	free(d->deltas);
	free(d->search);
	free(d->thresholds);
}

static int
desk_make(struct desk *d, const struct suit *s)
{
	size_t sizes = 0, width = s->draws->slot_count + HALF_COUNT;

	for (int op = 0; op < OP_COUNT; op++) {
		if (s->losses[op].size_count > sizes)
			sizes = s->losses[op].size_count;
	}
	d->sums = calloc(VARIANT_COUNT * (sizes + 1), sizeof(double));
	d->mean = calloc(VARIANT_COUNT * (sizes + 1), sizeof(double));
	d->slots = calloc(width, sizeof(double));
	d->before = calloc(width, sizeof(double));
	d->addend = calloc(width, sizeof(double));
	d->deltas = calloc(JUDGE_RESAMPLES, sizeof(double));
	d->search = calloc(JUDGE_RESAMPLES, sizeof(double));
	d->thresholds = calloc(JUDGE_RESAMPLES, sizeof(size_t));
	if (d->sums && d->mean && d->slots && d->before && d->addend &&
		d->deltas && d->search && d->thresholds)
		return 0;
	desk_free(d);
	return -ENOMEM;
}

/* How often each slot is drawn in a resample. */
static const unsigned *
draw(const struct suit *s, size_t resample)
{
	return s->draws->of + resample * s->draws->slot_count;
}

/* A gain being judged, in the unit of losses; percent once divided by the
 * weight of all it concerns. */
struct gain {
	double mean, total;
	struct interval pct;
	double noise_pct;
	bool proven;
};

static double
percent(double loss, double total)
{
	return decision_round(100 * expm1(loss / total));
}

static struct gain
gain_begin(const struct suit *s, struct desk *desk)
{
	size_t width = s->draws->slot_count + HALF_COUNT;

	memset(desk->slots, 0, width * sizeof(*desk->slots));
	memset(desk->before, 0, width * sizeof(*desk->before));
	return (struct gain){0};
}

/* Adds the part of one operation. */
static void
gain_add(struct gain *g, const struct losses *l, const struct choice *from,
	const struct choice *to, struct desk *desk)
{
	g->mean += losses_of(l, l->mean, from) - losses_of(l, l->mean, to);
	g->total += l->total;
	losses_slots(l, from, desk->addend);
	for (size_t j = 0; j < l->slot_count + HALF_COUNT; j++) {
		desk->slots[j] += desk->addend[j];
		desk->before[j] += desk->addend[j];
	}
	losses_slots(l, to, desk->addend);
	for (size_t j = 0; j < l->slot_count + HALF_COUNT; j++)
		desk->slots[j] -= desk->addend[j];
}

static double
resampled_mean(const struct suit *s, const double *slots, size_t resample)
{
	const unsigned *drawn = draw(s, resample);
	double sum = 0;

	for (unsigned j = 0; j < s->draws->slot_count; j++)
		sum += drawn[j] * slots[j];
	return sum / s->draws->slot_count;
}

/* How far a gain moves between halves of the data. */
static double
halves_differ(const double half[HALF_COUNT])
{
	return fmax(fabs(half[HALF_FIRST] - half[HALF_SECOND]),
		       fabs(half[HALF_EVEN] - half[HALF_ODD])) /
	       2;
}

/* Interval, noise and proof, from what was added: the basic bootstrap, which
 * takes the error of a resample's gain for that of the gain. If a search found
 * `to`, the resample's gain is that of what the same search finds there. */
static void
gain_judge(
	struct gain *g, const struct suit *s, bool searched, struct desk *desk)
{
	double bias = 0, low, high;

	for (size_t r = 0; r < JUDGE_RESAMPLES; r++) {
		desk->deltas[r] = searched ? desk->search[r] +
						     resampled_mean(s,
							     desk->before, r) :
					     resampled_mean(s, desk->slots, r);
		if (searched)
			bias += desk->deltas[r] / JUDGE_RESAMPLES;
	}
	stats_sort(desk->deltas, JUDGE_RESAMPLES);
	low = stats_quantile(desk->deltas, JUDGE_RESAMPLES, 0.025);
	high = stats_quantile(desk->deltas, JUDGE_RESAMPLES, 0.975);
	g->pct.middle = percent(g->mean - bias, g->total);
	g->pct.low = percent(g->mean - high, g->total);
	g->pct.high = percent(g->mean - low, g->total);
	g->noise_pct = percent(
		halves_differ(desk->slots + s->draws->slot_count), g->total);
	g->proven = g->pct.low > fmax(JUDGE_MARGIN_PCT, g->noise_pct);
}

int
judge_gain(const struct suit *s, unsigned ops,
	const struct choice from[OP_COUNT], const struct choice to[OP_COUNT],
	struct interval *pct, bool *proven)
{
	struct desk desk;
	struct gain g;
	int err = desk_make(&desk, s);

	if (err)
		return err;
	g = gain_begin(s, &desk);
	for (int op = 0; op < OP_COUNT; op++) {
		const struct losses *l = &s->losses[op];

		if ((ops & 1U << op) && l->total > 0 &&
			isfinite(losses_of(l, l->mean, &from[op])) &&
			isfinite(losses_of(l, l->mean, &to[op])))
			gain_add(&g, l, &from[op], &to[op], &desk);
	}
	*pct = (struct interval){0, 0, 0};
	*proven = false;
	if (g.total > 0) {
		gain_judge(&g, s, false, &desk);
		*pct = g.pct;
		*proven = g.proven;
	}
	desk_free(&desk);
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

	if (!policy_eligible(STORE_CACHED, flush, s->domain))
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
	*g = gain_begin(s, desk);
	for (int op = 0; op < OP_COUNT; op++) {
		const struct losses *l = &s->losses[op];
		struct ways before = ways_of(s, l, from, desk);
		struct ways after = ways_of(s, l, to, desk);
		struct choice a, b;

		if (l->total <= 0)
			continue;
		threshold_settle(&before, tie_of(l), &a);
		threshold_settle(&after, tie_of(l), &b);
		gain_add(g, l, &a, &b, desk);
	}
	gain_judge(g, s, false, desk);
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
	const struct choice *best, struct desk *desk, struct decision *d)
{
	const struct losses *l = w->losses;
	size_t low = (size_t)(0.025 * JUDGE_RESAMPLES);

	for (size_t r = 0; r < JUDGE_RESAMPLES; r++) {
		struct choice found;
		double loss;

		losses_resample(l, draw(s, r), desk->mean);
		loss = threshold_best(w, desk->mean, &found);
		desk->search[r] = losses_of(l, l->mean, &found) - loss;
		desk->thresholds[r] = threshold_of(w, desk->mean, best);
	}
	qsort(desk->thresholds, JUDGE_RESAMPLES, sizeof(*desk->thresholds),
		size_compare);
	d->has_threshold = true;
	d->threshold_lo_bytes = desk->thresholds[low];
	d->threshold_hi_bytes = desk->thresholds[JUDGE_RESAMPLES - 1 - low];
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
				percent(losses_of(&l, l.mean, &d->own.choice) -
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
		r->pct = percent(
			loss - losses_of(l, l->mean, &d->own.choice), l->total);
}

/* The gain of one choice over another in one operation. */
static struct gain
op_gain(const struct suit *s, const struct losses *l, const struct choice *from,
	const struct choice *to, bool searched, struct desk *desk)
{
	struct gain g = gain_begin(s, desk);

	gain_add(&g, l, from, to, desk);
	gain_judge(&g, s, searched, desk);
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
		search_resample(s, &w, &challenger, desk, d);
	g = op_gain(s, l, &kept, &challenger, searched, desk);
	own->choice = g.proven ? challenger : kept;

	if (op == OP_FLUSH)
		challenger.flush = best;
	own->verdict = choice_equal(&own->choice, standard) ? VERDICT_KEPT :
							      VERDICT_TUNED;
	named = own->verdict == VERDICT_TUNED ? own->choice : challenger;
	searched &= choice_equal(&named, &challenger) &&
		    !choice_equal(&named, standard);
	g = op_gain(s, l, standard, &named, searched, desk);
	own->gain_pct = g.pct.middle;
	own->gain_lo_pct = g.pct.low;
	own->gain_hi_pct = g.pct.high;
	d->noise_pct = g.noise_pct;
	if (!choice_equal(&named, &own->choice))
		d->challenger = (struct rival){true, named, own->gain_pct};
	own->regret_pct = percent(losses_of(l, l->mean, &own->choice) -
					  threshold_ideal(l, s->domain),
		l->total);
	runner_up_find(&w, d);
	return programs_judge(s, op, d, desk);
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

		d->op = (enum op)op;
		if (s->losses[op].total > 0)
			err = op_judge(s, (enum op)op, flush, best, d, &desk);
		else
			op_refuse(&d->own, &s->standard[op], flush,
				weights_concern(s->weights, (enum op)op) ?
					"no measurements of the default's "
					"kernels" :
					JUDGE_LEFT_OUT);
	}
	desk_free(&desk);
	return err;
}
