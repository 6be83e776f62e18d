/*
 * gain.c: see gain.h
 */
#include "gain.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t
width_of(const struct gain_room *room)
{
	return room->draws->slot_count + HALF_COUNT;
}

int
gain_room_make(struct gain_room *room, const struct draws *draws)
{
	room->draws = draws;
	room->slots = calloc(width_of(room), sizeof(double));
	room->before = calloc(width_of(room), sizeof(double));
	room->addend = calloc(width_of(room), sizeof(double));
	room->deltas = calloc(DRAWS_COUNT, sizeof(double));
	if (room->slots && room->before && room->addend && room->deltas)
		return 0;
	gain_room_free(room);
	return -ENOMEM;
}

void
gain_room_free(struct gain_room *room)
{
	free(room->slots);
	free(room->before);
	free(room->addend);
	free(room->deltas);
}

struct gain
gain_begin(struct gain_room *room)
{
	memset(room->slots, 0, width_of(room) * sizeof(*room->slots));
	memset(room->before, 0, width_of(room) * sizeof(*room->before));
	return (struct gain){0};
}

void
gain_add(struct gain *g, const struct losses *l, const struct choice *from,
	const struct choice *to, struct gain_room *room)
{
	g->mean += losses_of(l, l->mean, from) - losses_of(l, l->mean, to);
	g->total += l->total;
	losses_slots(l, from, room->addend);
	for (size_t j = 0; j < l->slot_count + HALF_COUNT; j++) {
		room->slots[j] += room->addend[j];
		room->before[j] += room->addend[j];
	}
	losses_slots(l, to, room->addend);
	for (size_t j = 0; j < l->slot_count + HALF_COUNT; j++)
		room->slots[j] -= room->addend[j];
}

static double
resampled_mean(const struct draws *d, const double *slots, size_t resample)
{
	const unsigned *drawn = draws_of(d, resample);
	double sum = 0;

	for (unsigned j = 0; j < d->slot_count; j++)
		sum += drawn[j] * slots[j];
	return sum / d->slot_count;
}

/* How far a gain moves between halves of the data. */
static double
halves_differ(const double half[HALF_COUNT])
{
	return fmax(fabs(half[HALF_FIRST] - half[HALF_SECOND]),
		       fabs(half[HALF_EVEN] - half[HALF_ODD])) /
	       2;
}

/* The basic bootstrap, which takes the error of a resample's gain for that of
 * the gain. If a search found `to`, the resample's gain is that of what the
 * same search finds there. */
void
gain_judge(struct gain *g, const double *optimism, struct gain_room *room)
{
	const struct draws *d = room->draws;
	double bias = 0, low, high;

	for (size_t r = 0; r < DRAWS_COUNT; r++) {
		if (!optimism) {
			room->deltas[r] = resampled_mean(d, room->slots, r);
			continue;
		}
		room->deltas[r] = optimism[r] +
				  resampled_mean(d, room->before, r);
		bias += room->deltas[r] / DRAWS_COUNT;
	}
	stats_sort(room->deltas, DRAWS_COUNT);
	low = stats_quantile(room->deltas, DRAWS_COUNT, 0.025);
	high = stats_quantile(room->deltas, DRAWS_COUNT, 0.975);
	g->pct.middle = gain_percent(g->mean - bias, g->total);
	g->pct.low = gain_percent(g->mean - high, g->total);
	g->pct.high = gain_percent(g->mean - low, g->total);
	g->noise_pct = gain_percent(
		halves_differ(room->slots + d->slot_count), g->total);
	g->proven = g->pct.low > fmax(GAIN_MARGIN_PCT, g->noise_pct);
}

double
gain_percent(double loss, double total)
{
	return decision_round(100 * expm1(loss / total));
}
