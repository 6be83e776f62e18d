/*
 * buffer_path.h: the part of buffer.h for targets that have a path
 */
#ifndef BENCH_BUFFER_PATH_H
#define BENCH_BUFFER_PATH_H

#include "buffer.h"

/* Bytes at the start of a mapping that are not measured: by their content
 * buffers recognise their own files. */
#define BUFFER_RESERVED_BYTES 64

/* Maps mapping_bytes of the target and fills in mapping, mapping_bytes, kind,
 * medium, is_pmem, emulated and posed, and mem_node if the medium has one.
 * Returns as buffer_open does. */
int buffer_path_map(
	struct buffer *b, const char *target, char error[PLATFORM_ERROR_BYTES]);

#endif
