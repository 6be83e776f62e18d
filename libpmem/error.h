/*
 * error.h: the text that pmem_errormsg returns
 *
 * One buffer a thread, never cleared. Setting a message keeps errno, allocates
 * nothing, and cuts what does not fit.
 */
#ifndef LIBPMEM_ERROR_H
#define LIBPMEM_ERROR_H

/* Room for two paths of PATH_MAX, which is 4096 in Linux, less the frame. */
#define ERROR_TEXT_BYTES 8192

/* Sets the calling thread's message to the formatted text. Traced at level 1
 * in the debug build. */
__attribute__((format(printf, 1, 2))) void error_set(const char *format, ...);

/* The same for an argument that is refused; returns -EINVAL. */
__attribute__((format(printf, 1, 2))) int error_invalid(
	const char *format, ...);

/* The same, followed by ": " and the description of errnum (positive). Also
 * sets errno to errnum. Returns -errnum. */
__attribute__((format(printf, 2, 3))) int error_set_errno(
	int errnum, const char *format, ...);

#endif
