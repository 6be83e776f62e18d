/*
 * html.c: see html.h
 */
#include "html.h"

void
html_text(const char *text, FILE *out)
{
	for (; *text; text++) {
		switch (*text) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			putc(*text, out);
		}
	}
}

void
html_element(
	const char *element, const char *class, const char *text, FILE *out)
{
	if (class)
		fprintf(out, "<%s class=\"%s\">", element, class);
	else
		fprintf(out, "<%s>", element);
	html_text(text, out);
	fprintf(out, "</%s>", element);
}
