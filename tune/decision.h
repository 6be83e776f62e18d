/*
 * decision.h: what was decided, and decisions.tsv
 *
 * The file is comment lines "# key<TAB>value" (the provenance of the
 * measurements and how they were judged), one header line, then one row for
 * each (op, cpu_node, mem_node, domain). Comment lines after the header are
 * remarks on the row that follows:
 *
 *   threshold     LO HI: where the threshold of least loss lies in 95% of
 *                 resamples, with the row's kernels
 *   noise_pct     how far the gain moves between halves of the data
 *   challenger    CHOICE GAIN: the best found, where the default was kept
 *   runner_up     CHOICE LOSS: the best with other kernels, and what it loses
 *                 against the row's choice, in percent; below 0 if it gains,
 *                 which the tie band allows
 *   latency       CHOICE REGRET: what would be best if only drain each,
 *   throughput    ... only drain batch,
 *   rereading     ... only residency reread weighed, and what the row's
 *                 choice loses there
 *   uniform       CHOICE REGRET GAIN LO HI VERDICT: the decision over all
 *                 pairs of nodes together, where there are several
 *   own_gain_pct  GAIN LO HI PROVEN: what this pair's rows gain over those for
 *                 any node, all operations together; PROVEN is yes or no
 *
 * CHOICE is the five columns flush to stream_min_bytes. Remarks separate by
 * blanks. What an operation does not use reads generic, none, never: op flush
 * copies nothing.
 */
#ifndef TUNE_DECISION_H
#define TUNE_DECISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "measurement.h"
#include "policy.h"
#include "provenance.h"

/* The header line, without its newline. */
extern const char decision_header[];

/* How one operation is carried out. */
struct choice {
	enum flush flush; /* pmem_flush, and cached kernels */
	enum isa cached_isa, stream_isa;
	enum flush stream_flush;
	size_t stream_min_bytes; /* or POLICY_NEVER */
};

bool choice_equal(const struct choice *a, const struct choice *b);

enum verdict { VERDICT_TUNED, VERDICT_KEPT, VERDICT_REFUSED };
#define VERDICT_COUNT 3
extern const char *const verdict_names[VERDICT_COUNT];

/* Room for the reason of a refusal, NUL included. */
#define DECISION_REASON_BYTES 160

/* A choice and its worth; percentages have two decimals. Where the verdict is
 * kept, the gain is that of the best found, which was not proven. A refused
 * choice has zeros. */
struct judgement {
	struct choice choice;
	double regret_pct, gain_pct, gain_lo_pct, gain_hi_pct;
	enum verdict verdict;
	char reason[DECISION_REASON_BYTES]; /* of a refusal, else empty */
};

/* Another choice that a remark names. */
struct rival {
	bool present;
	struct choice choice;
	double pct;
};

/* Programs for which one kind of cell alone has weight. */
enum program { PROGRAM_LATENCY, PROGRAM_THROUGHPUT, PROGRAM_REREADING };
#define PROGRAM_COUNT 3
extern const char *const program_names[PROGRAM_COUNT];

struct decision {
	enum op op;
	unsigned cpu_node, mem_node;
	enum domain domain;
	struct judgement own; /* the row */

	bool has_threshold;
	size_t threshold_lo_bytes, threshold_hi_bytes;
	double noise_pct;
	struct rival challenger, runner_up;
	struct rival programs[PROGRAM_COUNT];

	bool has_uniform; /* the file has several pairs of nodes */
	struct judgement uniform;
	bool differs; /* own rows are proven better than the uniform ones */
	double own_gain_pct, own_gain_lo_pct, own_gain_hi_pct;
};

/* Rows of a pair in a list: every operation in every domain. */
enum { PAIR_ROWS = OP_COUNT * DOMAIN_COUNT };

/* A whole file. An empty one is all zero bytes. */
struct decision_list {
	struct provenance provenance;
	struct decision *rows;
	size_t count, capacity;
};

/* Appends a copy. 0 or -ENOMEM. */
int decision_push(struct decision_list *list, const struct decision *d);

/* The row of a header of these decisions that holds for a pair of nodes in a
 * domain: the pair's own, if it is there and differs, else that for any node.
 * 0, or -ENOENT: there are no decisions for the domain. */
int decision_in_force(const struct decision_list *list, unsigned cpu_node,
	unsigned mem_node, enum domain domain, struct choice row[OP_COUNT]);

/* Writes the file; errors are left in the stream. */
void decision_list_write(const struct decision_list *list, FILE *stream);

/* Reads a file, strictly, onto an empty list. 0, or a negative errno with
 * "line N: what" or the description of errno in error; the list is then
 * empty. */
int decision_list_read(struct decision_list *list, const char *path,
	char error[PROVENANCE_ERROR_BYTES]);

void decision_list_free(struct decision_list *list);

/* A length as files and people write it: bytes, or "never". */
#define DECISION_BYTES_TEXT 24
const char *decision_bytes(size_t bytes, char text[DECISION_BYTES_TEXT]);

/* x with the two decimals that the file holds, so that what was computed and
 * what is read back are the same number. */
double decision_round(double x);

/* The value a word names, or -1. */
int domain_find(const char *word);

#endif
