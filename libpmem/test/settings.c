/*
 * settings.c: environment variables of a case
 */
#include "settings.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

void
settings_put(const char *settings)
{
	char *copy = strdup(settings), *rest = copy, *one;

	CHECK(copy, "no memory");
	while ((one = strsep(&rest, ","))) {
		char *value = strchr(one, '=');

		if (!value)
			continue;
		*value++ = '\0';
		CHECK(!setenv(one, value, 1), "no memory");
	}
	free(copy);
}
