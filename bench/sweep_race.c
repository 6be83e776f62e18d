/*
 * sweep_race.c: see sweep_race.h
 */
#include "sweep_race.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "race.h"
#include "sweep_rounds.h"

/* Prints "set avx/cached/clflush, ..."; how many. */
static size_t
dropped_print(FILE *f, const struct race *race, const struct plan_work *work)
{
	size_t count = 0;

	for (int op = 0; op < OP_COUNT; op++) {
		for (size_t i = 0; i < work->variant_count[op]; i++) {
			const struct plan_variant *v = &work->variants[op][i];

			if (race->dropped[op][i])
				fprintf(f, "%s%s %s/%s/%s", count++ ? ", " : "",
					op_names[op], isa_names[v->isa],
					store_names[v->store],
					flush_kernels[v->flush].name);
		}
	}
	return count;
}

/* Prints "move 1280, ..."; how many. */
static size_t
added_print(FILE *f, const struct race *race, const struct plan_work *work)
{
	size_t count = 0;

	(void)work;
	for (int op = 0; op < OP_COUNT; op++) {
		for (const size_t *s = race->added_bytes[op]; *s; s++)
			fprintf(f, "%s%s %zu", count++ ? ", " : "",
				op_names[op], *s);
	}
	return count;
}

/* Adds a fact with what is printed, or "none". */
static int
fact_add(struct provenance *facts, const char *format, unsigned index,
	size_t (*print)(
		FILE *f, const struct race *race, const struct plan_work *work),
	const struct race *race, const struct plan_work *work, size_t *count)
{
	char key[sizeof(SWEEP_DROPPED_KEY) + 10], *text = NULL;
	size_t bytes;
	FILE *f = open_memstream(&text, &bytes);
	int err;

	if (!f)
		return -ENOMEM;
	*count = print(f, race, work);
	err = ferror(f) | fclose(f);
	snprintf(key, sizeof(key), format, index);
	err = err ? -ENOMEM :
		    provenance_add(facts, key, *count ? text : "none");
	free(text);
	return err;
}

/* Says what is dropped and added. */
static int
race_tell(const struct race *race, const struct plan_work *work,
	const struct sweep_job *job, const struct provenance *known)
{
	struct measurement_writer writer = {job->writer_fd};
	char key[sizeof(SWEEP_ADDED_KEY) + 10];
	struct provenance facts = {0};
	size_t dropped, added;
	int err;

	err = fact_add(&facts, SWEEP_DROPPED_KEY, job->index, dropped_print,
		race, work, &dropped);
	if (!err)
		err = fact_add(&facts, SWEEP_ADDED_KEY, job->index, added_print,
			race, work, &added);
	snprintf(key, sizeof(key), SWEEP_ADDED_KEY, job->index);
	if (!err && !provenance_find(known, key))
		err = measurement_comment(&writer, &facts);
	if (!err)
		fprintf(stderr,
			"pmem-bench: start %u: %zu variants dropped, "
			"%zu sizes added\n",
			job->index, dropped, added);
	provenance_free(&facts);
	return err;
}

int
sweep_race(struct plan_work *work, const struct sweep_job *job,
	const struct plan *plan, const struct plan_filter *filter,
	uint32_t features)
{
	unsigned first = job->index - job->index % plan->starts;
	const struct race_span span = {
		.cpu_node = job->cpu_node,
		.mem_node = job->mem_node,
		.rep_first = sweep_rep_first(plan, first),
		.reps = sweep_rep_first(plan, job->index - first),
	};
	char error[PROVENANCE_ERROR_BYTES];
	struct measurements measured = {0};
	struct race race;
	int err;

	if (job->index == first)
		return 0;
	err = measurements_read(&measured, job->out, MEASUREMENT_STRICT, error);
	if (err)
		return err;
	err = race_judge(&race, work, &measured, &span, features);
	/* Who names lengths wants these. */
	if (filter->sizes_bytes[0])
		memset(race.added_bytes, 0, sizeof(race.added_bytes));
	if (!err)
		err = race_tell(&race, work, job, &measured.provenance);
	if (!err)
		err = race_apply(&race, work, filter);
	measurements_free(&measured);
	return err;
}
