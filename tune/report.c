/*
 * report.c: the verb "report" of pmem-tune
 *
 * All plots are drawn before the first file is written, and the page, which
 * refers to none of them, is written last: a failure leaves an older report as
 * it was.
 */
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "atomic_file.h"
#include "plot.h"

static const char usage[] =
	"usage: pmem-tune report [--text] DIR\n"
	"\n"
	"Reads platform.tsv and measurements.tsv of a run's folder DIR and, "
	"as\n"
	"far as there, decisions.tsv, compare.tsv and pmem_tuned.h. Writes\n"
	"DIR/report.html, which needs nothing else and no network, and the\n"
	"plots as DIR/*.svg (gnuplot).\n"
	"\n"
	"  --text   print the essentials to the terminal instead\n";

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
		fprintf(stderr, "report: out of memory\n");
		return NULL;
	}
	for (size_t i = 0; i < r->figures.count; i++) {
		const struct figure *f = &r->figures.items[i];

		if (plot_draw(f, &svgs[i], error)) {
			fprintf(stderr, "report: %s: plot %s\n", error, f->id);
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
		fprintf(stderr, "report: out of memory\n");
		return err;
	}
	err = atomic_file_open(f, *path);
	if (err) {
		fprintf(stderr, "report: %s: %s\n", strerror(-err), *path);
		free(*path);
	}
	return err;
}

static int
output_commit(struct atomic_file *f, char *path)
{
	int err = atomic_file_commit(f);

	if (err)
		fprintf(stderr, "report: %s: %s\n", strerror(-err), path);
	free(path);
	return err;
}

static int
outputs_write(const struct report *r, char *const *svgs, const char *dir)
{
	struct atomic_file f;
	char *path;
	int err = 0;

	for (size_t i = 0; !err && i < r->figures.count; i++) {
		err = output_open(
			&f, dir, r->figures.items[i].id, ".svg", &path);
		if (err)
			return err;
		plot_write_file(svgs[i], f.stream);
		err = output_commit(&f, path);
	}
	if (err)
		return err;
	err = output_open(&f, dir, "report", ".html", &path);
	if (err)
		return err;
	report_html(r, svgs, f.stream);
	return output_commit(&f, path);
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

int
report_main(int argc, char **argv)
{
	bool text = argc > 1 && strcmp(argv[1], "--text") == 0;
	const char *dir = argc == 2 + text ? argv[1 + text] : NULL;
	char error[REPORT_ERROR_BYTES];
	struct report r = {0};
	int err = 0;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(usage, stdout);
		return 0;
	}
	if (!dir || dir[0] == '-') {
		fputs(usage, stderr);
		return 1;
	}
	if (report_read(&r, dir, error)) {
		fprintf(stderr, "%s\n", error);
		return 1;
	}
	if (text)
		report_text(&r, stdout);
	else
		err = page_write(&r, dir);
	report_free(&r);
	return err || fflush(stdout) ? 1 : 0;
}
