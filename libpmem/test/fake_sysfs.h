/*
 * fake_sysfs.h: a /sys of the test's own
 *
 * For programs linked with --wrap=open,--wrap=opendir: what the library opens
 * below /sys is looked for in a directory that this process makes and removes.
 */
#ifndef LIBPMEM_TEST_FAKE_SYSFS_H
#define LIBPMEM_TEST_FAKE_SYSFS_H

/* Makes a file at a path that begins with /sys, and the directories above. */
void fake_sysfs_put(const char *path, const char *text);

/* Empties it; then not even /sys exists. */
void fake_sysfs_clear(void);

#endif
