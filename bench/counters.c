/*
 * counters.c: what both implementations of counters.h share
 */
#include "counters.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *const counter_names[COUNTER_COUNT] = {
	[COUNTER_CYCLES] = "cycles",
	[COUNTER_INSTRUCTIONS] = "instructions",
	[COUNTER_CACHE_MISSES] = "cache_misses",
};

/* Appends to a text; what does not fit is cut. */
__attribute__((format(printf, 2, 3))) static void
append(char text[COUNTERS_TEXT_BYTES], const char *format, ...)
{
	size_t used = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + used, COUNTERS_TEXT_BYTES - used, format, args);
	va_end(args);
}

void
counters_lack(struct counters *c, const char *what, const char *why)
{
	append(c->reason, "%s%s: %s", c->reason[0] ? "; " : "", what, why);
}

void
counters_describe(const struct counters *c, char text[COUNTERS_TEXT_BYTES])
{
	text[0] = '\0';
	for (int i = 0; i < COUNTER_COUNT; i++) {
		if (c->events[i])
			append(text, "%s%s: %s", text[0] ? ", " : "",
				counter_names[i], c->events[i]);
	}
	if (c->reason[0])
		append(text, "%s%s", text[0] ? "; " : "unknown: ", c->reason);
}
