/*
 * import.c: the verb import, for numbers that other people measured
 *
 * A paper's table lacks what a sweep records: repetitions, most variants, the
 * machine's facts. The one fact that stands for all of them is stated by who
 * imports it: the relative error that single values are to be taken with.
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import_map.h"
#include "table.h"
#include "tune.h"
#include "verb.h"

const char import_help[] =
	"pmem-tune import TABLE --out FILE --unit UNIT --column "
	"NAME=MEANING...\n"
	"                 --fix COLUMN=VALUE... --source TEXT\n"
	"                 --cpu VENDOR,FAMILY,MODEL,STEPPING --target TEXT\n"
	"                 --error PCT [--append]\n"
	"\n"
	"Turns a table that somebody else measured, CSV or TSV, into\n"
	"measurements for pmem-tune decide.\n"
	"\n"
	"  --out FILE      measurements.tsv to write; must not exist\n"
	"  --append        add to one that import wrote: the same machine's\n"
	"                  bandwidth after its latency, for one\n"
	"  --unit UNIT     of values: ns us ms s MB/s GB/s MiB/s GiB/s ops/s\n"
	"                  kops/s Mops/s; rates are those of all threads "
	"together\n"
	"  --column NAME=MEANING\n"
	"                  what the column NAME holds: a column of\n"
	"                  measurements.tsv (size_bytes, residency, ...);\n"
	"                  ISA/STORE/FLUSH: values of this variant; variant: "
	"such\n"
	"                  names; value: values, where variants have lines of\n"
	"                  their own. Columns not named are left out\n"
	"  --variant TEXT=ISA/STORE/FLUSH\n"
	"                  what TEXT in a column of variants stands for\n"
	"  --fix COLUMN=VALUE\n"
	"                  what holds for all values: op, residency and drain\n"
	"                  (each: latency, batch: throughput) need a column "
	"or\n"
	"                  this; threads is 1, others 0 unless stated\n"
	"  --source TEXT   where the table is from\n"
	"  --cpu, --target what was measured; --append checks them, if given\n"
	"  --error PCT     relative error to take single values with, in "
	"percent:\n"
	"                  they have no scatter to learn it from\n";

struct request {
	const char *table, *out, *source;
	bool append;
	struct import_map map;
	struct provenance machine; /* facts stated */
};

/* platform_id as for measured machines, but never the same as one of them. */
static int
cpu_parse(struct provenance *facts, const char *text)
{
	char vendor[13], words[3][4], id[100];
	size_t numbers[3];
	int end = 0;

	if (sscanf(text, "%12[A-Za-z0-9 !.],%3[0-9],%3[0-9],%3[0-9]%n", vendor,
		    words[0], words[1], words[2], &end) != 4 ||
		text[end] != '\0')
		return -EINVAL;
	for (int i = 0; i < 3; i++) {
		if (table_whole(words[i], &numbers[i]))
			return -EINVAL;
	}
	snprintf(id, sizeof(id), "%s-%zu-%zu-%zu-imported", vendor, numbers[0],
		numbers[1], numbers[2]);
	for (char *c = id; *c; c++)
		*c = isalnum((unsigned char)*c) ?
			     (char)tolower((unsigned char)*c) :
			     '-';
	if (provenance_add(facts, "platform_id", id) ||
		provenance_add(facts, "cpu_vendor", vendor) ||
		provenance_addf(facts, "cpu_family", "%zu", numbers[0]) ||
		provenance_addf(facts, "cpu_model", "%zu", numbers[1]) ||
		provenance_addf(facts, "cpu_stepping", "%zu", numbers[2]))
		return -ENOMEM;
	return 0;
}

static int
error_parse(struct provenance *facts, const char *text)
{
	double pct;

	if (table_amount(text, 100, &pct) || pct <= 0)
		return -EINVAL;
	return provenance_addf(facts, "assumed_error_pct", "%g", pct);
}

static int
target_add(struct provenance *facts, const char *text)
{
	if (provenance_add(facts, "target", text) ||
		provenance_add(facts, "target_emulated", "unknown: imported"))
		return -ENOMEM;
	return 0;
}

/* Obeys one option. Returns 0, or 1 after a message. */
static int
option_obey(struct request *r, int c, char **argv)
{
	char error[PROVENANCE_ERROR_BYTES];
	const char *what;
	int err = 0;

	switch (c) {
	case 'o':
		r->out = optarg;
		return 0;
	case 'a':
		r->append = true;
		return 0;
	case 's':
		r->source = optarg;
		return 0;
	case 'c':
		err = import_map_column(&r->map, optarg, error);
		return err ? verb_fail("bad --column: %s", error) : 0;
	case 'f':
		err = import_map_fix(&r->map, optarg, error);
		return err ? verb_fail("bad --fix: %s", error) : 0;
	case 'v':
		err = import_map_variant(&r->map, optarg, error);
		return err ? verb_fail("bad --variant: %s", error) : 0;
	case 'u':
		r->map.unit = import_unit_find(optarg);
		err = r->map.unit ? 0 : -EINVAL;
		what = "--unit: no such unit";
		break;
	case 'p':
		err = cpu_parse(&r->machine, optarg);
		what = "--cpu: not VENDOR,FAMILY,MODEL,STEPPING";
		break;
	case 't':
		err = target_add(&r->machine, optarg);
		what = "--target";
		break;
	case 'e':
		err = error_parse(&r->machine, optarg);
		what = "--error: not a percentage above 0";
		break;
	default:
		return verb_bad_option(c, argv);
	}
	if (err == -ENOMEM)
		return verb_fail("cannot import: out of memory");
	return err ? verb_fail("bad %s: %s", what, optarg) : 0;
}

static int
options_read(struct request *r, int argc, char **argv)
{
	static const struct option options[] = {
		{"append", no_argument, NULL, 'a'},
		{"column", required_argument, NULL, 'c'},
		{"cpu", required_argument, NULL, 'p'},
		{"error", required_argument, NULL, 'e'},
		{"fix", required_argument, NULL, 'f'},
		{"out", required_argument, NULL, 'o'},
		{"source", required_argument, NULL, 's'},
		{"target", required_argument, NULL, 't'},
		{"unit", required_argument, NULL, 'u'},
		{"variant", required_argument, NULL, 'v'},
		{NULL, 0, NULL, 0},
	};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (option_obey(r, c, argv))
			return 1;
	}
	if (verb_bad_count(argc, argv, 1))
		return 1;
	r->table = argv[optind];
	if (r->out && r->map.unit && r->source)
		return 0;
	verb_fail("option missing: %s: see pmem-tune import --help",
		!r->out	     ? "--out" :
		!r->map.unit ? "--unit" :
			       "--source");
	return 1;
}

/* A new file's facts: the machine must be stated in full. */
static int
begin(const struct request *r, struct measurements *all)
{
	static const char *const wanted[][2] = {{"cpu_vendor", "--cpu"},
		{"target", "--target"}, {"assumed_error_pct", "--error"}};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		if (!provenance_find(&r->machine, wanted[i][0]))
			return verb_fail("option missing: %s: see pmem-tune "
					 "import --help",
				wanted[i][1]);
	}
	if (access(r->out, F_OK) == 0)
		return verb_fail(
			"output exists: --append would add to it: %s", r->out);
	if (provenance_add(&all->provenance, "schema", MEASUREMENT_SCHEMA) ||
		provenance_add(&all->provenance, "imported", "yes") ||
		provenance_append(&all->provenance, &r->machine))
		return verb_fail("cannot import: out of memory");
	return 0;
}

/* An older file: only import's own, and only of the same machine. */
static int
resume(const struct request *r, struct measurements *all)
{
	char error[PROVENANCE_ERROR_BYTES];

	if (measurements_read(all, r->out, MEASUREMENT_STRICT, error))
		return verb_fail("bad measurements: %s: %s", error, r->out);
	if (!provenance_find(&all->provenance, "imported"))
		return verb_fail("cannot append: its rows were measured, not "
				 "imported: %s",
			r->out);
	for (size_t i = 0; i < r->machine.count; i++) {
		const struct fact *stated = &r->machine.facts[i];
		const char *there = provenance_find(
			&all->provenance, stated->key);

		if (!there || strcmp(there, stated->value) != 0)
			return verb_fail("cannot append: %s is '%s', there "
					 "'%s': %s",
				stated->key, stated->value,
				there ? there : "not stated", r->out);
	}
	return 0;
}

static int
table_import(const struct request *r, struct measurements *all)
{
	char error[PROVENANCE_ERROR_BYTES];
	const char *slash = strrchr(r->table, '/');
	struct import_table t = {0};
	int err = import_table_read(&t, r->table, error);

	if (!err)
		err = import_map_apply(&r->map, &t, all, error);
	import_table_free(&t);
	if (err)
		return verb_fail("bad table: %s: %s", error, r->table);
	if (provenance_add(&all->provenance, "source", r->source) ||
		provenance_addf(&all->provenance, "imported_table", "%s, in %s",
			slash ? slash + 1 : r->table, r->map.unit->name))
		return verb_fail("cannot import: out of memory");
	return 0;
}

int
import_main(int argc, char **argv)
{
	struct measurements all = {0};
	struct request r = {0};
	int status, err;

	status = options_read(&r, argc, argv);
	if (!status)
		status = r.append ? resume(&r, &all) : begin(&r, &all);
	if (!status)
		status = table_import(&r, &all);
	if (!status) {
		err = measurements_write(&all, r.out);
		if (err)
			status = verb_fail("cannot write measurements: %s: %s",
				strerror(-err), r.out);
	}
	provenance_free(&r.machine);
	measurements_free(&all);
	return status;
}
