/*
 * settings.h: environment variables of a case, as one text
 */
#ifndef LIBPMEM_TEST_SETTINGS_H
#define LIBPMEM_TEST_SETTINGS_H

/* Sets each variable of "NAME=VALUE,NAME=VALUE"; "" sets none. */
void settings_put(const char *settings);

#endif
