/*
 * tune.h: what the verbs of pmem-tune share
 *
 * A verb is one file: it exports NAME_main and NAME_help, and tune.c has a line
 * for it. argv[0] of a verb is the verb; tune.c has answered --help.
 */
#ifndef TUNE_TUNE_H
#define TUNE_TUNE_H

int decide_main(int argc, char **argv);
extern const char decide_help[];

int emit_main(int argc, char **argv);
extern const char emit_help[];

int check_main(int argc, char **argv);
extern const char check_help[];

int regret_main(int argc, char **argv);
extern const char regret_help[];

int simulate_main(int argc, char **argv);
extern const char simulate_help[];

int import_main(int argc, char **argv);
extern const char import_help[];

int report_main(int argc, char **argv);
extern const char report_help[];

/* Prints "pmem-tune: " and the text as one line on stderr; texts read "what:
 * why: which file". Returns 1, what a verb that failed returns. */
__attribute__((format(printf, 1, 2))) int tune_fail(const char *format, ...);

/* Tells what getopt_long found wrong when it returned c: '?', or ':' as asked
 * for by an option string that opens with ':'. Returns 1. A verb sets opterr =
 * 0. */
int tune_bad_option(int c, char **argv);

/* Whether as many arguments remain as the verb takes, else tells it. */
int tune_bad_count(int argc, char **argv, int wanted);

#endif
