/*
 * compare_contest.c: see compare_contest.h
 */
#include "compare_contest.h"

#include <math.h>

const struct contest_goal contest_goals[] = {
	{CONTEST_EQUAL, GOAL_MEAN, 1.25, "adr, peer without streaming: mean"},
	{CONTEST_EQUAL, GOAL_WORST, 0.97,
		"adr, peer without streaming: worst cell"},
	{CONTEST_TRUSTING, GOAL_MEAN, 1.10, "trusting streams, peer: mean"},
	{CONTEST_TRUSTING, GOAL_SMALL, 1.40,
		"trusting streams, peer: up to 192 B"},
	{CONTEST_TRUSTING, GOAL_WORST, 0.97,
		"trusting streams, peer: worst cell"},
	{CONTEST_BY_HAND, GOAL_MEAN, 1.02, "trusting, peer set by hand: mean"},
	{CONTEST_BY_HAND, GOAL_WORST, 0.97,
		"trusting, peer set by hand: worst cell"},
	{CONTEST_LIBC, GOAL_MEAN, 1.3, "adr, libc memcpy and flushes: mean"},
	{CONTEST_LIBC, GOAL_WORST, 0.97,
		"adr, libc memcpy and flushes: worst cell"},
	{CONTEST_EADR, GOAL_MEAN, 1.05, "eadr, peer: mean"},
	{CONTEST_EADR, GOAL_WORST, 0.97, "eadr, peer: worst cell"},
	{CONTEST_REGRET + DOMAIN_ADR, GOAL_MEAN, 2, "regret in adr: mean"},
	{CONTEST_REGRET + DOMAIN_ADR, GOAL_WORST, 5,
		"regret in adr: worst cell"},
	{CONTEST_REGRET + DOMAIN_ADR_NT, GOAL_MEAN, 2,
		"regret in adr_nt: mean"},
	{CONTEST_REGRET + DOMAIN_ADR_NT, GOAL_WORST, 5,
		"regret in adr_nt: worst cell"},
	{CONTEST_REGRET + DOMAIN_EADR, GOAL_MEAN, 2, "regret in eadr: mean"},
	{CONTEST_REGRET + DOMAIN_EADR, GOAL_WORST, 5,
		"regret in eadr: worst cell"},
	{CONTEST_LOOP, GOAL_LARGEST, 0.95,
		"adr, 16 MiB copy, of best store loop"},
};
const size_t contest_goal_count = sizeof(contest_goals) /
				  sizeof(contest_goals[0]);

/* Whose goals they are: the second library. */
#define SUBJECT 1

static size_t
in_table(const struct compare_run *run, enum domain table, size_t lib)
{
	return lib ? compare_instance(run->libs, table, lib) : 0;
}

static enum domain
domain_of(enum contest contest)
{
	if (contest >= CONTEST_REGRET)
		return (enum domain)(contest - CONTEST_REGRET);
	if (contest == CONTEST_BY_HAND)
		return DOMAIN_ADR_NT;
	return contest <= CONTEST_EADR ? (enum domain)contest : DOMAIN_ADR;
}

struct sides
contest_sides(const struct compare_run *run, enum contest contest, size_t cell)
{
	const struct compare_choice *choice = &run->choices[cell];
	enum domain domain = domain_of(contest);
	struct sides sides = {
		.lib = in_table(run, domain, SUBJECT),
		.first = run->chosen,
	};

	switch (contest) {
	case CONTEST_BY_HAND:
		sides.baseline = choice->setting;
		break;
	case CONTEST_LOOP:
		sides.baseline = choice->best[domain];
		break;
	case CONTEST_LIBC:
		sides.baseline = in_table(run, domain, run->libs->libc);
		sides.first = 0;
		break;
	case CONTEST_EQUAL:
	case CONTEST_TRUSTING:
	case CONTEST_EADR:
		sides.baseline = in_table(run, domain, run->libs->peer);
		sides.first = 0;
		break;
	default:
		sides.lib = choice->own[domain];
		sides.baseline = sides.lib ? choice->best[domain] : 0;
	}
	return sides;
}

struct sides
contest_limit(const struct compare_run *run, enum contest contest, size_t cell)
{
	const struct compare_choice *choice = &run->choices[cell];
	struct sides sides = contest_sides(run, contest, cell);
	enum domain domain = domain_of(contest);

	sides.lib = contest_is_regret(contest) ? choice->blind[domain] :
						 choice->best[domain];
	sides.first = run->chosen;
	return sides;
}

const char *
contest_name(const struct compare_libs *libs, size_t instance, char text[100])
{
	const struct compare_instance *i = &libs->instances[instance];
	bool setting = instance >= compare_settings_from(libs);

	if (i->kernel)
		return i->kernel->name;
	snprintf(text, 100, setting ? "peer (%.80s)" : "%.80s", i->lib->label);
	return text;
}

bool
contest_is_regret(enum contest contest)
{
	return contest >= CONTEST_REGRET;
}

/* A regret is what the chosen takes longer, so its ends change places. */
struct interval
contest_in_unit(enum contest contest, const struct interval *log)
{
	if (!contest_is_regret(contest))
		return (struct interval){
			exp(log->middle), exp(log->low), exp(log->high)};
	return (struct interval){100 * expm1(-log->middle),
		100 * expm1(-log->high), 100 * expm1(-log->low)};
}

bool
contest_goal_missed(const struct contest_goal *row, const struct interval *log)
{
	struct interval value = contest_in_unit(row->contest, log);

	return contest_is_regret(row->contest) ? value.high > row->target :
						 value.low < row->target;
}

void
contest_take(struct ratios *r, enum contest contest)
{
	for (size_t c = 0; c < r->run->work.cell_count; c++) {
		struct sides s = contest_sides(r->run, contest, c);

		r->pairs[c] = 0;
		if (s.baseline)
			ratios_take(r, c, s.lib, s.baseline, s.first);
	}
}
