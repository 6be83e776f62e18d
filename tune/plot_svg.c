/*
 * plot_svg.c: gnuplot's drawing as a file, and as an element of a page
 *
 * gnuplot writes one element or attribute group a line. On a page, ids must be
 * unique and a <title> would show as a tip, so these lines are replaced.
 */
#include "plot.h"

#include <string.h>

#include "embed.h"
#include "html.h"

/* Where the content of the svg element begins. */
static const char *
content_of(const char *svg)
{
	const char *element = strstr(svg, "<svg");
	const char *end = element ? strchr(element, '>') : NULL;

	return end ? end + 1 : svg + strlen(svg);
}

void
plot_write_file(const char *svg, FILE *out)
{
	const char *content = content_of(svg);

	fwrite(svg, 1, (size_t)(content - svg), out);
	fprintf(out, "\n<style>\n%s</style>\n", embed_plot_css);
	fputs(content, out);
}

static bool
begins(const char *line, const char *with)
{
	line += strspn(line, " \t");
	return strncmp(line, with, strlen(with)) == 0;
}

void
plot_write_inline(
	const struct figure *f, const char *svg, bool shapes, FILE *out)
{
	const char *line = content_of(svg), *end;
	bool skipping = false;

	fprintf(out,
		"<svg class=\"plot\" id=\"plot-%s\" viewBox=\"0 0 440 280\" "
		"role=\"img\" aria-label=\"",
		f->id);
	html_text(f->title, out);
	fprintf(out, "\">\n");
	for (; (end = strchr(line, '\n')); line = end + 1) {
		if (begins(line, "</svg>"))
			break;
		skipping |= begins(line, "<defs>") && !shapes;
		if (begins(line, "<g id="))
			fprintf(out, "<g>\n");
		else if (!skipping && !begins(line, "<title>") &&
			 !begins(line, "<desc>"))
			fwrite(line, 1, (size_t)(end + 1 - line), out);
		skipping &= !begins(line, "</defs>");
	}
	fprintf(out, "</svg>\n");
}
