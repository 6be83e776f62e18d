/*
 * registry_draft.h: what the parts of a registry's report share
 */
#ifndef TUNE_REGISTRY_DRAFT_H
#define TUNE_REGISTRY_DRAFT_H

#include "registry.h"

/* Says the verdict and the notices, from what was read. 0 or -ENOMEM. */
int registry_judge(struct registry *g);

/* A fact of a platform, out of whichever file tells it; NULL. */
const char *registry_fact(const struct registry_run *run, const char *key);

/* What a platform is called in a matrix: A, B, ... Z, and A again. */
char registry_letter(size_t i);

/* Whether one flush instruction leaves lines in the cache, in words; "–" where
 * the probe did not say. */
const char *registry_flush(const struct registry_run *run, enum flush flush);

#endif
