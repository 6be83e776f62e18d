/*
 * compare_goals.c: see compare_goals.h
 *
 * A mean is over the cells of the run. A worst cell is that of the second
 * measurement where there was one: see compare_doubt.c.
 */
#include "compare_goals.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare_contest.h"
#include "goals.h"

/* Small operations: up to so many bytes. */
#define SMALL_BYTES 192

/* Pairs from which a cell's interval is what it claims. Of normal noise, 95%
 * intervals hold the truth 93.5 times of 100 with 12 pairs, hardly more often
 * with 30, but 87 times with 4 and 49 with 2; that of one pair has no width. */
#define PAIRS_LEAST 12

struct judge {
	const struct compare_run *run, *again;
	struct rng rng;
	struct ratios ratios, ratios_again, limit;
	size_t *again_of; /* by cell: 1 + cell of again, or 0 */
	size_t *cells; /* room for all */
	FILE *out;
};

static void
interval_tell(struct goal *g, const struct interval *v)
{
	goal_tell(g, "%.2f [%.2f, %.2f]", v->middle, v->low, v->high);
}

/* Those of the cells that were compared, in place; returns how many. */
static size_t
cells_known(const struct ratios *r, size_t *cells, size_t count)
{
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		if (r->pairs[cells[i]])
			cells[known++] = cells[i];
	}
	return known;
}

static struct ratio_group
group_of(enum goal_measure measure, unsigned dst_offset)
{
	struct ratio_group g = {
		RATIO_ANY, RATIO_ANY, RATIO_ANY, dst_offset, 0, 0};

	if (measure == GOAL_SMALL)
		g.most_bytes = SMALL_BYTES;
	if (measure == GOAL_LARGEST) {
		g.op = OP_MOVE;
		g.least_bytes = (size_t)16 << 20;
	}
	return g;
}

/* Mean of a group in its unit; false: no cell of it was compared. */
static bool
group_mean(struct judge *j, struct ratios *r, enum contest contest,
	const struct ratio_group *g, struct interval *mean)
{
	size_t count = ratio_group_cells(g, &j->run->work, j->cells);

	count = cells_known(r, j->cells, count);
	if (count == 0)
		return false;
	*mean = ratios_mean(r, j->cells, count);
	*mean = contest_in_unit(contest, mean);
	return true;
}

static bool
is_worse(enum contest contest, double a, double b)
{
	return contest_is_regret(contest) ? a > b : a < b;
}

/* What is reached in the same cells by who always chooses best, or, of a
 * regret, as well as who does not know the caches can. */
static void
limit_tell(struct judge *j, const struct contest_goal *row,
	const struct ratio_group *g, struct goal *goal)
{
	struct interval mean;

	if (row->contest == CONTEST_LOOP)
		return;
	for (size_t c = 0; c < j->run->work.cell_count; c++) {
		struct sides s = contest_limit(j->run, row->contest, c);

		j->limit.pairs[c] = 0;
		if (s.baseline && s.lib)
			ratios_take(&j->limit, c, s.lib, s.baseline, s.first);
	}
	if (!group_mean(j, &j->limit, row->contest, g, &mean))
		return;
	goal_tell(goal, "%s",
		contest_is_regret(row->contest) ?
			"; the best choice by size alone, knowing neither "
			"caches nor drains, would have " :
			"; the best kernel of each cell would reach ");
	interval_tell(goal, &mean);
}

/* The kind of operation that is worst. */
static void
worst_kind_tell(struct judge *j, const struct contest_goal *row,
	struct ratio_group g, struct goal *goal)
{
	struct interval worst = {NAN, NAN, NAN}, mean;
	struct ratio_group at = g;

	for (int op = OP_MOVE; op <= OP_SET; op++) {
		for (int r = RESIDENCY_WARM; r <= RESIDENCY_COLD; r++) {
			for (int d = 0; d < DRAIN_COUNT; d++) {
				g.op = op;
				g.residency = r;
				g.drain = d;
				if (!group_mean(j, &j->ratios, row->contest, &g,
					    &mean) ||
					!(isnan(worst.middle) ||
						is_worse(row->contest,
							mean.middle,
							worst.middle)))
					continue;
				worst = mean;
				at = g;
			}
		}
	}
	goal_tell(goal, "; worst: %s %s %s ", op_names[at.op],
		residency_names[at.residency], drain_names[at.drain]);
	interval_tell(goal, &worst);
}

static void
mean_judge(struct judge *j, const struct contest_goal *row, struct goal *goal)
{
	static const char *const names[] = {"aligned ", ", unaligned "};
	static const unsigned offsets[] = {0, PLAN_UNALIGNED_BYTES};
	struct ratio_group worse = {0};

	for (int i = 0; i < 2; i++) {
		struct ratio_group g = group_of(row->measure, offsets[i]);
		struct interval mean;

		if (!group_mean(j, &j->ratios, row->contest, &g, &mean))
			continue;
		if (!goal->measured || is_worse(row->contest, mean.middle,
					       goal->value.middle)) {
			goal->value = mean;
			worse = g;
		}
		goal->measured = true;
		goal_tell(goal, "%s", names[i]);
		interval_tell(goal, &mean);
	}
	if (!goal->measured)
		return;
	worst_kind_tell(j, row, worse, goal);
	limit_tell(j, row, &worse, goal);
}

/* The log-ratio that stands for a cell: of the second measurement, if any that
 * can. */
static const struct interval *
cell_ratio(const struct judge *j, size_t c, size_t *pairs)
{
	size_t again = j->again_of[c];

	if (again && j->ratios_again.pairs[again - 1] >= PAIRS_LEAST) {
		*pairs = j->ratios_again.pairs[again - 1];
		return &j->ratios_again.cells[again - 1];
	}
	*pairs = j->ratios.pairs[c];
	return &j->ratios.cells[c];
}

static void
worst_tell(const struct judge *j, const struct contest_goal *row, size_t c,
	size_t missing, struct goal *goal)
{
	const struct cell *cell = &j->run->work.cells[c];
	struct sides s = contest_sides(j->run, row->contest, c);
	const struct compare_libs *libs = j->run->libs;
	char lib[100], baseline[100];
	size_t pairs;
	const struct interval *log = cell_ratio(j, c, &pairs);

	goal_tell(goal, "%s %s %s %zu%s: %s ", op_names[cell->op],
		residency_names[cell->residency], drain_names[cell->drain],
		cell->size_bytes, cell->dst_offset ? " unaligned" : "",
		contest_name(libs, s.lib, lib));
	interval_tell(goal, &goal->value);
	goal_tell(goal,
		"%s against %s, %s; %zu pairs; %zu cells miss the target",
		goal->unit, contest_name(libs, s.baseline, baseline),
		log->high < 0 ? "which is faster" :
		log->low > 0  ? "which is slower" :
				"not told apart",
		pairs, missing);
}

static void
again_take(struct judge *j, enum contest contest)
{
	for (size_t c = 0; c < j->run->work.cell_count; c++) {
		struct sides s = contest_sides(j->run, contest, c);

		if (!j->again_of[c])
			continue;
		j->ratios_again.pairs[j->again_of[c] - 1] = 0;
		if (s.baseline)
			ratios_take(&j->ratios_again, j->again_of[c] - 1, s.lib,
				s.baseline, 0);
	}
}

/* A cell of too few pairs says neither that it meets the target nor that it
 * misses it: whether all cells meet it is unknown then, unless another one
 * misses it. */
static void
worst_judge(struct judge *j, const struct contest_goal *row, struct goal *goal)
{
	size_t worst = 0, missing = 0, unsure = 0, pairs;

	again_take(j, row->contest);
	for (size_t c = 0; c < j->run->work.cell_count; c++) {
		const struct interval *log = cell_ratio(j, c, &pairs);
		struct interval value = contest_in_unit(row->contest, log);
		double end = contest_is_regret(row->contest) ? value.high :
							       value.low;
		double so_far = contest_is_regret(row->contest) ?
					goal->value.high :
					goal->value.low;

		if (pairs < PAIRS_LEAST) {
			unsure += pairs > 0;
			continue;
		}
		missing += contest_goal_missed(row, log);
		if (goal->measured && !is_worse(row->contest, end, so_far))
			continue;
		goal->value = value;
		goal->measured = true;
		worst = c;
	}
	if (unsure && !missing)
		goal->measured = false;
	if (goal->measured)
		worst_tell(j, row, worst, missing, goal);
	if (unsure)
		goal_tell(goal, "%scells of fewer than %d pairs: %zu",
			goal->measured ? "; " : "", PAIRS_LEAST, unsure);
}

static const char *
unknown_reason(const struct compare_run *run, enum contest contest)
{
	if (contest_is_regret(contest) && run->libs->libs[1].ours)
		return "no round compared its kernels";
	if (contest_is_regret(contest))
		return "the library does not tell its kernels";
	if (contest == CONTEST_LIBC)
		return "no library labelled libc was compared";
	return contest == CONTEST_LOOP ? "no such copy was compared" :
					 "no other libpmem was compared";
}

static void
row_judge(struct judge *j, const struct contest_goal *row)
{
	struct goal goal = {
		.about = row->about,
		.unit = contest_is_regret(row->contest) ? "%" : "x",
		.at_most = contest_is_regret(row->contest),
		.target = row->target,
		.judge = row->measure == GOAL_WORST ? GOAL_BY_INTERVAL :
						      GOAL_BY_VALUE,
	};

	contest_take(&j->ratios, row->contest);
	if (row->measure == GOAL_WORST)
		worst_judge(j, row, &goal);
	else
		mean_judge(j, row, &goal);
	if (!goal.measured && !*goal.evidence)
		goal_tell(&goal, "%s", unknown_reason(j->run, row->contest));
	goal_write(&goal, j->out);
}

/* Cells of again are those of the run in the same order, less some. */
static bool
is_same(const struct cell *a, const struct cell *b)
{
	return a->op == b->op && a->residency == b->residency &&
	       a->drain == b->drain && a->size_bytes == b->size_bytes &&
	       a->dst_offset == b->dst_offset;
}

static void
again_find(struct judge *j)
{
	size_t next = 0;

	for (size_t c = 0; c < j->run->work.cell_count; c++) {
		if (next < j->again->work.cell_count &&
			is_same(&j->run->work.cells[c],
				&j->again->work.cells[next]))
			j->again_of[c] = ++next;
	}
}

int
compare_goals_write(const struct compare_run *run,
	const struct compare_run *again, FILE *out)
{
	struct judge j = {
		.run = run,
		.again = again,
		.again_of = calloc(run->work.cell_count, sizeof(size_t)),
		.cells = calloc(run->work.cell_count, sizeof(size_t)),
		.out = out,
	};
	int err = -ENOMEM;

	rng_seed(&j.rng, run->seed);
	if (!j.again_of || !j.cells || ratios_open(&j.ratios, run, &j.rng) ||
		ratios_open(&j.limit, run, &j.rng) ||
		ratios_open(&j.ratios_again, again, &j.rng))
		goto free_judge;
	again_find(&j);
	goals_header(out);
	for (size_t i = 0; i < contest_goal_count; i++)
		row_judge(&j, &contest_goals[i]);
	err = 0;
free_judge:
	ratios_free(&j.ratios);
	ratios_free(&j.limit);
	ratios_free(&j.ratios_again);
	free(j.again_of);
	free(j.cells);
	return err;
}
