/*
 * profile.c: from the counts of a recorded program to weights
 *
 * Sums the files that libpmem_profile.so left in a directory, shows what the
 * program did, and writes weights.tsv, by which `pmem-tune decide --weights`
 * decides for this program.
 */
#include "profile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "atomic_file.h"
#include "bench.h"
#include "verb.h"

const char profile_help[] =
	"pmem-bench profile DIR [--out weights.tsv]\n"
	"\n"
	"Sums up what libpmem_profile.so counted into DIR (PMEM_PROFILE_DIR "
	"of\n"
	"the recorded program; scripts/profile.sh does it all) and prints "
	"it.\n"
	"\n"
	"  --out FILE   also write the weights that pmem-tune decide reads\n";

struct profile {
	struct profile_counts counts;
	uint64_t threads, processes, operations;
	char program[256]; /* of the process that did most */
	uint64_t most;
};

static uint64_t
operations_sum(const struct profile_counts *c)
{
	const uint64_t *n = &c->operations[0][0][0][0];
	uint64_t sum = 0;

	for (size_t i = 0; i < sizeof(c->operations) / sizeof(*n); i++)
		sum += n[i];
	return sum;
}

static void
counts_add(struct profile_counts *sum, const struct profile_counts *c)
{
	uint64_t *to = (uint64_t *)sum;
	const uint64_t *from = (const uint64_t *)c;

	for (size_t i = 0; i < sizeof(*c) / sizeof(*from); i++)
		to[i] += from[i];
}

/* 0, or -errno; EINVAL if it is no record. */
static int
record_read(int dir_fd, const char *name, struct profile *p)
{
	static struct profile_file file;
	uint64_t operations = 0;
	ssize_t n;
	int fd;

	fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, &file, sizeof(file));
	close(fd);
	if (n != (ssize_t)sizeof(file) || file.magic != PROFILE_MAGIC)
		return -EINVAL;
	for (int i = 0; i < PROFILE_SLOTS; i++) {
		counts_add(&p->counts, &file.slots[i]);
		operations += operations_sum(&file.slots[i]);
	}
	p->threads += file.threads;
	p->processes++;
	p->operations += operations;
	if (operations >= p->most) {
		p->most = operations;
		snprintf(
			p->program, sizeof(p->program), "%.255s", file.program);
	}
	return 0;
}

static int
records_read(const char *path, struct profile *p)
{
	static const char suffix[] = ".profile";
	struct dirent *entry;
	int err = 0;
	DIR *dir;

	dir = opendir(path);
	if (!dir)
		return verb_fail("cannot open: %s: %s", strerror(errno), path);
	while (!err && (entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);

		if (len < sizeof(suffix) ||
			strcmp(entry->d_name + len + 1 - sizeof(suffix),
				suffix) != 0)
			continue;
		err = record_read(dirfd(dir), entry->d_name, p);
		if (err)
			verb_fail("not a record: %s: %s/%s", strerror(-err),
				path, entry->d_name);
	}
	closedir(dir);
	if (!err && !p->operations)
		err = verb_fail("nothing recorded: the program called no "
				"function of libpmem.so.1: %s",
			path);
	return err ? 1 : 0;
}

static double
percent(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

static uint64_t
bucket_sum(const struct profile_counts *c, int op, int bucket)
{
	const uint64_t(*n)[DRAIN_COUNT] = c->operations[op][bucket];

	return n[0][0] + n[0][1] + n[1][0] + n[1][1];
}

static void
sizes_print(const struct profile *p)
{
	printf("%-6s %12s %12s %7s %6s %6s\n", "op", "size from", "operations",
		"share", "warm", "batch");
	for (int op = 0; op < OP_COUNT; op++) {
		for (int b = 0; b < PROFILE_BUCKETS; b++) {
			const uint64_t(
				*n)[DRAIN_COUNT] = p->counts.operations[op][b];
			uint64_t sum = bucket_sum(&p->counts, op, b);

			if (!sum)
				continue;
			printf("%-6s %12" PRIu64 " %12" PRIu64
			       " %6.2f%% %5.0f%% %5.0f%%\n",
				op_names[op], UINT64_C(1) << b, sum,
				percent(sum, p->operations),
				percent(n[1][0] + n[1][1], sum),
				percent(n[0][DRAIN_BATCH] + n[1][DRAIN_BATCH],
					sum));
		}
	}
}

static void
profile_print(const struct profile *p)
{
	const uint64_t *aligned = p->counts.aligned;

	printf("%s: %" PRIu64 " operations, %" PRIu64 " bytes, %" PRIu64
	       " drains, %" PRIu64 " msyncs in %" PRIu64 " processes, %" PRIu64
	       " threads\n",
		p->program, p->operations, p->counts.bytes, p->counts.drains,
		p->counts.msyncs, p->processes, p->threads);
	printf("destinations at a line %.0f%%, at a word %.0f%%, elsewhere "
	       "%.0f%%\n",
		percent(aligned[PROFILE_LINE], p->operations),
		percent(aligned[PROFILE_WORD], p->operations),
		percent(aligned[PROFILE_BYTE], p->operations));
	sizes_print(p);
}

/* Weights are shares of the operations. */
static void
weights_write(FILE *f, const struct profile *p)
{
	static const enum residency residencies[2] = {
		RESIDENCY_COLD, RESIDENCY_WARM};
	size_t cells = sizeof(p->counts.operations) / sizeof(uint64_t);
	const uint64_t *n = &p->counts.operations[0][0][0][0];

	fprintf(f,
		"# program\t%s\n# operations\t%" PRIu64 "\n# threads\t%" PRIu64
		"\nop\tresidency\tdrain\tsize_bucket\tweight\n",
		p->program, p->operations, p->threads);
	for (size_t i = 0; i < cells; i++) {
		size_t drain = i % DRAIN_COUNT, warm = i / DRAIN_COUNT % 2;
		size_t bucket = i / DRAIN_COUNT / 2 % PROFILE_BUCKETS;
		size_t op = i / DRAIN_COUNT / 2 / PROFILE_BUCKETS;

		if (n[i])
			fprintf(f, "%s\t%s\t%s\t%" PRIu64 "\t%.9f\n",
				op_names[op],
				residency_names[residencies[warm]],
				drain_names[drain], UINT64_C(1) << bucket,
				percent(n[i], p->operations) / 100);
	}
}

static int
weights_save(const char *path, const struct profile *p)
{
	struct atomic_file f;
	int err;

	err = atomic_file_open(&f, path);
	if (!err) {
		weights_write(f.stream, p);
		err = atomic_file_commit(&f);
	}
	if (err)
		return verb_fail("cannot write: %s: %s", strerror(-err), path);
	printf("weights: %s\n", path);
	return 0;
}

int
profile_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"out", required_argument, NULL, 'o'},
		{NULL, 0, NULL, 0},
	};
	static struct profile profile;
	const char *out = NULL;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c != 'o')
			return verb_bad_option(c, argv);
		out = optarg;
	}
	if (optind == argc)
		return verb_fail("no directory given: see pmem-bench profile "
				 "--help");
	if (verb_bad_count(argc, argv, 1))
		return 1;
	if (records_read(argv[optind], &profile))
		return 1;
	profile_print(&profile);
	return out ? weights_save(out, &profile) : 0;
}
