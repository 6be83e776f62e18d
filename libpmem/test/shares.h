/*
 * shares.h: a test's jobs, each in a process of its own, one a CPU at a time
 */
#ifndef LIBPMEM_TEST_SHARES_H
#define LIBPMEM_TEST_SHARES_H

#include <stdbool.h>
#include <stddef.h>

/* Zeroed memory that jobs share with the test; never freed. */
void *shares_memory(size_t size_bytes);

/* Runs run(0) to run(job_count - 1). A job that fails prints why and exits;
 * then the result is false, after those that had begun have ended. */
bool shares_run(size_t job_count, void (*run)(size_t job));

#endif
