/*
 * race.c: see race.h
 */
#include "race.h"

#include <math.h>
#include <string.h>

#include "env.h"
#include "policy.h"
#include "rows.h"

struct judge {
	struct race *race;
	struct race_times times[OP_COUNT];
};

static bool
is_copy(enum op op)
{
	return op != OP_FLUSH;
}

static size_t
variant_find(const struct race_times *t, enum isa isa, enum store store,
	enum flush f)
{
	size_t v = 0;

	while (v < t->variant_count &&
		(t->variants[v].isa != isa || t->variants[v].store != store ||
			t->variants[v].flush != f))
		v++;
	return v;
}

/* Whether v is provably faster than w at a length, or over all. */
static bool
is_ever_faster(const struct race_times *t, const struct race_ratio *all,
	const struct race_ratio *by_size)
{
	for (size_t i = 0; i < t->size_count; i++) {
		if (race_ratio_high(&by_size[i], RACE_Z_PLAIN) < 0)
			return true;
	}
	return race_ratio_high(all, RACE_Z_PLAIN) < 0;
}

/* Whether v loses to w beyond a tie and wins at no length. */
static bool
is_beaten(const struct race_times *t, size_t v, size_t w)
{
	struct race_ratio by_size[RACE_SIZES_MOST];
	struct race_ratio all = race_times_compare(t, v, w, by_size);

	return race_ratio_low(&all, RACE_Z_STRICT) >
		       log1p(PLAN_TIE_BAND_PCT / 100) &&
	       !is_ever_faster(t, &all, by_size);
}

/* Whether a cached variant may give way to one of another flush: the row's
 * flush would change for the other operations too. What was not measured has
 * no objection. */
static bool
may_change_flush(const struct judge *j, enum op op,
	const struct plan_variant *from, const struct plan_variant *to)
{
	const struct race_times
		*copy = &j->times[op == OP_MOVE ? OP_SET : OP_MOVE];
	const struct race_times *flush = &j->times[OP_FLUSH];
	size_t v = variant_find(copy, from->isa, from->store, from->flush);
	size_t w = variant_find(copy, to->isa, to->store, to->flush);
	struct race_ratio by_size[RACE_SIZES_MOST], all;

	if (copy->cell_count && !is_beaten(copy, v, w))
		return false;
	if (!flush->cell_count)
		return true;
	v = variant_find(flush, ISA_GENERIC, STORE_CACHED, from->flush);
	w = variant_find(flush, ISA_GENERIC, STORE_CACHED, to->flush);
	all = race_times_compare(flush, v, w, by_size);
	return !isnan(all.mean) && !is_ever_faster(flush, &all, by_size);
}

/* Whether w may serve wherever v may. */
static bool
is_rival(const struct plan_variant *v, const struct plan_variant *w)
{
	if (v == w || v->store != w->store)
		return false;
	for (int domain = 0; domain < DOMAIN_COUNT; domain++) {
		if (policy_eligible(
			    v->isa, v->store, v->flush, (enum domain)domain) &&
			!policy_eligible(w->isa, w->store, w->flush,
				(enum domain)domain))
			return false;
	}
	return true;
}

static bool
is_dominated(const struct judge *j, enum op op, size_t v)
{
	const struct race_times *t = &j->times[op];

	for (size_t w = 0; w < t->variant_count; w++) {
		const struct plan_variant *from = &t->variants[v];
		const struct plan_variant *to = &t->variants[w];

		if (is_rival(from, to) && is_beaten(t, v, w) &&
			(from->store == STORE_STREAM ||
				from->flush == to->flush ||
				may_change_flush(j, op, from, to)))
			return true;
	}
	return false;
}

/* Marks the kernels that an operation of a default row uses. */
static void
defaults_mark(const struct race_times *t, const struct op_policy *op,
	bool *is_default)
{
	for (size_t v = 0; v < t->variant_count; v++) {
		const struct plan_variant *x = &t->variants[v];
		const struct copy_kernel *k = copy_kernel_find(
			x->isa, x->store, x->flush);

		is_default[v] |= k == op->cached || k == op->stream;
	}
}

static void
defaults_find(const struct race_times *t, enum op op, uint32_t features,
	bool is_default[PLAN_VARIANTS_MOST])
{
	static const struct env unset = ENV_NOTHING_SET;

	memset(is_default, false, PLAN_VARIANTS_MOST * sizeof(*is_default));
	for (size_t i = 0; i < rows_default.row_count; i++) {
		struct policy row;

		policy_resolve(&row, &rows_default.rows[i], &unset, features);
		defaults_mark(
			t, op == OP_MOVE ? &row.move : &row.set, is_default);
	}
}

static void
variants_race(struct judge *j, enum op op, uint32_t features)
{
	bool is_default[PLAN_VARIANTS_MOST];

	defaults_find(&j->times[op], op, features, is_default);
	for (size_t v = 0; v < j->times[op].variant_count; v++)
		j->race->dropped[op][v] = !is_default[v] &&
					  is_dominated(j, op, v);
}

int
race_judge(struct race *race, const struct plan_work *work,
	const struct measurements *measured, const struct race_span *span,
	uint32_t features)
{
	struct judge j = {.race = race};
	int err = 0;

	*race = (struct race){0};
	for (int op = 0; !err && op < OP_COUNT; op++)
		err = race_times_gather(
			&j.times[op], work, (enum op)op, measured, span);
	for (int op = 0; !err && op < OP_COUNT; op++) {
		if (!is_copy((enum op)op))
			continue;
		variants_race(&j, (enum op)op, features);
		race_refine(
			&j.times[op], race->dropped[op], race->added_bytes[op]);
	}
	for (int op = 0; op < OP_COUNT; op++)
		race_times_free(&j.times[op]);
	return err;
}

int
race_apply(const struct race *race, struct plan_work *work,
	const struct plan_filter *filter)
{
	int err = 0;

	for (int op = 0; op < OP_COUNT; op++) {
		size_t left = 0;

		for (size_t v = 0; v < work->variant_count[op]; v++) {
			if (!race->dropped[op][v])
				work->variants[op][left++] = work->variants[op]
									   [v];
		}
		work->variant_count[op] = left;
		for (const size_t *s = race->added_bytes[op]; !err && *s; s++)
			err = plan_add_size(work, filter, (enum op)op, *s);
	}
	return err;
}
