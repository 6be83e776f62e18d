/*
 * compare.c: the verb: which libraries, on which memory, into which file
 */
#include "compare.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "bench.h"
#include "verb.h"

const char compare_help[] =
	"pmem-bench compare --stock S.so --tuned T.so [--peer P.so]... --out "
	"FILE\n"
	"pmem-bench compare --lib LABEL=PATH[,ENV=VALUE]... --out FILE\n"
	"\n"
	"Measures pmem_memcpy and pmem_memset of several libpmem.so in one\n"
	"interleaved run, and writes ratios with their intervals to FILE\n"
	"(compare.tsv). The first library is the baseline; a copy of it is\n"
	"measured too (a/a), which shows what a ratio of nothing looks like.\n"
	"The second library is also set against every further one.\n"
	"\n"
	"Tables: equal (every library flushes), trusting (streaming stores\n"
	"count as durable), eadr (nobody flushes). If any --lib names\n"
	"variables, there is one table only, of libraries as given.\n"
	"\n"
	"  --stock, --tuned     --lib stock=PATH, --lib tuned=PATH\n"
	"  --peer PATH          --lib NAME=PATH with the file's name\n"
	"  --table NAME         name of the table of libraries as given\n"
	"  --goals FILE         judge the second library by the goals of\n"
	"                       the project (results/README.md, goals.tsv):\n"
	"                       against the first peer and its best\n"
	"                       settings, --lib libc=libpmem_libc.so, and\n"
	"                       every kernel\n"
	"  --platform FILE      facts of this machine (pmem-bench probe "
	"--out)\n"
	"  --target TARGET      as of sweep; the first counts\n"
	"  --threads N|all      at once, each with its own data; default 1;\n"
	"                       all: as many as the node has CPUs\n"
	"  --quick, --thorough  50 seconds, half an hour; else 3 minutes\n"
	"  --seconds N          another budget\n"
	"  --patience N         of these, at most N of waiting as sweep does;\n"
	"                       a third at most, and if not given\n"
	"  --only WORD[,WORD]   only these ops, residencies, drains and sizes\n"
	"  --seed N             orders and places of an earlier run\n"
	"\n"
	"Environment variables of the libraries (PMEM_NO_MOVNT and so on) do\n"
	"not count. Exit status: 0; 1 error; 2 refused, for numbers would be\n"
	"worthless.\n";

static struct compare_lib *
lib_add(struct compare_settings *o, const char *label, size_t label_bytes)
{
	struct compare_lib *lib;

	/* One place is the control's. */
	if (o->libs.lib_count == COMPARE_LIBS_MOST - 1) {
		verb_fail("too many libraries: at most %d",
			COMPARE_LIBS_MOST - 1);
		return NULL;
	}
	if (label_bytes == 0 || label_bytes >= COMPARE_LABEL_BYTES) {
		verb_fail("no label of 1 to %d characters: %s",
			COMPARE_LABEL_BYTES - 1, label);
		return NULL;
	}
	lib = &o->libs.libs[o->libs.lib_count];
	memcpy(lib->label, label, label_bytes);
	for (size_t i = 0; i < o->libs.lib_count; i++) {
		if (strcmp(o->libs.libs[i].label, lib->label) == 0) {
			verb_fail("two libraries of one label: %s", lib->label);
			return NULL;
		}
	}
	o->libs.lib_count++;
	return lib;
}

/* LABEL=PATH[,ENV=VALUE]...; text is cut up and kept. */
static int
lib_take(struct compare_settings *o, char *text)
{
	char *rest = strchr(text, '=');
	struct compare_lib *lib;
	size_t count = 0;

	if (!rest || strchr(text, '\t'))
		return verb_fail("--lib: not LABEL=PATH: %s", text);
	lib = lib_add(o, text, (size_t)(rest - text));
	if (!lib)
		return 1;
	rest++;
	lib->path = strsep(&rest, ",");
	while (rest) {
		char *variable = strsep(&rest, ",");

		if (strncmp(variable, "PMEM_", 5) != 0 ||
			!strchr(variable, '=') || count == COMPARE_ENV_MOST)
			return verb_fail("--lib: not PMEM_NAME=VALUE, or more "
					 "than %d: %s",
				COMPARE_ENV_MOST, variable);
		lib->env[count++] = variable;
		if (!o->table.name)
			o->table.name = "custom";
	}
	return 0;
}

static int
path_take(struct compare_settings *o, const char *label, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct compare_lib *lib;

	if (!label)
		label = slash ? slash + 1 : path;
	lib = lib_add(o, label, strlen(label));
	if (!lib)
		return 1;
	lib->path = path;
	return 0;
}

static int
number_take(const char *option, const char *text, uint64_t least, uint64_t most,
	uint64_t *n)
{
	char *end;

	errno = 0;
	*n = strtoull(text, &end, 10);
	if (errno || *text < '0' || *text > '9' || *end || *n < least ||
		*n > most)
		return verb_fail("--%s: not a number from %" PRIu64
				 " to %" PRIu64 ": %s",
			option, least, most, text);
	return 0;
}

static int
option_take(struct compare_settings *o, int c, char **argv)
{
	struct plan_filter filter;
	uint64_t n = 0;
	int status;

	switch (c) {
	case 'l':
		return lib_take(o, optarg);
	case '1':
		return path_take(o, "stock", optarg);
	case '2':
		return path_take(o, "tuned", optarg);
	case 'P':
		return path_take(o, NULL, optarg);
	case 'b':
		o->table.name = optarg;
		return 0;
	case 'p':
		o->platform = optarg;
		return 0;
	case 't':
		if (!o->target)
			o->target = optarg;
		return 0;
	case 'o':
		o->out = optarg;
		return 0;
	case 'g':
		o->goals = optarg;
		return 0;
	case 'q':
	case 'T':
		o->plan = plan_find(c == 'q' ? "quick" : "thorough");
		return 0;
	case 'n':
		o->threads = 0;
		if (strcmp(optarg, "all") == 0)
			return 0;
		status = number_take("threads", optarg, 1, 1024, &n);
		o->threads = (unsigned)n;
		return status;
	case 'S':
		status = number_take("seconds", optarg, 1, 1000000, &n);
		o->seconds = (unsigned)n;
		return status;
	case 'w':
		status = number_take("patience", optarg, 0, 1000000, &n);
		o->patience_s = (double)n;
		return status;
	case 's':
		o->has_seed = true;
		return number_take("seed", optarg, 0, UINT64_MAX, &o->seed);
	case 'O':
		o->only = optarg;
		return plan_filter_parse(&filter, optarg) ?
			       verb_fail("--only: not ops, residencies, "
					 "drains and sizes: %s",
				       optarg) :
			       0;
	default:
		return verb_bad_option(c, argv);
	}
}

/* What is not given, and the control. */
static int
options_complete(struct compare_settings *o)
{
	struct compare_libs *libs = &o->libs;

	if (libs->lib_count == 0)
		return verb_fail("nothing to compare: give --stock and "
				 "--tuned, or --lib: see pmem-bench compare "
				 "--help");
	if (!o->out)
		return verb_fail("nowhere to write: give --out FILE: see "
				 "pmem-bench compare --help");
	if (o->goals && (o->table.name || libs->lib_count < 2))
		return verb_fail("--goals: needs a second library, and none "
				 "with variables of its own");
	if (!o->target)
		o->target = "dram";
	if (!o->has_seed &&
		getrandom(&o->seed, sizeof(o->seed), 0) != sizeof(o->seed))
		return verb_fail("cannot draw a seed: give --seed");
	libs->tables = compare_tables;
	libs->table_count = COMPARE_TABLES_MOST;
	if (o->table.name) {
		o->table.about = o->table.name;
		libs->tables = &o->table;
		libs->table_count = 1;
	}
	libs->libs[libs->lib_count] = libs->libs[0];
	snprintf(libs->libs[libs->lib_count++].label, COMPARE_LABEL_BYTES,
		"a/a");
	return 0;
}

static int
options_take(struct compare_settings *o, int argc, char **argv)
{
	static const struct option options[] = {
		{"lib", required_argument, NULL, 'l'},
		{"stock", required_argument, NULL, '1'},
		{"tuned", required_argument, NULL, '2'},
		{"peer", required_argument, NULL, 'P'},
		{"table", required_argument, NULL, 'b'},
		{"platform", required_argument, NULL, 'p'},
		{"target", required_argument, NULL, 't'},
		{"out", required_argument, NULL, 'o'},
		{"goals", required_argument, NULL, 'g'},
		{"threads", required_argument, NULL, 'n'},
		{"quick", no_argument, NULL, 'q'},
		{"thorough", no_argument, NULL, 'T'},
		{"seconds", required_argument, NULL, 'S'},
		{"patience", required_argument, NULL, 'w'},
		{"only", required_argument, NULL, 'O'},
		{"seed", required_argument, NULL, 's'},
		{NULL, 0, NULL, 0},
	};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (option_take(o, c, argv))
			return 1;
	}
	if (verb_bad_count(argc, argv, 0))
		return 1;
	return options_complete(o);
}

int
compare_main(int argc, char **argv)
{
	struct compare_settings settings = {
		.plan = plan_find("default"),
		.threads = 1,
		.patience_s = INFINITY,
	};

	if (options_take(&settings, argc, argv))
		return 1;
	return compare_measure(&settings);
}
