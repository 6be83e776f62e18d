/*
 * text.h: UTF-8 text laid out for a terminal of 80 columns
 */
#ifndef TUNE_TEXT_H
#define TUNE_TEXT_H

#include <stddef.h>
#include <stdio.h>

#define TEXT_COLUMNS 80

/* Columns that a text takes; each letter of ours takes one. */
size_t text_columns(const char *text);

/* Writes text, and blanks up to so many columns. */
void text_pad(const char *text, size_t columns, FILE *out);

/* Writes a paragraph, broken at blanks; `first` opens its first line, as many
 * blanks the others. */
void text_paragraph(const char *first, const char *text, FILE *out);

/* A line with a rule under it, set off from what stands before. */
void text_heading(const char *text, FILE *out);

#endif
