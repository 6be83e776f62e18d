/*
 * complain.c: see complain.h
 */
#include "complain.h"

#include <errno.h>
#include <stdarg.h>

int
complain(char error[PROVENANCE_ERROR_BYTES], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, PROVENANCE_ERROR_BYTES, format, args);
	va_end(args);
	return -EINVAL;
}
