/*
 * gbench.h: google-benchmark as C sees it
 *
 * It brings the choice of iterations, repetitions, filters, statistics and the
 * JSON and console reports. gbench.cc is the only C++ of the project.
 */
#ifndef BENCH_GBENCH_H
#define BENCH_GBENCH_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Something to be timed: a call handles bytes bytes. */
struct gbench_case {
	const char *name;
	size_t bytes;
	void (*run)(const struct gbench_case *self);
	const void *context;
};

/* Adds a line to the context block that opens every report. */
void gbench_context(const char *key, const char *value);

/* Adds a case; it is copied, what it points to must stay. */
void gbench_register(const struct gbench_case *c);

/* Reads google-benchmark's flags and runs the cases they choose. 0, or -1 with
 * the first argument that is none of them in *unknown: then nothing has run.
 * A flag whose value is bad counts as unknown, after a line of theirs. */
int gbench_run(int argc, char **argv, const char **unknown);

#ifdef __cplusplus
}
#endif

#endif
