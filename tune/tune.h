/*
 * tune.h: the verbs of pmem-tune, which verb.h describes
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

#endif
