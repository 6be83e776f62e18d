/*
 * shares.h: a test's work divided over processes, one a CPU
 */
#ifndef LIBPMEM_TEST_SHARES_H
#define LIBPMEM_TEST_SHARES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHARES_COUNTS 8

/* Calls run(first, step, counts) once in each of step processes, first from 0
 * on, and adds what each counted to counts. A share that fails prints why and
 * exits; then the result is false, after all have ended. */
bool shares_run(void (*run)(size_t first, size_t step, uint64_t *counts),
	uint64_t counts[SHARES_COUNTS]);

#endif
