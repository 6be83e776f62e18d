/*
 * trace.h: trace points of the debug library
 *
 * The ordinary library has none: its TRACE checks the arguments' types and
 * compiles to nothing. In the debug library a line is written if its level is
 * at most PMEM_LOG_LEVEL:
 *
 *   1  errors (the texts of pmem_errormsg), ignored environment values, and at
 *      load the policy, the domain and why
 *   2  what maps, unmaps and syncs
 *   3  every other call that is not a copy or a flush
 *   4  copies, flushes, drains and what happens inside
 *
 * Lines go to PMEM_LOG_FILE, or to stderr, each by one write, so that lines of
 * threads do not mix. errno is kept.
 */
#ifndef LIBPMEM_TRACE_H
#define LIBPMEM_TRACE_H

#ifdef PMEM_DEBUG
#define TRACE_LEVEL trace_level
#else
#define TRACE_LEVEL 0
#endif

#define TRACE(level, ...) \
	do { \
		if ((level) <= TRACE_LEVEL) \
			trace_line((level), __FILE__, __LINE__, __func__, \
				__VA_ARGS__); \
	} while (0)

/* PMEM_LOG_LEVEL; set before any other constructor of the library runs. */
extern int trace_level;

__attribute__((format(printf, 5, 6))) void trace_line(int level,
	const char *file, int line, const char *function, const char *format,
	...);

#endif
