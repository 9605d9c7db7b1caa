/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Both tables are searched: a library has a dynamic one, a static program at most
 * the other. Versions are told apart by their places alone: sem_wait@@GLIBC_2.34
 * and sem_wait@GLIBC_2.2.5 may be two functions or one.
 */
#include "source/elf_symbol.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <gelf.h>
#include <libelf.h>

struct search {
	Elf *elf;
	const char *const *names;
	size_t name_count;
	struct elf_symbol *found;
	size_t count, room;
};

/* Static tables may have the version in the name. */
static bool name_matches(const char *symbol, const char *name)
{
	size_t length = strlen(name);

	return !strncmp(symbol, name, length) && (!symbol[length] || symbol[length] == '@');
}

/* From the address to the place in the file. */
static bool file_offset(Elf *elf, uint64_t address, uint64_t *ret)
{
	size_t count;
	GElf_Phdr segment;

	if (elf_getphdrnum(elf, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!gelf_getphdr(elf, (int)i, &segment) || segment.p_type != PT_LOAD ||
		    !(segment.p_flags & PF_X))
			continue;
		if (address - segment.p_vaddr < segment.p_filesz) {
			*ret = address - segment.p_vaddr + segment.p_offset;
			return true;
		}
	}
	return false;
}

static void search_add(struct search *search, uint32_t name, uint64_t offset)
{
	for (size_t i = 0; i < search->count; i++)
		if (search->found[i].name == name && search->found[i].offset == offset)
			return;
	if (search->count < search->room)
		search->found[search->count++] =
			(struct elf_symbol){ .offset = offset, .name = name };
}

static void search_symbol(struct search *search, const char *symbol, uint64_t address)
{
	uint64_t offset;

	for (uint32_t i = 0; i < search->name_count; i++)
		if (name_matches(symbol, search->names[i]) &&
		    file_offset(search->elf, address, &offset))
			search_add(search, i, offset);
}

static void search_table(struct search *search, Elf_Scn *section, const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);
	GElf_Sym symbol;

	if (!data)
		return;
	for (int i = 0; gelf_getsym(data, i, &symbol); i++) {
		const char *name = elf_strptr(search->elf, header->sh_link, symbol.st_name);

		if (name && symbol.st_shndx != SHN_UNDEF &&
		    GELF_ST_TYPE(symbol.st_info) == STT_FUNC)
			search_symbol(search, name, symbol.st_value);
	}
}

int elf_symbols_find(const char *path, const char *const *names, size_t name_count,
		     struct elf_symbol *ret, size_t room)
{
	struct search search = {
		.names = names, .name_count = name_count, .found = ret, .room = room
	};
	Elf_Scn *section = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	elf_version(EV_CURRENT);
	search.elf = elf_begin(fd, ELF_C_READ, NULL);
	while (search.elf && (section = elf_nextscn(search.elf, section))) {
		GElf_Shdr header;

		if (gelf_getshdr(section, &header) &&
		    (header.sh_type == SHT_DYNSYM || header.sh_type == SHT_SYMTAB))
			search_table(&search, section, &header);
	}
	elf_end(search.elf);
	close(fd);
	return (int)search.count;
}
