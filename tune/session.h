/*
 * session.h: the measurements of one file, made ready to judge choices by
 */
#ifndef TUNE_SESSION_H
#define TUNE_SESSION_H

#include <stdint.h>

#include "judge.h"

struct session {
	struct cells cells;
	struct draws draws;
	const struct weights *weights;
	uint32_t features; /* of the CPU measured, enum cpu_feature */
	struct pair *pairs; /* one at least, of nodes */
	size_t pair_count;
	char refused[DECISION_REASON_BYTES]; /* empty: all may be decided */
};

/* Opens a session on measurements and weights, which must outlive it. 0,
 * -ENOMEM, or -EINVAL with a text in error: the measurements contradict
 * themselves. */
int session_open(struct session *s, const struct measurements *all,
	const struct weights *w, char error[PROVENANCE_ERROR_BYTES]);

/* A pair of nodes in a domain, with the default for the CPU measured; for
 * judge_open. */
struct suit session_suit(
	const struct session *s, struct pair pair, enum domain domain);

void session_close(struct session *s);

#endif
