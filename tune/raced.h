/*
 * raced.h: what only some starts of a sweep measured
 *
 * Its facts start_N_dropped name variants that earlier starts had shown not to
 * be the best (bench/race.h). What is left of them are the repetitions of these
 * starts, in which luck of one memory layout may make them look better than
 * they are at lengths where little is between all: they do not stand for
 * choice.
 *
 * start_N_added names lengths that dropped variants were not measured at: who
 * judges these variants too does so without such lengths.
 */
#ifndef TUNE_RACED_H
#define TUNE_RACED_H

#include "measurement.h"

enum raced { RACED_DROPPED, RACED_ADDED };

/* Makes *left the same measurements without rows of variants dropped, or of
 * lengths added, on their pair of nodes; it shares the provenance, and the
 * caller frees left->rows. 0, -ENOMEM, or -EINVAL with a text in error: a fact
 * names no variant, or no length. */
int raced_leave_out(struct measurements *left, const struct measurements *all,
	enum raced what, char error[PROVENANCE_ERROR_BYTES]);

#endif
