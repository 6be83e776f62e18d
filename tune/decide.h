/*
 * decide.h: from measurements to decisions
 *
 * A pure function: equal measurements and weights give equal decisions, on any
 * machine.
 */
#ifndef TUNE_DECIDE_H
#define TUNE_DECIDE_H

#include "decision.h"
#include "measurement.h"
#include "weights.h"

/* Room for any message of decide_file, NUL included. */
#define DECIDE_ERROR_BYTES (PROVENANCE_ERROR_BYTES + 4096)

/* Decides for every pair of nodes and every domain, onto an empty list, whose
 * provenance becomes that of the measurements and how they were judged. What
 * the sweep dropped does not stand for choice (raced.h). Data that do not allow
 * a decision become rows that are refused, with the defaults. 0, -ENOMEM, or
 * -EINVAL with a text in error: the measurements contradict themselves. */
int decide(struct decision_list *list, const struct measurements *all,
	const struct weights *w, char error[PROVENANCE_ERROR_BYTES]);

/* Reads measurements, and weights (NULL: the default ones), and decides; adds
 * their SHA-256 to the provenance. 0, or a negative errno with "what: why:
 * which file" in error. */
int decide_file(struct decision_list *list, const char *path,
	const char *weights_path, char error[DECIDE_ERROR_BYTES]);

/* Reads weights, or takes the default ones (path NULL). Errors as
 * decide_file. */
int decide_weights(
	struct weights *w, const char *path, char error[DECIDE_ERROR_BYTES]);

#endif
