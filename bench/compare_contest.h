/*
 * compare_contest.h: who is set against whom where goals are judged
 */
#ifndef BENCH_COMPARE_CONTEST_H
#define BENCH_COMPARE_CONTEST_H

#include "compare_ratio.h"

/* The second library against others; and the kernel it uses against the best
 * eligible one. The first three, and the last three, are in order of domains.
 */
enum contest {
	CONTEST_EQUAL,
	CONTEST_TRUSTING,
	CONTEST_EADR,
	CONTEST_BY_HAND, /* the peer's best setting */
	CONTEST_LIBC,
	CONTEST_LOOP, /* the best kernel in adr, called directly */
	CONTEST_REGRET,
	CONTEST_COUNT = CONTEST_REGRET + DOMAIN_COUNT
};

/* What of a contest a goal is about. */
enum goal_measure {
	GOAL_MEAN,
	GOAL_SMALL, /* mean of small operations */
	GOAL_LARGEST, /* of the largest copies */
	GOAL_WORST, /* the worst cell */
};

struct contest_goal {
	enum contest contest;
	enum goal_measure measure;
	double target; /* a ratio; of a regret, percent */
	const char *about;
};

extern const struct contest_goal contest_goals[];
extern const size_t contest_goal_count;

/* The instances of a contest in a cell; baseline 0: there is none. */
struct sides {
	size_t lib, baseline;
	unsigned
		first; /* round that counts: choices are made of earlier ones */
};

struct sides contest_sides(
	const struct compare_run *run, enum contest contest, size_t cell);

/* The same with the best eligible kernel in the place of the library: what no
 * choice from the table could exceed. Of a regret, with the best one for who
 * knows operation and size alone, as a library does. */
struct sides contest_limit(
	const struct compare_run *run, enum contest contest, size_t cell);

/* "libpmem.so.1.0.0", "peer (avx, never streams)", "avx/stream/clwb". */
const char *contest_name(
	const struct compare_libs *libs, size_t instance, char text[100]);

/* Takes a contest's ratios in all cells of the run; pairs 0 where there are
 * none. */
void contest_take(struct ratios *r, enum contest contest);

/* Whether it is about kernels, in percent that the one used takes longer; else
 * about the speed of libraries. */
bool contest_is_regret(enum contest contest);

/* A log-ratio in that unit. */
struct interval contest_in_unit(
	enum contest contest, const struct interval *log);

/* Whether a cell's interval reaches beyond the target of worst cells. */
bool contest_goal_missed(
	const struct contest_goal *goal, const struct interval *log);

#endif
