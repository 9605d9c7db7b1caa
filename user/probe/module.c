/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An interpreter is a library of its own, libpython3.N, or the program itself.
 * The file is opened through the mapping (/proc/PID/map_files), so it is the one
 * that runs, in whatever mount namespace and also if it was replaced.
 */
#include "probe/module.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gelf.h>
#include <libelf.h>

#include "core/affix.h"
#include "probe/procfs.h"
#include "probe/target.h"

#define SYMBOLS_MOST 2000000

/* The file's symbols for programs that load it: also a stripped one has them. */
static void find_symbols(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, struct module *module)
{
	Elf_Data *data = elf_getdata(section, NULL);
	GElf_Sym symbol;

	for (int i = 0; data && i < SYMBOLS_MOST && gelf_getsym(data, i, &symbol); i++) {
		const char *name = symbol.st_shndx == SHN_UNDEF
					   ? NULL
					   : elf_strptr(elf, header->sh_link, symbol.st_name);

		if (!name)
			continue;
		if (!strcmp(name, "_PyRuntime"))
			module->runtime = symbol.st_value;
		else if (!strcmp(name, "Py_Version"))
			module->version_word = symbol.st_value;
	}
}

/* The state has a section of its own since 3.10, which begins with it. */
static void find_section(Elf *elf, const char *name, const GElf_Shdr *header, struct module *module)
{
	(void)elf;
	if (name && !strcmp(name, ".PyRuntime") && !module->runtime)
		module->runtime = header->sh_addr;
}

static void read_elf(Elf *elf, struct module *module)
{
	size_t count = 0, names = 0;
	Elf_Scn *section = NULL;
	bool loaded = false;
	GElf_Phdr segment;

	if (elf_getphdrnum(elf, &count) || elf_getshdrstrndx(elf, &names))
		return;
	for (size_t i = 0; i < count && !loaded; i++) {
		if (!gelf_getphdr(elf, (int)i, &segment) || segment.p_type != PT_LOAD)
			continue;
		module->load = segment.p_vaddr - segment.p_offset;
		loaded = true;
	}
	while (loaded && (section = elf_nextscn(elf, section))) {
		GElf_Shdr header;

		if (!gelf_getshdr(section, &header))
			continue;
		if (header.sh_type == SHT_DYNSYM)
			find_symbols(elf, section, &header, module);
		else
			find_section(elf, elf_strptr(elf, names, header.sh_name), &header, module);
	}
}

static void map_path(const struct mapping *mapping, char ret[static 96])
{
	snprintf(ret, 96, "/proc/%u/map_files/%llx-%llx", procfs_thread(mapping->pid),
		 (unsigned long long)mapping->start, (unsigned long long)mapping->end);
}

static struct module module_read(const struct mapping *mapping)
{
	struct module module = { .inode = mapping->inode, .dev = mapping->dev };
	char path[96];

	map_path(mapping, path);

	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return module;
	elf_version(EV_CURRENT);

	Elf *elf = elf_begin(fd, ELF_C_READ, NULL);

	if (elf)
		read_elf(elf, &module);
	elf_end(elf);
	close(fd);
	return module;
}

static struct module *module_get(struct module_cache *cache, const struct mapping *mapping)
{
	for (uint32_t i = 0; i < MODULES; i++)
		if (cache->items[i].inode == mapping->inode && cache->items[i].dev == mapping->dev)
			return &cache->items[i];

	struct module *module = &cache->items[cache->next++ % MODULES];

	*module = module_read(mapping);
	return module;
}

/* "python3.9" and "libpython3.9.so.1.0", and those of debug builds, which are laid out otherwise.
 */
static uint32_t version_of_name(const char *base)
{
	const char *name = strstr(base, "python3.");
	char *end;

	if (!name)
		return 0;

	unsigned long minor = strtoul(name + strlen("python3."), &end, 10);

	if (minor > 99 || *end == 'd')
		return 0;
	return 3u << 24 | (uint32_t)minor << 16;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_begin_of_file(const struct mapping *mapping)
{
	return mapping->flags & MAPPING_FILE && !mapping->offset &&
	       !(mapping->flags & (MAPPING_DENIED | MAPPING_SHARED));
}

/* The mapping of the library, or else that of the program. */
static const struct mapping *find_mapping(struct target *target, uint32_t *ret_version)
{
	const struct mapping *program = NULL;
	char link[PATH_MAX], path[96];
	struct statx stat = { 0 };
	int length = procfs_link(procfs_thread(target->pid), "exe", link, sizeof(link));

	*ret_version = length > 0 ? version_of_name(base_name(link)) : 0;
	snprintf(path, sizeof(path), "/proc/%u/exe", procfs_thread(target->pid));
	statx(AT_FDCWD, path, AT_STATX_DONT_SYNC, STATX_INO, &stat);
	for (size_t i = 0; i < target->mapping_count; i++) {
		const struct mapping *mapping = &target->mappings[i];

		if (!is_begin_of_file(mapping))
			continue;
		if (!program && mapping->inode == stat.stx_ino)
			program = mapping;
		map_path(mapping, path);

		ssize_t got = readlink(path, link, sizeof(link) - 1);

		if (got < 0)
			continue;
		link[got] = '\0';
		if (!begins_with(base_name(link), "libpython3."))
			continue;
		*ret_version = version_of_name(base_name(link));
		return mapping;
	}
	return program;
}

int module_find(struct module_cache *cache, struct target *target, struct module *ret,
		uint64_t *ret_bias)
{
	int err = target_map(target);
	uint32_t version;

	if (err)
		return err;

	const struct mapping *mapping = find_mapping(target, &version);
	const struct module *module = mapping ? module_get(cache, mapping) : NULL;

	if (!module || !module->runtime)
		return -ENOENT;
	*ret = *module;
	ret->version = version;
	*ret_bias = mapping->start - module->load;
	return 0;
}
