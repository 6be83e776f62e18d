/*
 * gain.h: what one way gains over another, and whether it is proven
 *
 * A gain is begun, added up over the operations it concerns, and judged: its
 * interval is that of resampled slots, and it is proven if the interval's low
 * end exceeds a margin, which is GAIN_MARGIN_PCT or the noise seen between
 * halves of the data, whichever is more.
 */
#ifndef TUNE_GAIN_H
#define TUNE_GAIN_H

#include <stdbool.h>

#include "draws.h"
#include "losses.h"
#include "stats.h"

/* A gain must be proven to exceed this before the default gives way, or one row
 * for all nodes. Found with pmem-tune simulate: half as much switches twice as
 * often where nothing differs, and gains nothing that is seen. */
#define GAIN_MARGIN_PCT 0.3

/* Sums are in the unit of losses; percent once divided by the weight of all it
 * concerns. */
struct gain {
	double mean, total;
	struct interval pct;
	double noise_pct;
	bool proven;
};

/* Room to work in, for one gain at a time. */
struct gain_room {
	const struct draws *draws;
	double *slots; /* of the gain */
	double *before; /* of what is gained over */
	double *addend; /* of one operation's part */
	double *deltas; /* one a resample */
};

/* 0 or -ENOMEM. The draws must outlive it. */
int gain_room_make(struct gain_room *room, const struct draws *draws);

void gain_room_free(struct gain_room *room);

/* A gain of nothing yet. */
struct gain gain_begin(struct gain_room *room);

/* Adds the part of one operation. */
void gain_add(struct gain *g, const struct losses *l, const struct choice *from,
	const struct choice *to, struct gain_room *room);

/* Interval, noise and proof, from what was added. If a search found `to`, its
 * optimism is taken off: optimism[r], else NULL, is by how much the best that
 * the same search finds in resample r looks better there than it is. */
void gain_judge(struct gain *g, const double *optimism, struct gain_room *room);

/* A difference of losses in percent of time, as decisions are written. */
double gain_percent(double loss, double total);

#endif
