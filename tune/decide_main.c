/*
 * decide_main.c: the verb decide, and decisions straight from files
 */
#include "decide.h"

#include <errno.h>
#include <getopt.h>
#include <sha2.h>
#include <string.h>

#include "atomic_file.h"
#include "tune.h"
#include "verb.h"

const char decide_help[] =
	"pmem-tune decide MEASUREMENTS --out FILE [--weights FILE]\n"
	"\n"
	"Finds what is best for each operation, pair of nodes and persistence\n"
	"domain, and writes it with its worth as decisions.tsv. The default\n"
	"stays where a gain is not proven; where the data allow no decision,\n"
	"the row says why.\n"
	"\n"
	"  --out FILE      the decisions; /dev/stdout to look at them\n"
	"  --weights FILE  how much each kind of operation counts, lines of\n"
	"                  op residency drain size_bucket weight, "
	"tab-separated\n"
	"\n"
	"Exit status: 0 done, refused rows included; 1 error.\n";

/* Adds the SHA-256 of a file as a fact. */
static int
digest_add(struct provenance *p, const char *key, const char *path)
{
	char digest[SHA256_DIGEST_STRING_LENGTH];

	if (!SHA256File(path, digest))
		return -errno;
	return provenance_add(p, key, digest);
}

int
decide_weights(
	struct weights *w, const char *path, char error[DECIDE_ERROR_BYTES])
{
	char what[PROVENANCE_ERROR_BYTES];
	int err;

	if (!path) {
		weights_default(w);
		return 0;
	}
	err = weights_read(w, path, what);
	if (err)
		snprintf(error, DECIDE_ERROR_BYTES, "bad weights: %s: %s", what,
			path);
	return err;
}

static int
digests_add(struct provenance *p, const char *path, const char *weights_path)
{
	int err = digest_add(p, "measurements_sha256", path);

	if (!err && weights_path)
		return digest_add(p, "weights_sha256", weights_path);
	return err ? err : provenance_add(p, "weights", "default");
}

int
decide_file(struct decision_list *list, const char *path,
	const char *weights_path, char error[DECIDE_ERROR_BYTES])
{
	char what[PROVENANCE_ERROR_BYTES] = "";
	struct measurements all = {0};
	struct weights weights;
	int err = decide_weights(&weights, weights_path, error);

	if (err)
		return err;
	err = measurements_read(&all, path, MEASUREMENT_STRICT, what);
	if (!err)
		err = decide(list, &all, &weights, what);
	if (!err) {
		err = digests_add(&list->provenance, path, weights_path);
		if (err) {
			snprintf(what, sizeof(what), "%s", strerror(-err));
			decision_list_free(list);
		}
	}
	measurements_free(&all);
	if (err)
		snprintf(error, DECIDE_ERROR_BYTES, "bad measurements: %s: %s",
			what, path);
	return err;
}

/* Thresholds that differ twofold or more between kinds of programs are worth
 * a word: no one header can be right for both. */
static void
disagreement_tell(const struct decision *d)
{
	const struct rival *latency = &d->programs[PROGRAM_LATENCY];
	const struct rival *throughput = &d->programs[PROGRAM_THROUGHPUT];
	char a[DECISION_BYTES_TEXT], b[DECISION_BYTES_TEXT];
	size_t low, high;

	if (!latency->present || !throughput->present)
		return;
	low = latency->choice.stream_min_bytes;
	high = throughput->choice.stream_min_bytes;
	if (low / 2 < high && high / 2 < low)
		return;
	fprintf(stderr,
		"%s, node %u to %u, %s: latency and throughput disagree: "
		"stream from %s or from %s bytes\n",
		op_names[d->op], d->cpu_node, d->mem_node,
		domain_names[d->domain], decision_bytes(low, a),
		decision_bytes(high, b));
}

static int
decisions_write(const struct decision_list *list, const char *path)
{
	struct atomic_file f;
	int err = atomic_file_open(&f, path);

	if (!err) {
		decision_list_write(list, f.stream);
		err = atomic_file_commit(&f);
	}
	if (err)
		return verb_fail(
			"cannot write decisions: %s: %s", strerror(-err), path);
	return 0;
}

int
decide_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"out", required_argument, NULL, 'o'},
		{"weights", required_argument, NULL, 'w'},
		{NULL, 0, NULL, 0},
	};
	const char *out = NULL, *weights = NULL;
	char error[DECIDE_ERROR_BYTES];
	struct decision_list list = {0};
	int c, status;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c == 'o')
			out = optarg;
		else if (c == 'w')
			weights = optarg;
		else
			return verb_bad_option(c, argv);
	}
	if (verb_bad_count(argc, argv, 1))
		return 1;
	if (!out)
		return verb_fail(
			"option missing: --out: see pmem-tune decide --help");
	if (decide_file(&list, argv[optind], weights, error))
		return verb_fail("%s", error);
	status = decisions_write(&list, out);
	for (size_t i = 0; !status && i < list.count; i++)
		disagreement_tell(&list.rows[i]);
	decision_list_free(&list);
	return status;
}
