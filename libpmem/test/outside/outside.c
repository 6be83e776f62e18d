/*
 * outside.c: a program that knows the installed library only
 *
 * Prints the file that pmem_persist came from, so that the test can tell which
 * library was loaded; exits 1 if the library does not do its work.
 */
#define _GNU_SOURCE
#include <libpmem.h>

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int
main(int argc, char **argv)
{
	char dest[100] = "";
	Dl_info info;

	(void)argc;
	if (pmem_check_version(PMEM_MAJOR_VERSION, PMEM_MINOR_VERSION))
		return 1;
	pmem_memcpy_persist(dest, "persisted", 10);
	if (strcmp(dest, "persisted") != 0)
		return 1;
	if (pmem_map_file(argv[0], 1, 0, 0, NULL, NULL) || !*pmem_errormsg())
		return 1;
	if (!dladdr((void *)pmem_persist, &info))
		return 1;
	puts(info.dli_fname);
	return 0;
}
