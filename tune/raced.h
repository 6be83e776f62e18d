/*
 * raced.h: variants that a sweep stopped measuring
 *
 * Its facts start_N_dropped name variants that earlier starts had shown not to
 * be the best (bench/race.h). What is left of them are the repetitions of these
 * starts, in which luck of one memory layout may make them look better than
 * they are at lengths where little is between all: they do not stand for
 * choice.
 */
#ifndef TUNE_RACED_H
#define TUNE_RACED_H

#include "measurement.h"

/* Makes *left the same measurements without rows of variants dropped on their
 * pair of nodes; it shares the provenance, and the caller frees left->rows. 0,
 * -ENOMEM, or -EINVAL with a text in error: a fact names no variant. */
int raced_leave_out(struct measurements *left, const struct measurements *all,
	char error[PROVENANCE_ERROR_BYTES]);

#endif
