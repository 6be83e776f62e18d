/*
 * regret_main.c: the verb regret
 */
#include "regret.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "decide.h"
#include "tune.h"
#include "verb.h"

const char regret_help[] =
	"pmem-tune regret DECISIONS MEASUREMENTS [OPTION]...\n"
	"pmem-tune regret --default MEASUREMENTS [OPTION]...\n"
	"\n"
	"What the machine of the measurements loses with the rows of other\n"
	"decisions, or with the default ones, against its own: percent of\n"
	"time, with 95% interval, each operation alone and all together, for\n"
	"each pair of nodes and persistence domain. Choices are shown as the\n"
	"library would carry them out there. Verdicts, by the interval and "
	"the\n"
	"band in which choices are as good as each other: same; tied, within\n"
	"it; unclear, partly; worse, beyond it; unmeasured.\n"
	"\n"
	"  --against FILE  against these decisions, not the machine's own\n"
	"  --weights FILE  as for decide\n"
	"\n"
	"Exit status: 0 done, whatever the verdicts; 1 error.\n";

/* Columns of a choice as decisions.tsv has them; "-" of all operations. */
static void
choice_print(const struct choice *c)
{
	char bytes[DECISION_BYTES_TEXT];

	if (c)
		printf("%s\t%s\t%s\t%s\t%s\t", flush_kernels[c->flush].name,
			isa_names[c->cached_isa], isa_names[c->stream_isa],
			flush_kernels[c->stream_flush].name,
			decision_bytes(c->stream_min_bytes, bytes));
	else
		fputs("-\t-\t-\t-\t-\t", stdout);
}

static void
part_print(const struct regret *r, const char *op, const struct choice *c,
	const struct regret_part *part)
{
	printf("%s\t%u\t%u\t%s\t", op, r->cpu_node, r->mem_node,
		domain_names[r->domain]);
	choice_print(c);
	if (part->verdict == REGRET_UNMEASURED)
		fputs("-\t-\t-", stdout);
	else
		printf("%.2f\t%.2f\t%.2f", part->pct.middle, part->pct.low,
			part->pct.high);
	printf("\t%s\n", regret_names[part->verdict]);
}

static void
regrets_print(const struct regrets *list)
{
	puts("op\tcpu_node\tmem_node\tdomain\tflush\tcached_isa\tstream_isa\t"
	     "stream_flush\tstream_min_bytes\tloss_pct\tloss_lo_pct\t"
	     "loss_hi_pct\tverdict");
	for (size_t i = 0; i < list->count; i++) {
		const struct regret *r = &list->rows[i];

		for (int op = 0; op < OP_COUNT; op++)
			part_print(r, op_names[op], &r->other[op], &r->ops[op]);
		part_print(r, "all", NULL, &r->all);
	}
}

/* Judges by a file of measurements. */
static int
file_judge(struct regrets *list, const char *path, const char *weights_path,
	const struct decision_list *own, const struct decision_list *other)
{
	char error[DECIDE_ERROR_BYTES], what[PROVENANCE_ERROR_BYTES];
	struct measurements all = {0};
	struct weights weights;
	int status = 0;

	if (decide_weights(&weights, weights_path, error))
		return verb_fail("%s", error);
	if (measurements_read(&all, path, MEASUREMENT_STRICT, what) ||
		regrets_find(list, &all, &weights, own, other, what))
		status = verb_fail("bad measurements: %s: %s", what, path);
	measurements_free(&all);
	return status;
}

static int
decisions_get(struct decision_list *list, const char *path)
{
	char error[PROVENANCE_ERROR_BYTES];

	if (decision_list_read(list, path, error))
		return verb_fail("bad decisions: %s: %s", error, path);
	return 0;
}

static int
own_get(struct decision_list *list, const char *against, const char *path,
	const char *weights_path)
{
	char error[DECIDE_ERROR_BYTES];

	if (against)
		return decisions_get(list, against);
	if (decide_file(list, path, weights_path, error))
		return verb_fail("%s", error);
	return 0;
}

int
regret_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"against", required_argument, NULL, 'a'},
		{"default", no_argument, NULL, 'd'},
		{"weights", required_argument, NULL, 'w'},
		{NULL, 0, NULL, 0},
	};
	const char *against = NULL, *weights = NULL, *path;
	struct decision_list own = {0}, other = {0};
	struct regrets list = {0};
	bool standard = false;
	int c, status = 0;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c == 'a')
			against = optarg;
		else if (c == 'd')
			standard = true;
		else if (c == 'w')
			weights = optarg;
		else
			return verb_bad_option(c, argv);
	}
	if (verb_bad_count(argc, argv, standard ? 1 : 2))
		return 1;
	path = argv[argc - 1];
	if (!standard)
		status = decisions_get(&other, argv[optind]);
	if (!status)
		status = own_get(&own, against, path, weights);
	if (!status)
		status = file_judge(
			&list, path, weights, &own, standard ? NULL : &other);
	if (!status)
		regrets_print(&list);
	regrets_free(&list);
	decision_list_free(&other);
	decision_list_free(&own);
	return status;
}
