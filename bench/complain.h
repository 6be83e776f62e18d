/*
 * complain.h: what is wrong, in one line that the caller tells further
 */
#ifndef BENCH_COMPLAIN_H
#define BENCH_COMPLAIN_H

#include "provenance.h"

/* Writes the text to error, as much as there is room for. Returns -EINVAL. */
__attribute__((format(printf, 2, 3))) int complain(
	char error[PROVENANCE_ERROR_BYTES], const char *format, ...);

#endif
