/*
 * plot_script.c: a figure as gnuplot's input
 *
 * Parameters and points, then the common script and that of the kind of plot.
 * Names out of data files stand in single quotes there, with what could end or
 * evade them replaced.
 */
#include "plot.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "embed.h"
#include "format.h"

#define STYLE_GREY 5

/* Ratios beyond it leave the plot. */
#define RATIO_MOST 8.0

/* One letter of a name at 13 pixels, of a picture 440 pixels wide. */
#define LETTER_WIDTH (7.4 / 440)

/* Height of a line of text by that of the plot. */
#define LETTER_HEIGHT 0.072

struct range {
	double min, max;
};

static void
range_add(struct range *r, double low, double high)
{
	r->min = fmin(r->min, low);
	r->max = fmax(r->max, high);
}

/* Ratios are shown around 1. */
static bool
is_ratio(const struct figure *f)
{
	return f->kind == FIGURE_CROSSOVER || f->kind == FIGURE_GAIN;
}

static struct range
value_range(const struct figure *f)
{
	struct range r = {INFINITY, 0};
	double pad;

	if (is_ratio(f))
		range_add(&r, 1 / 1.15, 1.15);
	for (size_t i = 0; i < f->series_count; i++) {
		const struct series *s = &f->series[i];

		for (size_t j = 0; j < s->count && !figure_is_floor(f, i); j++)
			range_add(&r, s->points[j].lo, s->points[j].hi);
	}
	/* One outlier would press all else flat; the numbers still have it. */
	if (is_ratio(f)) {
		r.min = fmax(r.min, 1 / RATIO_MOST);
		r.max = fmin(r.max, RATIO_MOST);
	}
	/* A twelfth of the height each, for the words there. */
	pad = pow(r.max / r.min, 1.0 / 12);
	return (struct range){r.min / fmax(pad, 1.01), r.max * fmax(pad, 1.01)};
}

static struct range
size_range(const struct figure *f)
{
	struct range r = {INFINITY, 0};

	for (size_t i = 0; i < f->series_count; i++) {
		const struct series *s = &f->series[i];

		range_add(&r, (double)s->points[0].size_bytes,
			(double)s->points[s->count - 1].size_bytes);
	}
	if (r.min == r.max)
		return (struct range){r.min / 2, r.max * 2};
	return r;
}

/* Heights of the names: beside the lines' ends, moved apart where they would
 * cover each other. */
static void
place_names(const struct figure *f, const struct range *y, double *place)
{
	size_t order[FIGURE_SERIES_MAX] = {0};
	double top = 1, bottom = 0.03;

	for (size_t i = 0; i < f->series_count; i++) {
		const struct series *s = &f->series[i];
		double last = s->points[s->count - 1].mid;
		size_t j = i;

		place[i] = fmax(
			bottom, log(last / y->min) / log(y->max / y->min));
		for (; j > 0 && place[order[j - 1]] > place[i]; j--)
			order[j] = order[j - 1];
		order[j] = i;
	}
	for (size_t j = 1; j < f->series_count; j++)
		place[order[j]] = fmax(
			place[order[j]], place[order[j - 1]] + LETTER_HEIGHT);
	for (size_t j = f->series_count; j-- > 0;) {
		place[order[j]] = fmin(place[order[j]], top);
		top = place[order[j]] - LETTER_HEIGHT;
	}
}

/* A colour belongs to what it shows, also where a neighbour is missing. */
static int
style_of(const struct figure *f, size_t i)
{
	const char *label = f->series[i].label;

	switch (f->kind) {
	case FIGURE_FLUSH:
		return strcmp(label, "none") == 0 ? STYLE_GREY :
						    1 + flush_find(label);
	case FIGURE_CROSSOVER:
		return 1 + residency_find(label);
	case FIGURE_GAIN:
		if (comparison_label_is_control(label))
			return STYLE_GREY;
		break;
	case FIGURE_THROUGHPUT:
		break;
	}
	return (int)(i % 4) + 1;
}

static void
quote(const char *text, FILE *out)
{
	putc('\'', out);
	for (; *text; text++)
		putc(strchr("'`\\@", *text) ? '_' : *text, out);
	putc('\'', out);
}

static void
arrays_write(const struct figure *f, const struct range *y, FILE *out)
{
	size_t n = f->series_count, longest = 0;
	double place[FIGURE_SERIES_MAX];

	place_names(f, y, place);
	fprintf(out,
		"n = %zu\narray label[n]\narray place[n]\narray style[n]\n", n);
	for (size_t i = 0; i < n; i++) {
		const char *label = f->series[i].label;

		fprintf(out, "label[%zu] = ", i + 1);
		quote(label, out);
		fprintf(out, "\nplace[%zu] = %.4f\nstyle[%zu] = %d\n", i + 1,
			place[i], i + 1, style_of(f, i));
		if (strlen(label) > longest)
			longest = strlen(label);
	}
	fprintf(out, "label_width = %.4f\n",
		fmin(0.45, ((double)longest + 2.5) * LETTER_WIDTH));
}

static void
parameters_write(const struct figure *f, FILE *out)
{
	struct range x = size_range(f), y = value_range(f);
	bool shown = f->marked && f->mark_bytes != SIZE_MAX &&
		     (double)f->mark_bytes >= x.min &&
		     (double)f->mark_bytes <= x.max;

	fprintf(out, "xmin = %.17g\nxmax = %.17g\nymin = %.17g\nymax = %.17g\n",
		x.min, x.max, y.min, y.max);
	fprintf(out, "mark = %zu\n", shown ? f->mark_bytes : 0);
	fprintf(out, "mark_lo = %.17g\nmark_hi = %.17g\nmark_label = '",
		fmin(fmax((double)f->mark_lo_bytes, x.min), x.max),
		fmin((double)f->mark_hi_bytes, x.max));
	if (f->marked)
		fprintf(out, "stream %s", format_from(f->mark_bytes).text);
	fprintf(out, "'\nunit = '%s'\n",
		f->kind == FIGURE_FLUSH ? "ns" : "GB/s");
	fprintf(out, "direction = '%s'\n",
		f->kind == FIGURE_CROSSOVER ?
			"← cached faster    stream faster →" :
			"← slower    faster →");
	arrays_write(f, &y, out);
}

void
plot_script_write(const struct figure *f, FILE *out)
{
	fprintf(out, "$points << END\n");
	for (size_t i = 0; i < f->series_count; i++) {
		const struct series *s = &f->series[i];

		for (size_t j = 0; j < s->count; j++)
			fprintf(out, "%zu %.17g %.17g %.17g\n",
				s->points[j].size_bytes, s->points[j].mid,
				s->points[j].lo, s->points[j].hi);
		fprintf(out, "\n\n");
	}
	fprintf(out, "END\n");
	parameters_write(f, out);
	fputs(embed_common_gp, out);
	fputs(is_ratio(f) ? embed_ratio_gp : embed_amount_gp, out);
}
