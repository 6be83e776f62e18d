/*
 * draws.h: the resamples that intervals are made from
 */
#ifndef TUNE_DRAWS_H
#define TUNE_DRAWS_H

#include <stddef.h>

/* Resamples of an interval: 2.5% of them, 10, lie beyond either end. */
#define DRAWS_COUNT 400

/* How often each slot is drawn in each resample; the same draws serve every
 * judgement of a file, so that equal data are judged alike. */
struct draws {
	unsigned *of; /* [DRAWS_COUNT][slot_count] */
	unsigned slot_count;
};

/* Draws with a seed that never changes. 0 or -ENOMEM. */
int draws_make(struct draws *d, unsigned slot_count);

/* How often each slot is drawn in a resample. */
static inline const unsigned *
draws_of(const struct draws *d, size_t resample)
{
	return d->of + resample * d->slot_count;
}

void draws_free(struct draws *d);

#endif
