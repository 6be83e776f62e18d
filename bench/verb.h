/*
 * verb.h: programs that do one of several things, "PROGRAM VERB [OPTION]..."
 *
 * pmem-bench and pmem-tune are such. A verb is one file: NAME.c exports
 * NAME_main and NAME_help, and the program's own file has a line for it.
 * argv[0] of a verb is the verb; its --help has been answered before.
 */
#ifndef BENCH_VERB_H
#define BENCH_VERB_H

#include <stdbool.h>
#include <stddef.h>

struct verb {
	const char *name;
	const char *summary; /* one line; NULL: not for people */
	const char *help;
	int (*main)(int argc, char **argv);
};

/* What the program is called; the program defines it. */
extern const char verb_program[];

/* Runs the verb that argv[1] names, or tells that there is none. Returns what
 * the program returns. */
int verb_main(
	const struct verb *verbs, size_t verb_count, int argc, char **argv);

/* Prints a line a verb. */
void verb_list(const struct verb *verbs, size_t verb_count);

/* Whether --help is among the arguments, and not behind "--". */
bool verb_asks_for_help(int argc, char **argv);

/* The status, unless standard output could not be written: that is told. */
int verb_end(int status);

/* Prints the program's name, ": " and the text as one line on stderr; texts
 * read "what: why: which file". Returns 1, what a verb that failed returns. */
__attribute__((format(printf, 1, 2))) int verb_fail(const char *format, ...);

/* Tells why numbers would be worthless, which is no fault of who asked. Returns
 * 2, what a verb that refused returns. */
int verb_refuse(const char *reason);

/* Tells what getopt_long found wrong when it returned c: '?', or ':' as asked
 * for by an option string that opens with ':'. Returns 1. A verb sets opterr =
 * 0. */
int verb_bad_option(int c, char **argv);

/* Whether not as many arguments remain as the verb takes; that is told. */
int verb_bad_count(int argc, char **argv, int wanted);

#endif
