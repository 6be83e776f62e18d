/*
 * check.c: whether a header is what its measurements lead to
 *
 * The header is derived again, in memory, and compared byte by byte: what was
 * edited, cut off, or made from other data cannot pass.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "decide.h"
#include "emit.h"
#include "tune.h"
#include "verb.h"

const char check_help[] =
	"pmem-tune check HEADER MEASUREMENTS... [--weights FILE]\n"
	"\n"
	"Derives the header again from the measurements it was made from and\n"
	"fails at the first line that differs. Give the weights it was made\n"
	"with, and, for a header of several platforms, the measurements of\n"
	"each in the same order.\n"
	"\n"
	"Exit status: 0 the header follows from the measurements; 1 it does\n"
	"not, or an error.\n";

/* Whole text of a file, NUL-terminated; its length. NULL: errno says why. */
static char *
text_read(const char *path, size_t *len)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;
	ssize_t n;

	if (!f)
		return NULL;
	/* NUL bytes do not end it, nor do newlines: to the end of the file. */
	do {
		char *more = realloc(text, room + 65536 + 1);

		if (!more)
			goto free_text;
		text = more;
		n = (ssize_t)fread(text + room, 1, 65536, f);
		room += (size_t)n;
	} while (n > 0);
	if (ferror(f))
		goto free_text;
	text[room] = '\0';
	*len = room;
	fclose(f);
	return text;

free_text:
	free(text);
	fclose(f);
	return NULL;
}

/* Header text that the measurements lead to; the caller frees it. NULL after a
 * message. */
static char *
header_derive(char **paths, int count, const char *weights, size_t *len)
{
	char error[DECIDE_ERROR_BYTES];
	struct decision_list *lists = calloc((size_t)count, sizeof(*lists));
	int read = 0, status = lists ? 0 : verb_fail("out of memory");
	size_t culprit = 0;
	char *text = NULL;
	FILE *f = NULL;

	for (; !status && read < count; read++) {
		if (decide_file(&lists[read], paths[read], weights, error))
			status = verb_fail("%s", error);
	}
	if (!status)
		f = open_memstream(&text, len);
	if (!status && !f)
		status = verb_fail("out of memory");
	if (f && emit(lists, (size_t)count, f, error, &culprit))
		status = verb_fail(
			"bad measurements: %s: %s", error, paths[culprit]);
	if (f && fclose(f) && !status)
		status = verb_fail("out of memory");
	while (read-- > 0)
		decision_list_free(&lists[read]);
	free(lists);
	if (!status)
		return text;
	free(text);
	return NULL;
}

/* The line that defines the CPUs, without the lines before; NULL if none. */
static const char *
cpus_find(const char *text, size_t *len)
{
	const char *at = strstr(text, "\n\tCPU(");

	if (!at)
		return NULL;
	at += 2;
	*len = strcspn(at, "\n");
	return at;
}

static int
difference_tell(const char *header, size_t header_len, const char *derived,
	size_t derived_len, const char *path)
{
	size_t at = 0, line = 1, start = 0, cpus = 0, other_cpus = 0;
	const char *cpu = cpus_find(header, &cpus);
	const char *other = cpus_find(derived, &other_cpus);

	if (cpu && other &&
		(cpus != other_cpus || memcmp(cpu, other, cpus) != 0))
		return verb_fail("foreign header: it is for %.*s, the "
				 "measurements are of %.*s: %s",
			(int)cpus, cpu, (int)other_cpus, other, path);
	while (at < header_len && at < derived_len &&
		header[at] == derived[at]) {
		if (header[at++] == '\n') {
			line++;
			start = at;
		}
	}
	if (at == header_len)
		return verb_fail("header truncated: it ends in line %zu: %s",
			line, path);
	return verb_fail("header differs from its measurements: line %zu is "
			 "'%.*s', derived is '%.*s': %s",
		line, (int)strcspn(header + start, "\n"), header + start,
		(int)strcspn(derived + start, "\n"), derived + start, path);
}

int
check_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"weights", required_argument, NULL, 'w'},
		{NULL, 0, NULL, 0},
	};
	const char *weights = NULL, *path;
	size_t header_len = 0, derived_len = 0;
	char *header, *derived;
	int c, status = EXIT_SUCCESS;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c != 'w')
			return verb_bad_option(c, argv);
		weights = optarg;
	}
	if (argc - optind < 2)
		return verb_bad_count(argc, argv, 2);
	path = argv[optind];
	header = text_read(path, &header_len);
	if (!header)
		return verb_fail(
			"cannot read header: %s: %s", strerror(errno), path);
	derived = header_derive(
		argv + optind + 1, argc - optind - 1, weights, &derived_len);
	if (!derived)
		status = EXIT_FAILURE;
	else if (header_len != derived_len ||
		 memcmp(header, derived, header_len) != 0)
		status = difference_tell(
			header, header_len, derived, derived_len, path);
	free(derived);
	free(header);
	return status;
}
