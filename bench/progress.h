/*
 * progress.h: how far a long run is, for who waits for it
 *
 * On a terminal one line of standard error that is drawn over: bar, share done,
 * time left, and what is being measured. Elsewhere (a log) a plain line each
 * tenth of the run. Time left assumes that the rest goes as the part before.
 */
#ifndef BENCH_PROGRESS_H
#define BENCH_PROGRESS_H

#include <stdbool.h>

struct progress {
	bool terminal;
	double begun_s; /* timing_seconds of the run's begin */
	double drawn_s; /* of the last line */
	double done; /* share shown last */
	int tenths; /* told so far, elsewhere */
};

/* A run that began at begun_s of which a share is done already. */
void progress_open(struct progress *p, double begun_s, double done);

/* Shows that a share (0 to 1) is done; what is printed is formatted text.
 * Cheap where nothing is due: may be called for every sample. */
__attribute__((format(printf, 3, 4))) void progress_show(
	struct progress *p, double done, const char *format, ...);

/* Shows on a terminal that nothing goes on, and why. */
void progress_wait(struct progress *p, const char *why);

/* Wipes the terminal's line, so that other text can follow. */
void progress_close(struct progress *p);

#endif
