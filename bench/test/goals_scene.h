/*
 * goals_scene.h: a comparison whose times are planted
 *
 * No library is loaded and nothing is timed: five libraries in three tables,
 * the settings of a peer and all kernels that an AVX machine has take 100 ns in
 * every cell, but for what a test plants. A machine's drift is the same for all
 * in a round, so whoever does not compare round by round sees it.
 */
#ifndef BENCH_TEST_GOALS_SCENE_H
#define BENCH_TEST_GOALS_SCENE_H

#include "compare_goals.h"

/* Rounds until the choice, and those that compare. */
#define SCENE_CHOOSING 16
#define SCENE_LATER 20
#define SCENE_ROUNDS (SCENE_CHOOSING + SCENE_LATER)

/* CPUs and memory that are measured. */
#define SCENE_NODE 1

enum scene_lib {
	SCENE_STOCK,
	SCENE_TUNED,
	SCENE_PEER,
	SCENE_LIBC,
	SCENE_CONTROL,
	SCENE_LIBS
};

struct scene {
	struct compare_libs libs;
	struct compare_run run, again;
	char *text; /* of goals.tsv */
};

/* Times of an instance in rounds [from, to) of run or again. NAN: it was not
 * measured. */
void scene_plant(struct compare_run *run, size_t cell, size_t instance,
	unsigned from, unsigned to, double ns);

/* description: what the tuned library tells of itself (libpmem/describe.c),
 * kept; NULL: avx/cached/clwb for everything. */
void scene_open(struct scene *s, const struct cell *cells, size_t count,
	const char *description);

/* Chooses after its rounds, goes on with what was chosen, and lists what is to
 * be measured again; none of it is yet. */
void scene_choose(struct scene *s);

/* Writes the goals. */
void scene_write(struct scene *s);

void scene_close(struct scene *s);

/* Instances: in the table of a domain, and by name. */
size_t scene_lib(const struct scene *s, enum domain domain, enum scene_lib lib);
size_t scene_kernel(const struct scene *s, const char *name);
size_t scene_setting(const struct scene *s, const char *label);

/* Checks a goal's row: the value, within a hundredth, the verdict, and that its
 * evidence has this text. value NAN: it tells none. */
void scene_expect(const struct scene *s, const char *goal, double value,
	const char *met, const char *evidence);

#endif
