/*
 * error.c: the error text of each thread, and the version check
 */
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "libpmem.h"

static __thread char error_text[ERROR_TEXT_BYTES];

/* Appends to the text at used, cut to the buffer; returns the new length. */
static size_t
append(size_t used, const char *format, va_list args)
{
	int n = vsnprintf(error_text + used, sizeof(error_text) - used, format,
		args);

	if (n < 0)
		return used;
	used += (size_t)n;
	return used < sizeof(error_text) ? used : sizeof(error_text) - 1;
}

void
error_set(const char *format, ...)
{
	int saved_errno = errno;
	va_list args;

	va_start(args, format);
	append(0, format, args);
	va_end(args);
	errno = saved_errno;
}

void
error_set_errno(int errnum, const char *format, ...)
{
	char reason[128];
	va_list args;
	size_t used;

	va_start(args, format);
	used = append(0, format, args);
	va_end(args);
	/* The GNU form: returns its text, which may not be in the buffer. */
	snprintf(error_text + used, sizeof(error_text) - used, ": %s",
		strerror_r(errnum, reason, sizeof(reason)));
	errno = errnum;
}

const char *
pmem_errormsg(void)
{
	return error_text;
}
