/*
 * symbols.c: the symbol table of an ELF file
 */
#include "symbols.h"

#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const Elf64_Shdr *
section_find(const struct symbols *s, unsigned type)
{
	const Elf64_Ehdr *header = (const void *)s->file;
	const Elf64_Shdr *sections = (const void *)(s->file + header->e_shoff);

	for (size_t i = 0; i < header->e_shnum; i++) {
		if (sections[i].sh_type == type)
			return &sections[i];
	}
	return NULL;
}

bool
symbols_open(struct symbols *s, const char *path, uintptr_t base)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *file;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) || st.st_size < (off_t)sizeof(Elf64_Ehdr))
		goto close_fd;
	file = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (file == MAP_FAILED)
		goto close_fd;
	close(fd);
	*s = (struct symbols){file, (size_t)st.st_size, base};
	return section_find(s, SHT_SYMTAB);
close_fd:
	close(fd);
	return false;
}

/* The first function or variable that has the name or, with name NULL, the
 * function that holds offset. */
static const Elf64_Sym *
symbol_find(const struct symbols *s, const char *name, uintptr_t offset)
{
	const Elf64_Ehdr *header = (const void *)s->file;
	const Elf64_Shdr *sections = (const void *)(s->file + header->e_shoff);
	const Elf64_Shdr *table = section_find(s, SHT_SYMTAB);
	const Elf64_Sym *all = (const void *)(s->file + table->sh_offset);
	const char *names = s->file + sections[table->sh_link].sh_offset;

	for (size_t i = 0; i < table->sh_size / sizeof(*all); i++) {
		int type = ELF64_ST_TYPE(all[i].st_info);

		if (type != STT_FUNC && !(name && type == STT_OBJECT))
			continue;
		if (name ? !strcmp(names + all[i].st_name, name) :
			   offset - all[i].st_value < all[i].st_size)
			return &all[i];
	}
	return NULL;
}

uintptr_t
symbols_named(const struct symbols *s, const char *name)
{
	const Elf64_Sym *symbol = symbol_find(s, name, 0);

	return symbol ? s->base + symbol->st_value : 0;
}

uintptr_t
symbols_start(const struct symbols *s, uintptr_t addr)
{
	const Elf64_Sym *symbol = symbol_find(s, NULL, addr - s->base);

	return symbol ? s->base + symbol->st_value : 0;
}
