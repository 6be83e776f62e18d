/*
 * profile.h: what a recorded program did with libpmem
 *
 * libpmem_profile.so (profile_preload.c), preloaded into a program, counts its
 * calls into one file a process, mapped shared, so that what was counted
 * survives _exit and kill. `pmem-bench profile` sums the files up. This is the
 * layout of a file: native integers, same machine, one version.
 */
#ifndef BENCH_PROFILE_H
#define BENCH_PROFILE_H

#include <stdint.h>

#include "measurement.h"

#define PROFILE_MAGIC UINT64_C(0x31656c69666f7270) /* "profile1" */

/* Sizes by octave: bucket b holds [2^b, 2^(b+1)) bytes. The last is open and
 * begins at 16 MiB, the longest that is swept, which is likest to all of it. */
#define PROFILE_BUCKETS 25

/* Where in its line a destination begins. */
enum profile_alignment {
	PROFILE_LINE, /* at its start */
	PROFILE_WORD, /* at a multiple of 8 */
	PROFILE_BYTE, /* elsewhere */
};
#define PROFILE_ALIGNMENTS 3

struct profile_counts {
	/* By what it did, its size, whether its first line had been written
	 * shortly before, and whether it had a drain of its own. */
	uint64_t operations[OP_COUNT][PROFILE_BUCKETS][2][DRAIN_COUNT];
	uint64_t aligned[PROFILE_ALIGNMENTS];
	uint64_t bytes;
	uint64_t drains;
	uint64_t msyncs;
};

/* Threads share the counts, spread over slots so that they rarely meet. */
#define PROFILE_SLOTS 16

struct profile_file {
	uint64_t magic;
	uint64_t threads;
	char program[256]; /* the name it was started by */
	struct profile_counts slots[PROFILE_SLOTS];
};

#endif
