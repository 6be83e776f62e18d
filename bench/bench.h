/*
 * bench.h: the verbs of pmem-bench, which verb.h describes
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

#endif
