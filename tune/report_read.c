/*
 * report_read.c: a run's folder into memory
 */
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct folder {
	const char *dir;
	bool partial; /* what a report needs may be missing */
	char path[4096]; /* of the file being read */
	char *error;
};

static int
folder_file(struct folder *f, const char *name)
{
	int n = snprintf(f->path, sizeof(f->path), "%s/%s", f->dir, name);

	if (n > 0 && (size_t)n < sizeof(f->path))
		return 0;
	snprintf(f->error, REPORT_ERROR_BYTES, "report: path too long: %.200s",
		f->dir);
	return -ENAMETOOLONG;
}

static bool
is_missing(const struct folder *f)
{
	return access(f->path, F_OK) != 0 && errno == ENOENT;
}

static int
complain(struct folder *f, int err, const char *why)
{
	snprintf(f->error, REPORT_ERROR_BYTES, "report: %s: %.300s", why,
		f->path);
	return err;
}

static int
platform_read(struct report *r, struct folder *f)
{
	char why[PROVENANCE_ERROR_BYTES];
	int err = folder_file(f, "platform.tsv");

	if (err || (f->partial && is_missing(f)))
		return err;
	err = provenance_read(&r->platform, f->path, MEASUREMENT_SCHEMA, why);
	return err ? complain(f, err, why) : 0;
}

static int
all_measurements_read(struct report *r, struct folder *f)
{
	char why[PROVENANCE_ERROR_BYTES];
	int err = folder_file(f, "measurements.tsv");

	if (err || (f->partial && is_missing(f)))
		return err;
	err = measurements_read(
		&r->measurements, f->path, MEASUREMENT_STRICT, why);
	return err ? complain(f, err, why) : 0;
}

static int
all_decisions_read(struct report *r, struct folder *f)
{
	char why[PROVENANCE_ERROR_BYTES];
	int err = folder_file(f, "decisions.tsv");

	if (err || is_missing(f))
		return err;
	err = decision_list_read(&r->decisions, f->path, why);
	return err ? complain(f, err, why) : 0;
}

static int
all_comparisons_read(struct report *r, struct folder *f)
{
	char why[PROVENANCE_ERROR_BYTES];
	int err = folder_file(f, "compare.tsv");

	if (err || is_missing(f))
		return err;
	err = comparisons_read(&r->comparisons, f->path, why);
	return err ? complain(f, err, why) : 0;
}

static int
all_reached_read(struct report *r, struct folder *f)
{
	char why[PROVENANCE_ERROR_BYTES];
	int err = folder_file(f, "goals.tsv");

	if (err || is_missing(f))
		return err;
	err = reached_read(&r->reached, f->path, why);
	return err ? complain(f, err, why) : 0;
}

static int
all_counts_read(struct report *r, struct folder *f)
{
	char why[PROVENANCE_ERROR_BYTES];
	int err = folder_file(f, "counters.tsv");

	if (err || is_missing(f))
		return err;
	err = counts_read(&r->counts, f->path, why);
	return err ? complain(f, err, why) : 0;
}

static int
weights_file_read(struct report *r, struct folder *f)
{
	char why[PROVENANCE_ERROR_BYTES];
	int err = folder_file(f, "weights.tsv");

	if (err || is_missing(f))
		return err;
	err = program_read(&r->program, f->path, &r->measurements, why);
	return err ? complain(f, err, why) : 0;
}

static int
header_read(struct report *r, struct folder *f)
{
	int err = folder_file(f, "pmem_tuned.h");
	size_t room = 0;
	ssize_t len;
	FILE *file;

	if (err || is_missing(f))
		return err;
	file = fopen(f->path, "re");
	if (!file)
		return complain(f, -errno, strerror(errno));
	/* No NUL stands in a header, so this is all of it. */
	len = getdelim(&r->header, &room, '\0', file);
	if (len < 0 && ferror(file))
		err = complain(f, -EIO, strerror(errno));
	else if (len < 0)
		err = complain(f, -EINVAL, "the file is empty");
	fclose(file);
	return err;
}

int
report_read_files(struct report *r, const char *dir, bool partial,
	char error[REPORT_ERROR_BYTES])
{
	struct folder f = {.dir = dir, .partial = partial, .error = error};
	int err = platform_read(r, &f);

	if (!err)
		err = all_measurements_read(r, &f);
	if (!err)
		err = all_decisions_read(r, &f);
	if (!err)
		err = all_comparisons_read(r, &f);
	if (!err)
		err = all_reached_read(r, &f);
	if (!err)
		err = all_counts_read(r, &f);
	if (!err)
		err = weights_file_read(r, &f);
	if (!err)
		err = header_read(r, &f);
	if (err)
		report_free(r);
	return err;
}

int
report_read(struct report *r, const char *dir, char error[REPORT_ERROR_BYTES])
{
	int err = report_read_files(r, dir, false, error);

	if (err)
		return err;
	err = figures_make(
		&r->figures, &r->measurements, &r->decisions, &r->comparisons);
	if (!err)
		err = report_judge(r);
	if (err) {
		snprintf(error, REPORT_ERROR_BYTES, "report: out of memory");
		report_free(r);
	}
	return err;
}

void
report_free(struct report *r)
{
	figures_free(&r->figures);
	provenance_free(&r->platform);
	measurements_free(&r->measurements);
	decision_list_free(&r->decisions);
	comparisons_free(&r->comparisons);
	reached_free(&r->reached);
	program_free(&r->program);
	counts_free(&r->counts);
	free(r->header);
	free(r->verdict[0]);
	free(r->verdict[1]);
	for (size_t i = 0; i < r->notice_count; i++)
		free(r->notices[i].text);
	free(r->notices);
	*r = (struct report){0};
}

const char *
report_find(const struct report *r, const char *key)
{
	const char *value = provenance_find(&r->platform, key);

	return value ? value :
		       provenance_find(&r->measurements.provenance, key);
}

const char *
report_fact(const struct report *r, const char *key)
{
	const char *value = report_find(r, key);

	return value ? value : "unknown";
}
