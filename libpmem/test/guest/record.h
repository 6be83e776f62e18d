/*
 * record.h: what the guest writes before it is killed, and how to know it again
 *
 * Record number n of a round lies at record_offset(n); each byte of it follows
 * from round, number and place, so that a missing, torn or old record is seen.
 */
#ifndef LIBPMEM_TEST_RECORD_H
#define LIBPMEM_TEST_RECORD_H

#include <stddef.h>
#include <stdint.h>

/* Neither is a multiple of the other's unit: records begin anywhere in a line,
 * and most lie on blocks of their own. */
#define RECORD_BYTES ((size_t)600)
#define RECORD_STRIDE_BYTES ((size_t)4360)
#define RECORD_COUNT ((size_t)12000)
#define RECORD_FILE_BYTES (RECORD_COUNT * RECORD_STRIDE_BYTES)

static inline size_t
record_offset(size_t number)
{
	return number * RECORD_STRIDE_BYTES;
}

static inline void
record_make(unsigned char *record, uint64_t round, uint64_t number)
{
	/* An odd number with well mixed bits: splitmix64's increment. */
	uint64_t x = (round << 32 | number) * UINT64_C(0x9e3779b97f4a7c15);

	for (size_t i = 0; i < RECORD_BYTES; i++) {
		record[i] = (unsigned char)(x >> 56 | 1);
		x += x >> 7 | 1;
	}
}

#endif
