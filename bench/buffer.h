/*
 * buffer.h: the memory that is measured, of a stated kind on a stated node
 *
 * A target is written as on the command line:
 *   dram         anonymous memory bound to a node; always emulated
 *   DIRECTORY    an unnamed file in it, which vanishes however the program ends
 *   FILE         that file. Its content is overwritten, so it must be empty of
 *                data: all zero, or used by a buffer before
 *   /dev/daxX.Y  the device, on the same terms
 * All but dram are mapped by this project's pmem_map_file.
 */
#ifndef BENCH_BUFFER_H
#define BENCH_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#include "platform.h"

enum buffer_kind { BUFFER_DRAM, BUFFER_FILE, BUFFER_DEVICE };

struct buffer {
	/* 2 MiB aligned, bytes long, every page faulted in and zero. */
	char *addr;
	size_t bytes;
	enum buffer_kind kind;
	int mem_node; /* kernel number; -1: nobody knows */
	bool is_pmem; /* pmem_persist is said to make stores durable */
	/* The medium is DRAM, whatever it is said to be: numbers of
	 * instructions are real, those of the medium are not. */
	bool emulated;
	/* Said to be pmem only because PMEM_IS_PMEM_FORCE says so. */
	bool posed;
	const char *medium; /* "dram", "tmpfs", "dax", ...; static text */
	char *mapping; /* for buffer_close */
	size_t mapping_bytes;
};

/* Whether the node is the caller's to choose: for dram alone; else it is the
 * target's own. */
bool buffer_chooses_node(const char *target);

/* Makes a buffer of at least the given bytes on the target; mem_node counts for
 * dram only. 0, or a negative errno with one line "what: why" in error (ENOSPC:
 * target too small; ENOTSUP: not memory that can be measured; EEXIST: it holds
 * data; ENODEV: pages did not land on the node). */
int buffer_open(struct buffer *b, const struct platform *p, const char *target,
	unsigned mem_node, size_t bytes, char error[PLATFORM_ERROR_BYTES]);

void buffer_close(struct buffer *b);

#endif
