/*
 * plot.h: figures drawn by gnuplot
 */
#ifndef TUNE_PLOT_H
#define TUNE_PLOT_H

#include <stdio.h>

#include "figure.h"

#define PLOT_ERROR_BYTES 200

/* Draws a figure; *svg is gnuplot's text, freed by the caller. 0, or a
 * negative errno with one line in error: "gnuplot: why". */
int plot_draw(const struct figure *f, char **svg, char error[PLOT_ERROR_BYTES]);

/* Writes gnuplot's input for a figure; errors are left in the stream. */
void plot_script_write(const struct figure *f, FILE *out);

/* Writes the drawing as a file of its own: with the style sheet inside. */
void plot_write_file(const char *svg, FILE *out);

/* Writes the drawing as an element of a page, which has the style sheet. The
 * marker shapes that all drawings share are written where `shapes` says so:
 * once a page. */
void plot_write_inline(
	const struct figure *f, const char *svg, bool shapes, FILE *out);

#endif
