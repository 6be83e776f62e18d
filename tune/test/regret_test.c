/*
 * regret_test.c: what is lost by rows made elsewhere is what was planted
 */
#include "regret.h"

#include <errno.h>
#include <math.h>

#include "check.h"
#include "decide.h"
#include "planted.h"

#define FEATURES "sse2 avx clflush clflushopt clwb"

/* A machine, and what it decides for itself. */
struct machine {
	struct measurements all;
	struct decision_list own;
	struct weights weights;
};

static void
machine_decide(struct machine *m)
{
	char error[PROVENANCE_ERROR_BYTES];

	weights_default(&m->weights);
	CHECK(provenance_add(&m->all.provenance, "cpu_features", FEATURES) ==
		0);
	CHECK(decide(&m->own, &m->all, &m->weights, error) == 0);
}

static struct machine
machine_make(const struct plant *p)
{
	struct machine m = {0};

	planted_add(&m.all, p, 1);
	machine_decide(&m);
	return m;
}

static void
machine_free(struct machine *m)
{
	measurements_free(&m->all);
	decision_list_free(&m->own);
}

static struct regrets
regrets_of(const struct machine *m, const struct decision_list *other)
{
	char error[PROVENANCE_ERROR_BYTES];
	struct regrets list = {0};

	CHECK(regrets_find(
		      &list, &m->all, &m->weights, &m->own, other, error) == 0);
	return list;
}

static void
near_check(const struct regret_part *part, double pct)
{
	CHECK(fabs(part->pct.middle - pct) < 0.3, "%.2f, wanted %.2f",
		part->pct.middle, pct);
	CHECK(part->pct.low <= part->pct.middle);
	CHECK(part->pct.middle <= part->pct.high);
	CHECK(part->pct.high - part->pct.low < 1);
}

static void
own_rows_lose_nothing(void)
{
	struct machine m = machine_make(&planted_usual);
	struct regrets list = regrets_of(&m, &m.own);

	CHECK(list.count == DOMAIN_COUNT);
	for (size_t i = 0; i < list.count; i++) {
		const struct regret *r = &list.rows[i];

		CHECK(r->domain == (enum domain)i);
		CHECK(r->all.verdict == REGRET_SAME && r->all.pct.high == 0);
		for (int op = 0; op < OP_COUNT; op++)
			CHECK(r->ops[op].verdict == REGRET_SAME);
	}
	regrets_free(&list);
	CHECK(!list.rows && !list.count);
	machine_free(&m);
}

/* Streaming takes 0.67 of the time from 1024 bytes on: at 15 of 22 lengths. The
 * default never streams in adr. Move weighs 1, set half, flush 1. */
static void
default_rows_lose_what_was_planted(void)
{
	double share = 15.0 / PLANTED_SIZES, gain = log(1 / 0.67);
	struct machine m = machine_make(&planted_usual);
	struct regrets list = regrets_of(&m, NULL);
	const struct regret *adr = &list.rows[DOMAIN_ADR];

	near_check(&adr->ops[OP_MOVE], 100 * expm1(share * gain));
	near_check(&adr->ops[OP_SET], 100 * expm1(share * gain));
	CHECK(adr->ops[OP_MOVE].verdict == REGRET_WORSE);
	CHECK(adr->ops[OP_FLUSH].verdict == REGRET_SAME);
	near_check(&adr->all, 100 * expm1(share * gain * 1.5 / 2.5));
	CHECK(regrets_worst(&list, DOMAIN_ADR) == adr);
	regrets_free(&list);
	machine_free(&m);
}

/* A platform that has what this one lacks: rows fall back as in the library. */
static void
rows_are_resolved_first(void)
{
	struct machine m = machine_make(&planted_usual);
	struct decision_list other = {0};
	struct regrets list;

	for (size_t i = 0; i < m.own.count; i++) {
		struct decision d = m.own.rows[i];

		d.own.choice.cached_isa = ISA_AVX512F;
		d.own.choice.stream_isa = ISA_MOVDIR64B;
		CHECK(decision_push(&other, &d) == 0);
	}
	list = regrets_of(&m, &other);
	for (size_t i = 0; i < list.count; i++)
		CHECK(list.rows[i].all.verdict == REGRET_SAME);
	regrets_free(&list);
	decision_list_free(&other);
	machine_free(&m);
}

/* One octave too early or late, where that costs little. */
static void
ties_are_told_from_losses(void)
{
	struct plant p = planted_usual;
	struct machine m;
	struct decision_list other = {0};
	struct regrets list;

	p.win = 0.5;
	p.lose = 1.04;
	m = machine_make(&p);
	for (size_t i = 0; i < m.own.count; i++) {
		CHECK(decision_push(&other, &m.own.rows[i]) == 0);
		if (other.rows[i].op == OP_MOVE)
			other.rows[i].own.choice.stream_min_bytes = 512;
		if (other.rows[i].op == OP_SET)
			other.rows[i].own.choice.stream_min_bytes = 2048;
	}
	list = regrets_of(&m, &other);
	near_check(&list.rows[DOMAIN_ADR].ops[OP_MOVE],
		100 * expm1(log(1.04) / PLANTED_SIZES));
	near_check(&list.rows[DOMAIN_ADR].ops[OP_SET],
		100 * expm1(log(2) / PLANTED_SIZES));
	CHECK(list.rows[DOMAIN_ADR].ops[OP_MOVE].verdict == REGRET_TIED);
	CHECK(list.rows[DOMAIN_ADR].ops[OP_SET].verdict == REGRET_WORSE);
	regrets_free(&list);
	decision_list_free(&other);
	machine_free(&m);
}

/* The same little loss, by ever noisier repetitions: first it is known to be
 * little, then it may be more, and is no tie. */
static void
what_may_be_a_loss_is_no_tie(void)
{
	static const double noises[] = {0.02, 0.2};
	static const enum regret_verdict wanted[] = {
		REGRET_TIED, REGRET_UNCLEAR};

	for (size_t i = 0; i < 2; i++) {
		struct plant p = planted_usual;
		struct decision_list other = {0};
		const struct regret_part *move;
		struct regrets list;
		struct machine m;

		p.win = 0.5;
		p.lose = 1.04;
		p.noise = noises[i];
		m = machine_make(&p);
		for (size_t k = 0; k < m.own.count; k++) {
			CHECK(decision_push(&other, &m.own.rows[k]) == 0);
			if (other.rows[k].op == OP_MOVE)
				other.rows[k].own.choice.stream_min_bytes = 512;
		}
		list = regrets_of(&m, &other);
		move = &list.rows[DOMAIN_ADR].ops[OP_MOVE];
		CHECK(move->verdict == wanted[i], "[%.2f, %.2f]", move->pct.low,
			move->pct.high);
		CHECK((move->pct.high > 0.5) == (wanted[i] == REGRET_UNCLEAR));
		CHECK(move->pct.low <= 0.5);
		regrets_free(&list);
		decision_list_free(&other);
		machine_free(&m);
	}
}

/* A pair's own row holds for that pair alone, also elsewhere. */
static void
rows_of_nodes_hold_for_them(void)
{
	struct plant p = planted_usual;
	struct machine two = {0}, one = machine_make(&p);
	struct choice row[OP_COUNT];
	struct regrets list;

	planted_add(&two.all, &p, 1);
	p.mem_node = 1;
	p.stream_from_bytes = 65536;
	planted_add(&two.all, &p, 2);
	machine_decide(&two);
	for (unsigned node = 0; node < 2; node++) {
		CHECK(decision_in_force(&two.own, 0, node, DOMAIN_ADR, row) ==
			0);
		CHECK(row[OP_MOVE].stream_min_bytes == (node ? 65536 : 1024));
	}
	list = regrets_of(&two, &one.own);
	CHECK(list.count == (size_t)2 * DOMAIN_COUNT);
	CHECK(list.rows[0].all.verdict == REGRET_SAME);
	CHECK(list.rows[DOMAIN_COUNT].mem_node == 1);
	CHECK(list.rows[DOMAIN_COUNT].all.verdict == REGRET_WORSE);
	CHECK(regrets_worst(&list, DOMAIN_ADR) == &list.rows[DOMAIN_COUNT]);
	regrets_free(&list);
	machine_free(&two);
	machine_free(&one);
}

static bool
is_kept(const struct measurement *m)
{
	return m->op == OP_MOVE && m->store == STORE_CACHED;
}

/* What was not measured is neither lost nor won. */
static void
missing_kernels_are_told(void)
{
	struct machine m = {0}, full = machine_make(&planted_usual);
	struct regrets list;
	size_t count = 0;

	planted_add(&m.all, &planted_usual, 1);
	for (size_t i = 0; i < m.all.count; i++) {
		if (is_kept(&m.all.rows[i]))
			m.all.rows[count++] = m.all.rows[i];
	}
	m.all.count = count;
	machine_decide(&m);
	list = regrets_of(&m, &full.own);
	CHECK(list.rows[DOMAIN_ADR].all.verdict == REGRET_UNMEASURED);
	CHECK(list.rows[DOMAIN_ADR].ops[OP_SET].verdict == REGRET_UNMEASURED);
	CHECK(!regrets_worst(&list, DOMAIN_ADR));
	/* Nothing is streamed where caches persist: that was measured. */
	CHECK(list.rows[DOMAIN_EADR].all.verdict == REGRET_SAME);
	regrets_free(&list);
	machine_free(&m);
	machine_free(&full);
}

static void
nothing_is_judged_by_refused_data(void)
{
	struct machine m = machine_make(&planted_usual);
	char error[PROVENANCE_ERROR_BYTES];
	struct decision_list none = {0};
	struct regrets list = {0};

	CHECK(regrets_find(&list, &m.all, &m.weights, &m.own, &none, error) ==
		-EINVAL);
	CHECK_TEXT(error, "decisions lack a domain");
	CHECK(!list.rows && !list.count);
	CHECK(provenance_add(&m.all.provenance, "refused", "steal 31%") == 0);
	CHECK(regrets_find(&list, &m.all, &m.weights, &m.own, NULL, error) ==
		-EINVAL);
	CHECK_TEXT(error, "nothing can be judged by them: steal 31%");
	CHECK(!list.rows && !list.count);
	machine_free(&m);
}

int
main(void)
{
	own_rows_lose_nothing();
	default_rows_lose_what_was_planted();
	rows_are_resolved_first();
	ties_are_told_from_losses();
	what_may_be_a_loss_is_no_tie();
	rows_of_nodes_hold_for_them();
	missing_kernels_are_told();
	nothing_is_judged_by_refused_data();
	return 0;
}
