/*
 * error.c: the error text of each thread
 */
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "libpmem.h"
#include "trace.h"

static __thread char error_text[ERROR_TEXT_BYTES];

/* Replaces the text, cut to the buffer; returns its length. */
static size_t
text_set(const char *format, va_list args)
{
	int n = vsnprintf(error_text, sizeof(error_text), format, args);

	if (n < 0)
		return 0;
	return (size_t)n < sizeof(error_text) ? (size_t)n :
						sizeof(error_text) - 1;
}

void
error_set(const char *format, ...)
{
	int saved_errno = errno;
	va_list args;

	va_start(args, format);
	text_set(format, args);
	va_end(args);
	TRACE(1, "%s", error_text);
	errno = saved_errno;
}

int
error_invalid(const char *format, ...)
{
	int saved_errno = errno;
	va_list args;

	va_start(args, format);
	text_set(format, args);
	va_end(args);
	TRACE(1, "%s", error_text);
	errno = saved_errno;
	return -EINVAL;
}

int
error_set_errno(int errnum, const char *format, ...)
{
	char reason[128];
	va_list args;
	size_t used;

	va_start(args, format);
	used = text_set(format, args);
	va_end(args);
	/* The GNU form: returns its text, which may not be in the buffer. */
	snprintf(error_text + used, sizeof(error_text) - used, ": %s",
		strerror_r(errnum, reason, sizeof(reason)));
	TRACE(1, "%s", error_text);
	errno = errnum;
	return -errnum;
}

const char *
pmem_errormsg(void)
{
	return error_text;
}
