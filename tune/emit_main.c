/*
 * emit_main.c: the verb emit
 */
#include "emit.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "atomic_file.h"
#include "tune.h"
#include "verb.h"

const char emit_help[] =
	"pmem-tune emit DECISIONS... [--out FILE]\n"
	"\n"
	"Writes decisions, of one platform or of several, as the header for a\n"
	"tuned build: cmake -DPMEM_TUNED_HEADER=FILE. The library chooses\n"
	"among the platforms of a header when it is loaded.\n"
	"\n"
	"  --out FILE  the header; default pmem_tuned.h\n";

static int
header_write(const struct decision_list *lists, char **paths, int count,
	const char *out)
{
	char error[PROVENANCE_ERROR_BYTES];
	struct atomic_file f;
	size_t culprit = 0;
	int err = atomic_file_open(&f, out);

	if (err)
		return verb_fail(
			"cannot write header: %s: %s", strerror(-err), out);
	if (emit(lists, (size_t)count, f.stream, error, &culprit)) {
		atomic_file_abort(&f);
		return verb_fail(
			"bad decisions: %s: %s", error, paths[culprit]);
	}
	err = atomic_file_commit(&f);
	if (err)
		return verb_fail(
			"cannot write header: %s: %s", strerror(-err), out);
	return 0;
}

int
emit_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"out", required_argument, NULL, 'o'},
		{NULL, 0, NULL, 0},
	};
	char error[PROVENANCE_ERROR_BYTES];
	const char *out = "pmem_tuned.h";
	struct decision_list *lists;
	int c, count, read = 0, status = 0;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c != 'o')
			return verb_bad_option(c, argv);
		out = optarg;
	}
	count = argc - optind;
	if (count < 1)
		return verb_bad_count(argc, argv, 1);
	lists = calloc((size_t)count, sizeof(*lists));
	if (!lists)
		return verb_fail("out of memory");
	for (; !status && read < count; read++) {
		const char *path = argv[optind + read];

		if (decision_list_read(&lists[read], path, error))
			status = verb_fail(
				"bad decisions: %s: %s", error, path);
	}
	if (!status)
		status = header_write(lists, argv + optind, count, out);
	while (read-- > 0)
		decision_list_free(&lists[read]);
	free(lists);
	return status;
}
