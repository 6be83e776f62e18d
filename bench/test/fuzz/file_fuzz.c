/*
 * file_fuzz.c: see file_fuzz.h
 */
#include "file_fuzz.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct parser *parser;

void
require(bool condition)
{
	if (!condition)
		abort();
}

bool
is_one_line(const char *error)
{
	for (const char *c = error; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return false;
	}
	return *error != '\0';
}

const char *
bytes_file(const void *bytes, size_t size)
{
	static char path[40];
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("input", MFD_CLOEXEC);
	require(fd >= 0 && ftruncate(fd, 0) == 0);
	require(pwrite(fd, bytes, size, 0) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	for (int i = 1; i < *argc; i++) {
		const char *name = (*argv)[i];

		if (strncmp(name, "--parser=", 9) != 0)
			continue;
		for (parser = parsers; parser->name; parser++) {
			if (strcmp(parser->name, name + 9) == 0)
				return 0;
		}
	}
	fprintf(stderr, "no such parser: see --parser\n");
	exit(1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	parser->parse(bytes_file(data, size), size);
	return 0;
}
