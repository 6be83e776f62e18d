/*
 * symbols.h: what is in a loaded library, by name, hidden ones too
 *
 * Read from the symbol table of its file, which must not be stripped.
 */
#ifndef LIBPMEM_TEST_SYMBOLS_H
#define LIBPMEM_TEST_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symbols {
	const char *file; /* mapped for good */
	size_t size_bytes;
	uintptr_t base; /* where the library is loaded */
};

/* Maps the file; false if there is no such file or it has no symbol table. */
bool symbols_open(struct symbols *s, const char *path, uintptr_t base);

/* Address of a function or variable, or 0. */
uintptr_t symbols_named(const struct symbols *s, const char *name);

/* Start of the function that holds addr, or 0. */
uintptr_t symbols_start(const struct symbols *s, uintptr_t addr);

#endif
