/*
 * compare_session.h: what a comparison holds from its start to its files
 *
 * compare_measure.c sets it up and runs it; compare_results.c judges what was
 * measured and writes it. Functions return the verb's exit status and have
 * told on stderr why it is not 0.
 */
#ifndef BENCH_COMPARE_SESSION_H
#define BENCH_COMPARE_SESSION_H

#include "atomic_file.h"
#include "buffer.h"
#include "compare.h"
#include "compare_calls.h"

/* Where goals are asked for: shares of the time for choosing among candidates,
 * all of which every round measures, and for cells in doubt. */
#define COMPARE_CHOOSE_SHARE 0.35
#define COMPARE_AGAIN_SHARE 0.3

/* Share of the time that may go by while others use the core. */
#define COMPARE_PATIENCE_SHARE 0.33

struct compare_session {
	struct compare_settings *settings;
	struct platform platform;
	struct timing timing;
	struct provenance facts;
	struct crew crew;
	struct atomic_file out, goals;
	struct buffer *dest, *src; /* one a thread */
	size_t buffers; /* open ones of each */
	size_t retakes;
	struct compare_run run;
	/* Where goals are asked for: cells in doubt, and calls. */
	struct compare_run again;
	struct compare_calls calls;
	double steal_pct; /* of what was measured, the worse part */
};

/* Tells why no comparison can rest on this machine, or on this run of it: a
 * status of its own. */
int compare_refuse(const char *reason);

int compare_out_of_memory(void);

/* Opens both files, or none. */
int compare_results_open(struct compare_session *s);

/* Facts of the machine: those of platform.tsv, or collected now. */
int compare_results_facts(struct compare_session *s);

/* Judges all that was measured, writes what becomes the files, prints the
 * table. */
int compare_results_write(struct compare_session *s);

/* One of these ends what compare_results_open began. */
int compare_results_commit(struct compare_session *s);
void compare_results_abort(struct compare_session *s);

#endif
