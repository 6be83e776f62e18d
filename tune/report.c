/*
 * report.c: the verb "report" of pmem-tune
 *
 * All plots are drawn before the first file is written, and the page, which
 * refers to none of them, is written last: a failure leaves an older report as
 * it was.
 */
#include "report.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "atomic_file.h"
#include "plot.h"
#include "registry.h"
#include "tune.h"
#include "verb.h"

const char report_help[] =
	"pmem-tune report [--text|--summary|--goals] DIR\n"
	"pmem-tune report [--text] REGISTRY\n"
	"\n"
	"Reads platform.tsv and measurements.tsv of a run's folder DIR and, "
	"as\n"
	"far as there, decisions.tsv, compare.tsv and pmem_tuned.h. Writes\n"
	"DIR/report.html, which needs nothing else and no network, and the\n"
	"plots as DIR/*.svg (gnuplot).\n"
	"\n"
	"Of a REGISTRY (results/: PLATFORM/TIME/...), draws the newest run of\n"
	"each platform side by side, with what each loses with the decisions\n"
	"of each other, as REGISTRY/report.html.\n"
	"\n"
	"  --text      print the essentials to the terminal instead\n"
	"  --summary   print verdict, decisions and gains alone\n"
	"  --goals     print goals alone, and what is in the way of those not "
	"met\n"
	"\n"
	"Exit status: 0 done, refused rows included; 1 error.\n";

static void
svgs_free(char **svgs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(svgs[i]);
	free(svgs);
}

/* Draws every figure. NULL after a message. */
static char **
svgs_draw(const struct report *r)
{
	char **svgs = calloc(r->figures.count + 1, sizeof(*svgs));
	char error[PLOT_ERROR_BYTES];

	if (!svgs) {
		verb_fail("plots: out of memory");
		return NULL;
	}
	for (size_t i = 0; i < r->figures.count; i++) {
		const struct figure *f = &r->figures.items[i];

		if (plot_draw(f, &svgs[i], error)) {
			verb_fail("%s: %s.svg", error, f->id);
			svgs_free(svgs, r->figures.count);
			return NULL;
		}
	}
	return svgs;
}

static int
output_open(struct atomic_file *f, const char *dir, const char *name,
	const char *suffix, char **path)
{
	int err = asprintf(path, "%s/%s%s", dir, name, suffix) < 0 ? -ENOMEM :
								     0;

	if (err) {
		verb_fail("report: out of memory");
		return err;
	}
	err = atomic_file_open(f, *path);
	if (err) {
		verb_fail("report: %s: %s", strerror(-err), *path);
		free(*path);
	}
	return err;
}

static int
output_commit(struct atomic_file *f, char *path)
{
	int err = atomic_file_commit(f);

	if (err)
		verb_fail("report: %s: %s", strerror(-err), path);
	free(path);
	return err;
}

static int
plots_write(const struct report *r, char *const *svgs, const char *dir)
{
	struct atomic_file f;
	char *path;
	int err = 0;

	for (size_t i = 0; !err && i < r->figures.count; i++) {
		err = output_open(
			&f, dir, r->figures.items[i].id, ".svg", &path);
		if (err)
			break;
		plot_write_file(svgs[i], f.stream);
		err = output_commit(&f, path);
	}
	return err;
}

/* The page is opened first, so that where it cannot be nothing is written, and
 * put in place last. */
static int
outputs_write(const struct report *r, char *const *svgs, const char *dir)
{
	struct atomic_file f;
	char *path;
	int err = output_open(&f, dir, "report", ".html", &path);

	if (err)
		return err;
	report_html(r, svgs, f.stream);
	err = plots_write(r, svgs, dir);
	if (!err)
		return output_commit(&f, path);
	atomic_file_abort(&f);
	free(path);
	return err;
}

static int
page_write(const struct report *r, const char *dir)
{
	char **svgs = svgs_draw(r);
	int err;

	if (!svgs)
		return -EIO;
	err = outputs_write(r, svgs, dir);
	svgs_free(svgs, r->figures.count);
	if (!err)
		printf("%s/report.html\n", dir);
	return err;
}

/* 'p' a page, 't' text, 's' a summary, 'g' goals. */
static int
run_report(const char *dir, int view)
{
	char error[REPORT_ERROR_BYTES];
	struct report r = {0};
	int err = 0;

	if (report_read(&r, dir, error))
		return verb_fail("%s", error);
	if (view == 't')
		report_text(&r, stdout);
	else if (view == 's')
		report_summary(&r, stdout);
	else if (view == 'g' && r.reached.count == 0)
		printf("Goals: not measured: there is no goals.tsv: %s\n", dir);
	else if (view == 'g')
		report_goals(&r, stdout);
	else
		err = page_write(&r, dir);
	report_free(&r);
	return err ? 1 : 0;
}

static int
registry_page_write(const struct registry *g, const char *dir)
{
	struct atomic_file f;
	char *path;
	int err = output_open(&f, dir, "report", ".html", &path);

	if (err)
		return err;
	registry_html(g, f.stream);
	err = output_commit(&f, path);
	if (!err)
		printf("%s/report.html\n", dir);
	return err;
}

static int
registry_report(const char *dir, int view)
{
	char error[REPORT_ERROR_BYTES];
	struct registry g = {0};
	int err = 0;

	if (registry_read(&g, dir, error))
		return verb_fail("%s", error);
	if (view == 'p')
		err = registry_page_write(&g, dir);
	else
		registry_text(&g, stdout);
	registry_free(&g);
	return err ? 1 : 0;
}

/* A folder of folders, none of whose files are a run's. */
static bool
is_registry(const char *dir)
{
	static const char *const files[] = {"platform.tsv", "measurements.tsv"};
	char path[4096];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		if (access(path, F_OK) == 0)
			return false;
	}
	return true;
}

int
report_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"text", no_argument, NULL, 't'},
		{"summary", no_argument, NULL, 's'},
		{"goals", no_argument, NULL, 'g'},
		{0},
	};
	int c, view = 'p';

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c == '?' || c == ':')
			return verb_bad_option(c, argv);
		view = c;
	}
	if (verb_bad_count(argc, argv, 1))
		return 1;
	if (is_registry(argv[optind]))
		return registry_report(argv[optind], view);
	return run_report(argv[optind], view);
}
