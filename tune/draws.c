/*
 * draws.c: see draws.h
 */
#include "draws.h"

#include <errno.h>
#include <stdlib.h>

#include "stats.h"

/* Any seed will do; the same must always be taken. */
#define DRAWS_SEED 20240229

int
draws_make(struct draws *d, unsigned slot_count)
{
	size_t count = (size_t)DRAWS_COUNT * slot_count;
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
