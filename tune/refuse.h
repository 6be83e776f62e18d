/*
 * refuse.h: measurements that no decision may rest on
 */
#ifndef TUNE_REFUSE_H
#define TUNE_REFUSE_H

#include <stdbool.h>

#include "cells.h"
#include "decision.h"
#include "measurement.h"

/* Whether measurements of one platform are mixed with those of another, as
 * told by facts that say two things; then a text in error. */
bool refuse_mixed(
	const struct provenance *facts, char error[PROVENANCE_ERROR_BYTES]);

/* The relative error that the measurements' author states for values of one
 * repetition, 0 if there is no statement; -1 if it is no number. */
double refuse_assumed_error(const struct provenance *facts);

/* The reason why nothing may be decided, empty if there is none: what measuring
 * itself refused, a target that is not what it is called, too few repetitions,
 * a machine too unsteady. 0 or -ENOMEM. */
int refuse_cells(const struct provenance *facts, const struct cells *c,
	char reason[DECISION_REASON_BYTES]);

#endif
