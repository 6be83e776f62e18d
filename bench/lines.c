/*
 * lines.c: see lines.h
 */
#include "lines.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

static void
trouble_tell(struct lines *l, int err)
{
	l->err = -err;
	snprintf(l->error, PROVENANCE_ERROR_BYTES, "%s", strerror(err));
}

void
lines_open(
	struct lines *l, const char *path, char error[PROVENANCE_ERROR_BYTES])
{
	*l = (struct lines){.error = error, .file = fopen(path, "re")};
	if (!l->file)
		trouble_tell(l, errno);
}

bool
lines_next(struct lines *l)
{
	ssize_t len;

	if (l->err)
		return false;
	errno = 0;
	len = getline(&l->text, &l->room, l->file);
	l->torn = len > 0 && l->text[len - 1] != '\n';
	/* No end of file where a line, or its newline, is missing. */
	if ((len < 0 || l->torn) && !feof(l->file)) {
		trouble_tell(l, errno ? errno : EIO);
		return false;
	}
	if (len < 0)
		return false;
	l->number++;
	l->len = (size_t)len - !l->torn;
	l->text[l->len] = '\0';
	return true;
}

int
lines_control(const struct lines *l)
{
	for (size_t i = 0; i < l->len; i++) {
		unsigned char byte = (unsigned char)l->text[i];

		if ((byte < ' ' && byte != '\t') || byte == 0x7f)
			return byte;
	}
	return -1;
}

int
lines_fail(struct lines *l, const char *format, ...)
{
	int n = snprintf(
		l->error, PROVENANCE_ERROR_BYTES, "line %zu: ", l->number);
	va_list args;

	va_start(args, format);
	vsnprintf(
		l->error + n, PROVENANCE_ERROR_BYTES - (size_t)n, format, args);
	va_end(args);
	l->err = -EINVAL;
	return l->err;
}

void
lines_judge(struct lines *l, const char *what)
{
	if (what && !l->err)
		lines_fail(l, "%s", what);
}

void
lines_judge_end(struct lines *l, const char *what)
{
	l->number++;
	lines_judge(l, what);
}

int
lines_close(struct lines *l)
{
	free(l->text);
	if (l->file)
		fclose(l->file);
	return l->err;
}
