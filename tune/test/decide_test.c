/*
 * decide_test.c: planted truth is found, and what does not allow a decision is
 * refused
 */
#include "decide.h"

#include <errno.h>
#include <math.h>

#include "check.h"
#include "judge.h"
#include "planted.h"
#include "wish.h"

#define FEATURES "sse2 avx clflush clflushopt clwb"

static struct measurements
planted(const struct plant *p)
{
	struct measurements all = {0};

	planted_add(&all, p, 1);
	CHECK(provenance_add(&all.provenance, "cpu_features", FEATURES) == 0);
	return all;
}

static struct decision_list
decided(const struct measurements *all)
{
	char error[PROVENANCE_ERROR_BYTES] = "";
	struct decision_list list = {0};
	struct weights weights;

	weights_default(&weights);
	CHECK(decide(&list, all, &weights, error) == 0);
	return list;
}

static const struct decision *
find(const struct decision_list *list, enum op op, unsigned mem_node,
	enum domain domain)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct decision *d = &list->rows[i];

		if (d->op == op && d->mem_node == mem_node &&
			d->domain == domain)
			return d;
	}
	CHECK(!"there is a row for each");
	return NULL;
}

static void
end(struct measurements *all, struct decision_list *list)
{
	decision_list_free(list);
	measurements_free(all);
}

static void
threshold_check(const struct decision *d, size_t from)
{
	size_t standard = d->domain == DOMAIN_ADR_NT ? 256 : POLICY_NEVER;

	CHECK(d->own.choice.stream_min_bytes == from);
	CHECK(d->own.verdict ==
		(from == standard ? VERDICT_KEPT : VERDICT_TUNED));
	CHECK(d->own.choice.cached_isa == ISA_AVX);
	CHECK(d->own.regret_pct < 0.5);
	CHECK(d->threshold_lo_bytes == from);
	CHECK(d->threshold_hi_bytes == from);
}

/* Every crossover of the grid, never and always among them. Where caches
 * persist, the plant's stores without a flush beat all streaming. */
static void
every_threshold_is_found(void)
{
	for (int i = 0; i <= PLANTED_SIZES; i++) {
		struct plant p = planted_usual;
		struct measurements all;
		struct decision_list list;

		if (i < PLANTED_SIZES)
			p.stream_from_bytes = PLANTED_SIZE(i);
		else
			p.stream_from_bytes = POLICY_NEVER;
		all = planted(&p);
		list = decided(&all);
		threshold_check(find(&list, OP_MOVE, 0, DOMAIN_ADR),
			p.stream_from_bytes);
		threshold_check(find(&list, OP_SET, 0, DOMAIN_ADR_NT),
			p.stream_from_bytes);
		threshold_check(
			find(&list, OP_MOVE, 0, DOMAIN_EADR), POLICY_NEVER);
		end(&all, &list);
	}
}

/* The flush of a row serves pmem_flush, and cached kernels of both others. */
static void
best_flush_is_found(void)
{
	for (int best = 0; best < FLUSH_NONE; best++) {
		struct plant p = planted_usual;
		struct measurements all;
		struct decision_list list;

		p.flush[FLUSH_CLWB] = 1.3;
		p.flush[best] = 1;
		all = planted(&p);
		list = decided(&all);
		for (int op = 0; op < OP_COUNT; op++) {
			const struct decision *d = find(
				&list, (enum op)op, 0, DOMAIN_ADR);

			CHECK(d->own.choice.flush == (enum flush)best);
			d = find(&list, (enum op)op, 0, DOMAIN_EADR);
			CHECK(d->own.choice.flush == FLUSH_NONE);
		}
		end(&all, &list);
	}
}

/* Of two flushes that beat the default and are as good as each other, the newer
 * is taken, though the older is better by a hair. */
static void
near_ties_take_the_newest_flush(void)
{
	struct plant p = planted_usual;
	struct measurements all;
	struct decision_list list;

	p.flush[FLUSH_CLWB] = 1.3;
	p.flush[FLUSH_CLFLUSHOPT] = 1.001;
	p.flush[FLUSH_CLFLUSH] = 1;
	all = planted(&p);
	list = decided(&all);
	CHECK(find(&list, OP_FLUSH, 0, DOMAIN_ADR)->own.choice.flush ==
		FLUSH_CLFLUSHOPT);
	end(&all, &list);

	p.flush[FLUSH_CLFLUSHOPT] = 1.01;
	all = planted(&p);
	list = decided(&all);
	CHECK(find(&list, OP_FLUSH, 0, DOMAIN_ADR)->own.choice.flush ==
		FLUSH_CLFLUSH);
	end(&all, &list);
}

/* No choice may be less than durable, however fast it is. */
static void
durability_comes_first(void)
{
	struct measurements all = planted(&planted_usual);
	struct decision_list list = decided(&all);

	for (size_t i = 0; i < list.count; i++) {
		const struct decision *d = &list.rows[i];
		const struct choice *c = &d->own.choice;

		CHECK(policy_eligible(
			ISA_GENERIC, STORE_CACHED, c->flush, d->domain));
		CHECK(d->op == OP_FLUSH ||
			policy_eligible(c->stream_isa, STORE_STREAM,
				c->stream_flush, d->domain));
	}
	CHECK(find(&list, OP_MOVE, 0, DOMAIN_ADR)->own.choice.stream_flush ==
		FLUSH_CLWB);
	CHECK(find(&list, OP_MOVE, 0, DOMAIN_ADR_NT)->own.choice.stream_flush ==
		FLUSH_NONE);
	end(&all, &list);
}

/* Where nothing differs, all stays as it is: by many seeds. */
static void
ties_keep_the_default(void)
{
	for (uint64_t seed = 0; seed < 20; seed++) {
		struct plant p = planted_usual;
		struct measurements all = {0};
		struct decision_list list;

		p.win = p.lose = p.stream_none = 1;
		p.noise = 0.05;
		for (int f = 0; f < FLUSH_COUNT; f++)
			p.flush[f] = 1;
		planted_add(&all, &p, seed);
		CHECK(provenance_add(
			      &all.provenance, "cpu_features", FEATURES) == 0);
		list = decided(&all);
		for (size_t i = 0; i < list.count; i++)
			CHECK(list.rows[i].own.verdict == VERDICT_KEPT);
		end(&all, &list);
	}
}

/* A single length at which streaming wins does not move a threshold. */
static void
isolated_win_moves_nothing(void)
{
	struct plant p = planted_usual;
	struct measurements all;
	struct decision_list list;

	p.stream_from_bytes = POLICY_NEVER;
	all = planted(&p);
	for (size_t i = 0; i < all.count; i++) {
		struct measurement *m = &all.rows[i];

		if (m->size_bytes == 4096 && m->store == STORE_STREAM)
			m->time_ns /= 3;
	}
	list = decided(&all);
	CHECK(find(&list, OP_MOVE, 0, DOMAIN_ADR)
			->own.choice.stream_min_bytes == POLICY_NEVER);
	end(&all, &list);
}

static void
nodes_that_are_alike_are_merged(void)
{
	struct plant p = planted_usual;
	struct measurements all = planted(&p);
	struct decision_list list;

	p.mem_node = 1;
	planted_add(&all, &p, 2);
	list = decided(&all);
	CHECK(list.count == (size_t)2 * PAIR_ROWS);
	for (size_t i = 0; i < list.count; i++) {
		CHECK(list.rows[i].has_uniform);
		CHECK(!list.rows[i].differs);
	}
	CHECK(list.rows[0].uniform.choice.stream_min_bytes == 1024);
	end(&all, &list);
}

static void
nodes_that_differ_are_kept_apart(void)
{
	struct plant p = planted_usual;
	struct measurements all = planted(&p);
	struct decision_list list;

	p.mem_node = 1;
	p.stream_from_bytes = 65536;
	planted_add(&all, &p, 2);
	list = decided(&all);
	for (unsigned node = 0; node < 2; node++) {
		const struct decision *d = find(
			&list, OP_MOVE, node, DOMAIN_ADR);

		CHECK(d->own.choice.stream_min_bytes == (node ? 65536 : 1024));
		/* One of them may serve as the row for any node. */
		CHECK(d->differs || d->uniform.choice.stream_min_bytes ==
					    d->own.choice.stream_min_bytes);
	}
	CHECK(find(&list, OP_MOVE, 0, DOMAIN_ADR)->differs ||
		find(&list, OP_MOVE, 1, DOMAIN_ADR)->differs);
	end(&all, &list);
}

static void
remove_if(struct measurements *all, bool (*is)(const struct measurement *m))
{
	size_t count = 0;

	for (size_t i = 0; i < all->count; i++) {
		if (!is(&all->rows[i]))
			all->rows[count++] = all->rows[i];
	}
	all->count = count;
}

static bool
is_short_stream(const struct measurement *m)
{
	return m->store == STORE_STREAM && m->size_bytes < 4096;
}

static bool
is_stream(const struct measurement *m)
{
	return m->store == STORE_STREAM;
}

static bool
is_warm_stream(const struct measurement *m)
{
	return m->store == STORE_STREAM && m->residency == RESIDENCY_WARM &&
	       m->size_bytes == 8192;
}

static bool
is_flush_or_set(const struct measurement *m)
{
	return m->op != OP_MOVE;
}

/* What was not measured is not chosen, and what was is still decided. */
static void
missing_cells_are_no_wins(void)
{
	struct measurements all = planted(&planted_usual);
	struct decision_list list;

	remove_if(&all, is_short_stream);
	list = decided(&all);
	CHECK(find(&list, OP_MOVE, 0, DOMAIN_ADR)
			->own.choice.stream_min_bytes == 4096);
	end(&all, &list);

	/* One state of one length: streaming cannot be judged there. */
	all = planted(&planted_usual);
	remove_if(&all, is_warm_stream);
	list = decided(&all);
	CHECK(find(&list, OP_MOVE, 0, DOMAIN_ADR)
			->own.choice.stream_min_bytes == 16384);
	end(&all, &list);

	/* No streaming at all: cached stores stay; where the default streams,
	 * only its cached part can be judged. */
	all = planted(&planted_usual);
	remove_if(&all, is_stream);
	list = decided(&all);
	CHECK(find(&list, OP_MOVE, 0, DOMAIN_ADR)->own.verdict == VERDICT_KEPT);
	CHECK(find(&list, OP_MOVE, 0, DOMAIN_ADR)
			->own.choice.stream_min_bytes == POLICY_NEVER);
	end(&all, &list);

	all = planted(&planted_usual);
	remove_if(&all, is_flush_or_set);
	list = decided(&all);
	CHECK(find(&list, OP_MOVE, 0, DOMAIN_ADR)->own.verdict ==
		VERDICT_TUNED);
	CHECK(find(&list, OP_SET, 0, DOMAIN_ADR)->own.verdict ==
		VERDICT_REFUSED);
	CHECK_TEXT(find(&list, OP_SET, 0, DOMAIN_ADR)->own.reason,
		"no measurements of the default's kernels");
	end(&all, &list);
}

/* What a program does not do keeps the default, and that is why. */
static void
what_has_no_weight_is_left_out(void)
{
	struct measurements all = planted(&planted_usual);
	char error[PROVENANCE_ERROR_BYTES];
	struct decision_list list = {0};
	struct weights w = {0};

	w.of[OP_MOVE][RESIDENCY_WARM][DRAIN_EACH][weights_octave(4096)] = 1;
	CHECK(decide(&list, &all, &w, error) == 0);
	CHECK(find(&list, OP_MOVE, 0, DOMAIN_ADR)->own.verdict ==
		VERDICT_TUNED);
	CHECK(find(&list, OP_SET, 0, DOMAIN_ADR)->own.verdict ==
		VERDICT_REFUSED);
	CHECK_TEXT(
		find(&list, OP_SET, 0, DOMAIN_ADR)->own.reason, JUDGE_LEFT_OUT);
	end(&all, &list);
}

/* All rows are refused with the defaults, for a reason that begins so. */
static void
refused_check(struct measurements *all, const char *reason)
{
	struct decision_list list = decided(all);

	CHECK(list.count >= PAIR_ROWS);
	for (size_t i = 0; i < list.count; i++) {
		const struct decision *d = &list.rows[i];
		struct choice standard[OP_COUNT];

		CHECK(d->own.verdict == VERDICT_REFUSED);
		CHECK(strncmp(d->own.reason, reason, strlen(reason)) == 0);
		wish_standard(d->domain,
			CPU_SSE2 | CPU_AVX | CPU_CLFLUSH | CPU_CLFLUSHOPT |
				CPU_CLWB,
			standard);
		CHECK(memcmp(&d->own.choice, &standard[d->op],
			      sizeof(d->own.choice)) == 0);
	}
	end(all, &list);
}

static void
throttle(struct measurements *all)
{
	for (size_t i = 0; i < all->count; i++) {
		if (all->rows[i].rep >= 4)
			all->rows[i].time_ns *= 2.2;
	}
}

static void
faults_are_refused(void)
{
	struct plant p = planted_usual;
	struct measurements all;

	p.repetitions = 1;
	all = planted(&p);
	refused_check(&all, "too few repetitions: the typical cell has 1");
	p.repetitions = 2;
	all = planted(&p);
	refused_check(&all, "too few repetitions: the typical cell has 2");

	p = planted_usual;
	p.noise = 0;
	all = planted(&p);
	refused_check(&all, "repetitions do not differ");

	p.noise = 0.9;
	all = planted(&p);
	refused_check(&all, "unsteady: repetitions typically scatter");

	all = planted(&planted_usual);
	throttle(&all);
	refused_check(
		&all, "throttled: the second half of the rounds took 2.2");

	all = planted(&planted_usual);
	CHECK(provenance_add(&all.provenance, "refused", "steal 31%") == 0);
	refused_check(&all, "steal 31%");

	all = planted(&planted_usual);
	all.count = 0;
	refused_check(&all, "no measurements");
}

/* One repetition can be decided where its error is stated. */
static void
published_values_are_decided(void)
{
	struct plant p = planted_usual;
	struct measurements all;
	struct decision_list list;

	p.repetitions = 1;
	p.noise = 0;
	all = planted(&p);
	CHECK(provenance_add(&all.provenance, "assumed_error_pct", "5") == 0);
	list = decided(&all);
	CHECK(find(&list, OP_MOVE, 0, DOMAIN_ADR)->own.verdict ==
		VERDICT_TUNED);
	CHECK(find(&list, OP_MOVE, 0, DOMAIN_ADR)
			->own.choice.stream_min_bytes == 1024);
	CHECK(find(&list, OP_MOVE, 0, DOMAIN_ADR)->own.gain_lo_pct <
		find(&list, OP_MOVE, 0, DOMAIN_ADR)->own.gain_hi_pct);
	end(&all, &list);
}

static void
error_check(struct measurements *all, const char *wanted)
{
	char error[PROVENANCE_ERROR_BYTES] = "";
	struct decision_list list = {0};
	struct weights weights;

	weights_default(&weights);
	CHECK(decide(&list, all, &weights, error) == -EINVAL);
	CHECK_TEXT(error, wanted);
	CHECK(!list.rows && !list.provenance.facts);
	measurements_free(all);
}

static void
contradictions_are_errors(void)
{
	static const char *const no_errors[] = {
		"x", "", "0x10", "0X1p3", "-1", "+1", " 1", "1 ", "0", "100.1"};
	struct measurements all = planted(&planted_usual);

	CHECK(provenance_add(&all.provenance, "cpu_model", "1") == 0);
	CHECK(provenance_add(&all.provenance, "cpu_model", "1") == 0);
	CHECK(provenance_add(&all.provenance, "cpu_model", "2") == 0);
	error_check(&all,
		"measurements of two platforms are mixed: cpu_model is '1' and "
		"'2'");

	all = planted(&planted_usual);
	all.rows[100].rep = all.rows[101].rep;
	error_check(&all, "two rows are the same repetition: move "
			  "avx/cached/clflush warm "
			  "each size 16 rep 5");

	for (size_t i = 0; i < sizeof(no_errors) / sizeof(*no_errors); i++) {
		all = planted(&planted_usual);
		CHECK(provenance_add(&all.provenance, "assumed_error_pct",
			      no_errors[i]) == 0);
		error_check(
			&all, "assumed_error_pct is not a number up to 100");
	}
}

/* Warm and cold disagree: weights decide. */
static void
weights_move_the_decision(void)
{
	for (int residency = 0; residency < 2; residency++) {
		char error[PROVENANCE_ERROR_BYTES] = "";
		struct measurements all = planted(&planted_usual);
		struct decision_list list = {0};
		struct weights w;
		size_t wanted = residency == RESIDENCY_WARM ? 1024 : 65536;

		for (size_t i = 0; i < all.count; i++) {
			struct measurement *m = &all.rows[i];

			if (m->residency != RESIDENCY_WARM &&
				m->store == STORE_STREAM &&
				m->size_bytes < 65536 && m->size_bytes >= 1024)
				m->time_ns *= 2;
		}
		weights_default(&w);
		for (int op = 0; op < OP_COUNT; op++)
			for (int r = 0; r < RESIDENCY_COUNT; r++)
				for (int d = 0; d < DRAIN_COUNT; d++)
					for (int o = 0; o < WEIGHT_OCTAVES; o++)
						w.of[op][r][d][o] = r ==
								    residency;
		CHECK(decide(&list, &all, &w, error) == 0);
		CHECK(find(&list, OP_MOVE, 0, DOMAIN_ADR)
				->own.choice.stream_min_bytes == wanted);
		end(&all, &list);
	}
}

/* What is planted for one kind of program alone is told of that program, and
 * what the row loses there. */
static void
programs_are_told(void)
{
	static const size_t from[PROGRAM_COUNT] = {1024, 16384, 65536};
	struct plant p = planted_usual;
	struct measurements all;
	struct decision_list list;
	const struct decision *d;

	p.states = RESIDENCY_COUNT * DRAIN_COUNT;
	all = planted(&p);
	for (size_t i = 0; i < all.count; i++) {
		struct measurement *m = &all.rows[i];
		int program = m->residency == RESIDENCY_REREAD ?
				      PROGRAM_REREADING :
			      m->drain == DRAIN_BATCH ? PROGRAM_THROUGHPUT :
							PROGRAM_LATENCY;

		if (m->store == STORE_STREAM && m->size_bytes >= 1024 &&
			m->size_bytes < from[program])
			m->time_ns *= 2.2;
	}
	list = decided(&all);
	d = find(&list, OP_MOVE, 0, DOMAIN_ADR);
	for (int k = 0; k < PROGRAM_COUNT; k++) {
		const struct rival *r = &d->programs[k];
		size_t row = d->own.choice.stream_min_bytes;
		size_t wanted = r->choice.stream_min_bytes;

		CHECK(r->present && r->pct >= 0);
		CHECK((r->pct > JUDGE_BAND_PCT) == (wanted != row), "%.2f",
			r->pct);
	}
	CHECK(d->programs[PROGRAM_THROUGHPUT].choice.stream_min_bytes == 16384);
	CHECK(d->programs[PROGRAM_REREADING].choice.stream_min_bytes == 65536);
	CHECK(d->programs[PROGRAM_LATENCY].choice.stream_min_bytes == 1024);
	end(&all, &list);
}

/* Bursts are pulled in, and are told. */
static void
outliers_are_shown_and_do_no_harm(void)
{
	struct measurements all = planted(&planted_usual);
	struct decision_list list;
	struct rng rng;

	rng_seed(&rng, 3);
	for (size_t i = 0; i < all.count; i++) {
		if (rng_below(&rng, 12) == 0)
			all.rows[i].time_ns *= 1 + (double)rng_below(&rng, 10);
	}
	list = decided(&all);
	CHECK(find(&list, OP_MOVE, 0, DOMAIN_ADR)
			->own.choice.stream_min_bytes == 1024);
	CHECK(strtoul(provenance_find(&list.provenance, "outliers"), NULL, 10) >
		all.count / 20);
	end(&all, &list);
}

int
main(void)
{
	every_threshold_is_found();
	best_flush_is_found();
	near_ties_take_the_newest_flush();
	durability_comes_first();
	ties_keep_the_default();
	isolated_win_moves_nothing();
	nodes_that_are_alike_are_merged();
	nodes_that_differ_are_kept_apart();
	missing_cells_are_no_wins();
	faults_are_refused();
	published_values_are_decided();
	contradictions_are_errors();
	weights_move_the_decision();
	what_has_no_weight_is_left_out();
	programs_are_told();
	outliers_are_shown_and_do_no_harm();
	return 0;
}
