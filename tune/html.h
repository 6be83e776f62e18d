/*
 * html.h: text from files on a page
 */
#ifndef TUNE_HTML_H
#define TUNE_HTML_H

#include <stdio.h>

/* Writes text with <, >, &, " and ' made harmless, for element and attribute
 * alike. Everything that comes out of a file goes through here. */
void html_text(const char *text, FILE *out);

/* An element around text: html_element("td", "num", "1.5 KiB", out). A class
 * of NULL is none. */
void html_element(
	const char *element, const char *class, const char *text, FILE *out);

#endif
