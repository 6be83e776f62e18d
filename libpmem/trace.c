/*
 * trace.c: writing trace lines; part of the debug library only
 */
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "env.h"
#include "error.h"
#include "libpmem.h"

int trace_level;

static int trace_fd = STDERR_FILENO;

/* "<libpmem>: <LEVEL> [file:LINE function] " around a whole error text. */
#define LINE_TEXT_BYTES (ERROR_TEXT_BYTES + 256)

void
trace_line(int level, const char *file, int line, const char *function,
	const char *format, ...)
{
	int saved_errno = errno;
	const char *slash = strrchr(file, '/');
	char text[LINE_TEXT_BYTES];
	size_t used;
	va_list args;

	snprintf(text, sizeof(text), "<libpmem>: <%d> [%s:%d %s] ", level,
		slash ? slash + 1 : file, line, function);
	used = strlen(text);
	va_start(args, format);
	vsnprintf(text + used, sizeof(text) - used - 1, format, args);
	va_end(args);
	used = strlen(text);
	text[used++] = '\n';
	/* A log that cannot be written must not fail the call it describes. */
	if (write(trace_fd, text, used) < 0)
		trace_level = 0;
	errno = saved_errno;
}

/* Opens the log file; a name that ends in "-" gets the PID appended. */
static void
file_open(const char *name)
{
	char path[PATH_MAX], pid[16] = "";
	int fd = -1;

	if (name[strlen(name) - 1] == '-')
		snprintf(pid, sizeof(pid), "%d", (int)getpid());
	/* What was cut would be the name of another file. */
	if (snprintf(path, sizeof(path), "%s%s", name, pid) >= PATH_MAX)
		errno = ENAMETOOLONG;
	else
		fd = open(path,
			O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC,
			0666);
	if (fd >= 0) {
		trace_fd = fd;
		return;
	}
	error_set_errno(errno, "PMEM_LOG_FILE=%s", name);
	dprintf(STDERR_FILENO, "<libpmem>: %s\n", pmem_errormsg());
}

/* The first priority that is free for programs: before all constructors that
 * have something to trace. */
__attribute__((constructor(101))) static void
trace_open(void)
{
	int saved_errno = errno;
	const char *name = env_log_file();

	if (name && *name)
		file_open(name);
	trace_level = env_log_level();
	errno = saved_errno;
}

__attribute__((destructor)) static void
trace_close(void)
{
	if (trace_fd == STDERR_FILENO)
		return;
	trace_level = 0;
	close(trace_fd);
	trace_fd = STDERR_FILENO;
}
