/*
 * text.c: see text.h
 */
#include "text.h"

#include <string.h>

size_t
text_columns(const char *text)
{
	size_t columns = 0;

	for (; *text; text++)
		columns += (*text & 0xc0) != 0x80;
	return columns;
}

void
text_pad(const char *text, size_t columns, FILE *out)
{
	fputs(text, out);
	for (size_t n = text_columns(text); n < columns; n++)
		putc(' ', out);
}

/* Where the next line of a text ends: at a blank, or where it must. */
static size_t
line_bytes(const char *text, size_t room)
{
	size_t columns = 0, at = 0, blank = 0;

	for (; text[at] && columns <= room; at++) {
		if (text[at] == ' ')
			blank = at;
		columns += (text[at + 1] & 0xc0) != 0x80;
	}
	if (!text[at] && columns <= room)
		return at;
	return blank ? blank : at;
}

void
text_paragraph(const char *first, const char *text, FILE *out)
{
	size_t indent = text_columns(first);

	fputs(first, out);
	while (*text) {
		size_t bytes = line_bytes(text, TEXT_COLUMNS - indent);

		fprintf(out, "%.*s\n", (int)bytes, text);
		text += bytes;
		text += strspn(text, " ");
		if (*text)
			fprintf(out, "%*s", (int)indent, "");
	}
}

void
text_heading(const char *text, FILE *out)
{
	fprintf(out, "\n%s\n", text);
	for (size_t i = text_columns(text); i > 0; i--)
		fputs("─", out);
	putc('\n', out);
}
