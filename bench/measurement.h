/*
 * measurement.h: the record of one timed repetition, and measurements.tsv
 *
 * The file is comment lines "# key<TAB>value" (provenance, of which "schema"
 * is one), one header line, then one tab-separated row a repetition. It only
 * grows: a resumed sweep appends rows, and may put comment lines between them.
 * This is the one definition of the format; who writes and who decides both
 * link it (target pmem_records). It holds no timer.
 */
#ifndef BENCH_MEASUREMENT_H
#define BENCH_MEASUREMENT_H

#include <stddef.h>
#include <sys/types.h>

#include "copy.h"
#include "provenance.h"

#define MEASUREMENT_SCHEMA "1"

/* The header line, without its newline. */
extern const char measurement_header[];

enum op { OP_MOVE, OP_SET, OP_FLUSH };
#define OP_COUNT 3

enum residency {
	RESIDENCY_WARM, /* destination in cache */
	RESIDENCY_COLD, /* destination not in cache */
	RESIDENCY_REREAD, /* destination lines read again after the operation */
};
#define RESIDENCY_COUNT 3

enum drain {
	DRAIN_EACH, /* every operation ends in a drain: latency */
	DRAIN_BATCH, /* one drain per 64 operations: throughput */
};
#define DRAIN_COUNT 2

extern const char *const op_names[OP_COUNT];
extern const char *const residency_names[RESIDENCY_COUNT];
extern const char *const drain_names[DRAIN_COUNT];

/* The value a word names, or -1. The way back is op_names, residency_names,
 * drain_names, isa_names, store_names and flush_kernels[].name. */
int op_find(const char *word);
int residency_find(const char *word);
int drain_find(const char *word);
int isa_find(const char *word);
int store_find(const char *word);
int flush_find(const char *word);

struct measurement {
	enum op op;
	enum isa isa; /* op flush: ISA_GENERIC */
	enum store store; /* op flush: STORE_CACHED */
	enum flush flush;
	enum residency residency;
	enum drain drain;
	unsigned threads; /* at least 1 */
	unsigned cpu_node, mem_node; /* kernel node numbers */
	size_t size_bytes; /* of one operation, at least 1 */
	/* Offsets of the first byte from a line boundary. An operation without
	 * a source has src_offset 0. */
	unsigned dst_offset, src_offset;
	/* Unique over the process starts of a file. Rows of one cell with equal
	 * rep were measured interleaved in one round: the pairing key. */
	unsigned rep;
	double time_ns; /* wall time per operation, above 0 */
};

#define MEASUREMENT_COLUMNS 14

/* Position of a column in the header line, or -1. */
int measurement_column(const char *name);

/* Sets the member that a column holds from its text. 0, or -EINVAL with one
 * line in error. */
int measurement_set(struct measurement *m, int column, const char *text,
	char error[PROVENANCE_ERROR_BYTES]);

/* NULL, or a static text that says what no row may hold. */
const char *measurement_check(const struct measurement *m);

/* A whole file in memory. An empty one is all zero bytes. */
struct measurements {
	struct provenance provenance;
	struct measurement *rows;
	size_t count, capacity;
	/* Length of the part read: the file's, less a torn last line. */
	off_t valid_bytes;
};

enum measurement_mode {
	/* Any flaw is an error. */
	MEASUREMENT_STRICT,
	/* A last line without newline is dropped: what a sweep killed while
	 * writing leaves. All else is as strict. */
	MEASUREMENT_RESUME,
};

/* Reads a file into *all, which must be empty. 0, or a negative errno with one
 * line in error, "line N: what" or the description of errno; *all is then
 * empty. */
int measurements_read(struct measurements *all, const char *path,
	enum measurement_mode mode, char error[PROVENANCE_ERROR_BYTES]);

/* Appends a row. 0 or -ENOMEM. */
int measurements_push(struct measurements *all, const struct measurement *m);

/* Writes a whole file, in place of an older one, whole or not at all. 0,
 * -EINVAL (no schema, or a row that is not valid), or another negative errno;
 * then an older file is as it was. */
int measurements_write(const struct measurements *all, const char *path);

void measurements_free(struct measurements *all);

/*
 * The writer. Rows go out in whole lines, each call of measurement_write with
 * one write(2) to a descriptor opened O_APPEND: a row accepted survives a
 * kill -9 of the process. It survives a power cut after measurement_sync or
 * measurement_close; between them the kernel decides (the loss of a round costs
 * less than an fsync inside one, which would disturb what is measured).
 */
struct measurement_writer {
	int fd;
};

/* Starts a new file with provenance (which must hold "schema") and header; it
 * appears complete or not at all. 0, -EEXIST (nothing is touched), -EINVAL (no
 * schema), or another negative errno. */
int measurement_create(struct measurement_writer *w, const char *path,
	const struct provenance *provenance);

/* Goes on with a file read with MEASUREMENT_RESUME: cuts it to valid_bytes and
 * appends. 0, -EWOULDBLOCK (another writer holds it), or a negative errno. */
int measurement_continue(
	struct measurement_writer *w, const char *path, off_t valid_bytes);

/* Appends rows. 0; -EINVAL if a row is not valid, or the negative errno of the
 * write, a full disk for one: then none of these rows is in the file. */
int measurement_write(struct measurement_writer *w,
	const struct measurement *rows, size_t count);

/* Appends facts as comment lines. Errors as measurement_write. */
int measurement_comment(
	struct measurement_writer *w, const struct provenance *facts);

/* Waits until all written so far is on stable storage. 0 or -errno. */
int measurement_sync(struct measurement_writer *w);

/* Syncs and closes. 0 or -errno; closed in any case. */
int measurement_close(struct measurement_writer *w);

#endif
