/*
 * compare_choose.c: from candidates to the best of each kind in each cell
 *
 * Candidates are ranked by the midmean of their log-ratios to one instance of
 * the same rounds, so that drift of the machine meets all alike.
 */
#include "compare.h"

#include <math.h>

/* Enough rounds for a choice: further ones would be missed where the chosen
 * are compared. */
#define ROUNDS_MOST 64

/* How much longer an instance takes than the first of all, as a logarithm; NAN
 * if no round measured both. */
static double
slowness(const struct compare_run *r, size_t cell, size_t instance)
{
	const double *ns = compare_ns(r, cell, instance);
	const double *reference = compare_ns(r, cell, 0);
	double logs[ROUNDS_MOST];
	size_t count = 0;

	for (unsigned i = 0; i < r->rounds && count < ROUNDS_MOST; i++) {
		if (!isnan(ns[i]) && !isnan(reference[i]))
			logs[count++] = log(ns[i] / reference[i]);
	}
	return count ? stats_midmean(logs, count) : NAN;
}

/* A candidate and how slow it is; instance 0: none yet. */
struct best {
	size_t instance;
	double slowness;
};

static void
best_offer(struct best *best, size_t instance, double slow)
{
	if (isnan(slow) || (best->instance && slow >= best->slowness))
		return;
	*best = (struct best){instance, slow};
}

/* Cells that a library, and who sets its variables, cannot tell from this one:
 * of the same operation, in another state of the caches or with another drain.
 */
static bool
looks_alike(const struct cell *a, const struct cell *b)
{
	return a->op == b->op && a->size_bytes == b->size_bytes &&
	       a->dst_offset == b->dst_offset;
}

/* A candidate's slowness summed over cells that look alike. */
static double
slowness_blind(const struct compare_run *r, size_t cell, size_t instance)
{
	double sum = 0;

	for (size_t c = 0; c < r->work.cell_count; c++) {
		if (looks_alike(&r->work.cells[c], &r->work.cells[cell]))
			sum += slowness(r, c, instance);
	}
	return sum;
}

static void
cell_choose(struct compare_run *r, size_t c)
{
	const struct compare_libs *libs = r->libs;
	const struct cell *cell = &r->work.cells[c];
	size_t kernels = compare_kernels_from(libs);
	struct compare_choice *choice = &r->choices[c];
	struct best setting = {0}, best[DOMAIN_COUNT] = {0};
	struct best blind[DOMAIN_COUNT] = {0};

	for (size_t i = compare_settings_from(libs); i < kernels; i++)
		best_offer(&setting, i, slowness_blind(r, c, i));
	for (size_t i = kernels; i < libs->instance_count; i++) {
		const struct copy_kernel *k = libs->instances[i].kernel;
		double slow = slowness(r, c, i);
		double slow_blind = slowness_blind(r, c, i);

		for (int d = 0; d < DOMAIN_COUNT; d++) {
			if (!policy_eligible(
				    k->isa, k->store, k->flush, (enum domain)d))
				continue;
			best_offer(&best[d], i, slow);
			best_offer(&blind[d], i, slow_blind);
		}
	}
	choice->setting = setting.instance;
	for (int d = 0; d < DOMAIN_COUNT; d++) {
		choice->best[d] = best[d].instance;
		choice->blind[d] = blind[d].instance;
		choice->own[d] = compare_kernel_of(libs,
			compare_instance(libs, (enum domain)d, 1), cell,
			r->cpu_node);
	}
}

static void
chosen_want(struct compare_run *r, size_t c)
{
	const struct compare_choice *choice = &r->choices[c];

	for (size_t i = compare_settings_from(r->libs);
		i < r->libs->instance_count; i++)
		*compare_wanted(r, c, i) = i == choice->setting;
	for (int d = 0; d < DOMAIN_COUNT; d++) {
		if (choice->best[d])
			*compare_wanted(r, c, choice->best[d]) = true;
		if (choice->blind[d])
			*compare_wanted(r, c, choice->blind[d]) = true;
		if (choice->own[d])
			*compare_wanted(r, c, choice->own[d]) = true;
	}
}

void
compare_choose(struct compare_run *r)
{
	r->chosen = r->rounds;
	for (size_t c = 0; c < r->work.cell_count; c++) {
		cell_choose(r, c);
		chosen_want(r, c);
	}
}
