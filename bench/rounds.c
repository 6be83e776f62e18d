/*
 * rounds.c: random order, one deadline
 */
#include "rounds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

double *
rounds_cell(const struct rounds *rounds, size_t cell)
{
	return rounds->samples + cell * rounds->capacity;
}

void
rounds_free(struct rounds *rounds)
{
	free(rounds->samples);
	memset(rounds, 0, sizeof(*rounds));
}

static int
round_run(struct rounds *rounds, const struct rounds_plan *plan,
	const size_t *order)
{
	for (size_t i = 0; i < plan->cells; i++) {
		uint64_t ticks;
		int result = plan->measure(plan->context, order[i], &ticks);

		if (result)
			return result;
		rounds_cell(rounds, order[i])[rounds->count] = (double)ticks;
	}
	rounds->count++;
	return 0;
}

int
rounds_run(
	struct rounds *rounds, const struct rounds_plan *plan, struct rng *rng)
{
	size_t *order = calloc(plan->cells, sizeof(*order));
	double start = timing_seconds(), done = 0;
	int result;

	*rounds = (struct rounds){
		.cells = plan->cells, .capacity = plan->max_rounds};
	rounds->samples = calloc(
		plan->cells * plan->max_rounds, sizeof(*rounds->samples));
	if (!order || !rounds->samples) {
		result = -ENOMEM;
		goto free_samples;
	}
	while (rounds->count < plan->max_rounds &&
		(done < 1 || rounds->count < plan->min_rounds)) {
		rng_permutation(rng, order, plan->cells);
		result = round_run(rounds, plan, order);
		if (result)
			goto free_samples;
		done = (timing_seconds() - start) / plan->seconds;
		if (plan->progress)
			plan->progress(
				plan->progress_context, done < 1 ? done : 1);
	}
	free(order);
	return 0;
free_samples:
	rounds_free(rounds);
	free(order);
	return result;
}
