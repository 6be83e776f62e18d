/*
 * judge.h: one pair of nodes in one domain: best ways, and what is proven
 *
 * The library's row has one flush for pmem_flush and for the cached kernels of
 * move and set, so the flush is chosen first, by all operations together, each
 * at its best under it; then move and set, each for itself, under that flush.
 *
 * Each step keeps the default unless the gain is proven: the low end of its
 * 95% interval must exceed a margin (gain.h). The best of the thousands of ways
 * of move and set looks better than it is: what resampling shows of that
 * optimism is taken off first. Not so where little is searched: the flush is
 * the best of at most four, which differ by far more than their errors or tie;
 * and rows of nodes are compared with the uniform ones, neither of which was
 * searched for against the other.
 */
#ifndef TUNE_JUDGE_H
#define TUNE_JUDGE_H

#include <stdbool.h>

#include "decision.h"
#include "gain.h"
#include "plan.def"

/* What both rules together may cost: the tie band of a decision. */
#define JUDGE_BAND_PCT PLAN_TIE_BAND_PCT

/* Ways that differ by less are as good as each other: the rule of threshold.h
 * chooses. It has what the margin of gains leaves of the band. */
#define JUDGE_TIE_PCT (JUDGE_BAND_PCT - GAIN_MARGIN_PCT)

/* Why an operation that has no weight keeps the default. */
#define JUDGE_LEFT_OUT "the weights leave this operation out"

/* What is judged. */
struct suit {
	const struct cells *cells;
	const struct draws *draws;
	const struct weights *weights;
	struct pair pair;
	enum domain domain;
	struct choice standard[OP_COUNT]; /* the default */
	struct losses losses[OP_COUNT]; /* filled by judge_open */
};

/* Sums the losses of a suit whose other members are set. 0 or -ENOMEM;
 * judge_close frees them. */
int judge_open(struct suit *s);

void judge_close(struct suit *s);

/* Fills the judgement and the remarks of a decision for each operation; the
 * caller has set what names them. 0 or -ENOMEM. */
int judge(const struct suit *s, struct decision decisions[OP_COUNT]);

/* A set of operations: the sum of 1 << op. */
#define JUDGE_ALL_OPS ((1U << OP_COUNT) - 1)

/* The gain, in percent with its 95% interval, of carrying out these operations
 * by `to` instead of `from`; proven says whether it exceeds the margin. An
 * operation that was not measured has no part in it. 0 or -ENOMEM. */
int judge_gain(const struct suit *s, unsigned ops,
	const struct choice from[OP_COUNT], const struct choice to[OP_COUNT],
	struct interval *pct, bool *proven);

#endif
