/*
 * bench.h: what the verbs of pmem-bench share
 *
 * A verb is one file: NAME.c exports NAME_main and NAME_help, and main.c has a
 * line for it. argv[0] of a verb is the verb; main has answered --help.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

int probe_main(int argc, char **argv);
extern const char probe_help[];

int list_main(int argc, char **argv);
extern const char list_help[];

int profile_main(int argc, char **argv);
extern const char profile_help[];

int compare_main(int argc, char **argv);
extern const char compare_help[];

int threads_main(int argc, char **argv);
extern const char threads_help[];

int sweep_main(int argc, char **argv);
extern const char sweep_help[];

/* Without a verb. */
int kernels_main(int argc, char **argv);
extern const char kernels_help[];

/* Prints "pmem-bench: " and the text as one line on stderr; texts read
 * "what: why: which file". Returns 1, what a verb that failed returns. */
__attribute__((format(printf, 1, 2))) int bench_fail(const char *format, ...);

/* Tells what getopt_long found wrong when it returned c ('?', or ':' as asked
 * for by an option string that opens with ':'), or, with c -1, that
 * argv[optind] is no option. Returns 1. A verb sets opterr = 0. */
int bench_bad_option(int c, char **argv);

#endif
