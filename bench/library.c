/*
 * library.c: see library.h
 */
#include "library.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether every segment lies within the file. */
static bool
segments_fit(int fd, const ElfW(Ehdr) * elf, uint64_t file_bytes)
{
	ElfW(Phdr) p;

	for (unsigned i = 0; i < elf->e_phnum; i++) {
		off_t at = (off_t)(elf->e_phoff + i * sizeof(p));

		if (pread(fd, &p, sizeof(p), at) != (ssize_t)sizeof(p) ||
			p.p_offset > file_bytes ||
			p.p_filesz > file_bytes - p.p_offset)
			return false;
	}
	return true;
}

/* NULL, or why the file must not be given to dlopen: it dies of SIGBUS on one
 * that is cut short, and calls a text file an "invalid ELF header". */
static const char *
elf_check(const char *path)
{
	const char *flaw = NULL;
	ElfW(Ehdr) elf;
	struct stat st;
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return strerror(errno);
	n = read(fd, &elf, sizeof(elf));
	if (n < 0 || fstat(fd, &st))
		flaw = strerror(errno);
	else if (n != (ssize_t)sizeof(elf) ||
		 memcmp(elf.e_ident, ELFMAG, SELFMAG) != 0)
		flaw = "not an ELF file";
	else if (elf.e_ident[EI_CLASS] != ELFCLASS64 ||
		 elf.e_machine != EM_X86_64)
		flaw = "for another kind of CPU";
	else if (!segments_fit(fd, &elf, (uint64_t)st.st_size))
		flaw = "cut short";
	close(fd);
	return flaw;
}

/* What dl_iterate_phdr looks for. */
struct search {
	ElfW(Addr) base;
	const char *descriptor;
};

static size_t
round_up(size_t bytes, size_t align)
{
	return (bytes + align - 1) / align * align;
}

/* The descriptor of the note "pmem", type 1, in one PT_NOTE segment. */
static const char *
note_find(const char *at, size_t len, size_t align)
{
	const ElfW(Nhdr) * note;
	size_t name_bytes, bytes;

	if (align < 4)
		align = 4;
	while (len >= sizeof(*note)) {
		note = (const ElfW(Nhdr) *)(const void *)at;
		name_bytes = round_up(sizeof(*note) + note->n_namesz, align);
		bytes = name_bytes + round_up(note->n_descsz, align);
		if (bytes > len)
			break;
		if (note->n_type == 1 && note->n_namesz == sizeof("pmem") &&
			note->n_descsz == sizeof(int64_t) &&
			memcmp(note + 1, "pmem", sizeof("pmem")) == 0)
			return at + name_bytes;
		at += bytes;
		len -= bytes;
	}
	return NULL;
}

static int
object_search(struct dl_phdr_info *info, size_t size, void *context)
{
	struct search *search = context;

	(void)size;
	if (info->dlpi_addr != search->base)
		return 0;
	for (int i = 0; i < info->dlpi_phnum && !search->descriptor; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type == PT_NOTE)
			search->descriptor = note_find(
				(const char *)(info->dlpi_addr + p->p_vaddr),
				p->p_memsz, p->p_align);
	}
	return 1;
}

/* The function that the note of policy.h leads to, or NULL. */
static size_t (*describe_find(void *handle))(char *, size_t)
{
	struct link_map *map;
	struct search search = {0};
	int64_t offset;

	if (dlinfo(handle, RTLD_DI_LINKMAP, &map))
		return NULL;
	search.base = map->l_addr;
	dl_iterate_phdr(object_search, &search);
	if (!search.descriptor)
		return NULL;
	memcpy(&offset, search.descriptor, sizeof(offset));
	return (size_t(*)(char *, size_t))(
		(uintptr_t)search.descriptor + (uintptr_t)offset);
}

int
library_open(
	struct library *lib, const char *path, char error[LIBRARY_ERROR_BYTES])
{
	const char *flaw;

	lib->path = realpath(path, NULL);
	flaw = lib->path ? elf_check(lib->path) : strerror(errno);
	if (flaw) {
		snprintf(error, LIBRARY_ERROR_BYTES, "cannot open library: %s",
			flaw);
		goto free_path;
	}
	lib->handle = dlopen(lib->path, RTLD_NOW | RTLD_LOCAL);
	if (!lib->handle) {
		snprintf(error, LIBRARY_ERROR_BYTES,
			"cannot open library: %.400s", dlerror());
		goto free_path;
	}
	if (!dlsym(lib->handle, "pmem_persist")) {
		snprintf(error, LIBRARY_ERROR_BYTES,
			"not a libpmem: it has no pmem_persist");
		goto close_handle;
	}
	lib->describe = describe_find(lib->handle);
	return 0;

close_handle:
	dlclose(lib->handle);
free_path:
	free(lib->path);
	return -EINVAL;
}

void
library_close(struct library *lib)
{
	dlclose(lib->handle);
	free(lib->path);
}

char *
library_describe(const struct library *lib)
{
	size_t size_bytes = lib->describe ? lib->describe(NULL, 0) + 1 : 0;
	char *text = size_bytes ? malloc(size_bytes) : NULL;

	if (text)
		lib->describe(text, size_bytes);
	return text;
}
