/*
 * mock.h: a system under control: calls that fail on demand, and devices that
 * are not there
 *
 * A mock. The linker leads the system calls of the library and of the test
 * through here (mock_calls in CMakeLists.txt); unless told otherwise they do
 * what they always do. While a failure is due, opening a descriptor that is not
 * close-on-exec ends the test.
 */
#ifndef LIBPMEM_TEST_MOCK_H
#define LIBPMEM_TEST_MOCK_H

#include <stdbool.h>
#include <sys/stat.h>

/* Paths below /sys lead to the same paths below dir; NULL: to themselves. */
void mock_sysfs(const char *dir);

/* The regular file path poses as the device DAX MOCK_DAX; NULL: none does. */
#define MOCK_DAX_MAJOR 250
#define MOCK_DAX_MINOR 7
void mock_dax(const char *path);

/* File systems grant MAP_SYNC, as on DAX. */
void mock_map_sync(bool granted);

/* File systems have no O_TMPFILE. */
void mock_no_tmpfile(bool refused);

/* Files are mapped where the kernel puts them and nowhere else, as devices are
 * that no other place is aligned enough for. */
void mock_places_itself(bool always);

/* There is no room in the address space for any file. */
void mock_no_room(bool refused);

/* What the regular file was that was closed last. */
struct stat mock_closed(void);

/* The place-th call from now on (0: the next) fails, with the choice-th of the
 * errnos that such a call has. A close that fails has closed all the same; what
 * a munmap or unlinkat left is removed by mock_disarm. */
void mock_fail(int place, int choice);

/* The next call of that name fails so. */
void mock_fail_call(const char *call, int err);

/* What mock_fail did: err is 0 if the call has no such choice, call NULL if the
 * place was not reached. Nothing fails any more. */
struct mock_failure {
	const char *call;
	int err;
};
struct mock_failure mock_disarm(void);

#endif
