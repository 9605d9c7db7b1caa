/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/image.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "probe/debug_file.h"
#include "probe/image_file.h"

/* How far before an address the mapping of a file may lie whose .bss it is in. */
#define MAPPINGS_BACK 4

static int find_elf(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
		    char **ret_file_name, Elf **ret_elf)
{
	struct image *image = *userdata;

	(void)module;
	(void)name;
	(void)base;
	*ret_file_name = NULL;
	*ret_elf = TAKE_PTR(image->elf);
	return -1;
}

static const Dwfl_Callbacks callbacks = {
	.find_elf = find_elf,
	.find_debuginfo = debug_file_find,
	.section_address = dwfl_offline_section_address,
};

/* What it holds open or in memory; that it was tried is remembered. */
static void image_close(struct image *image)
{
	if (image->dwfl)
		dwfl_end(image->dwfl);
	if (image->elf)
		elf_end(image->elf);
	if (image->fd >= 0)
		close(image->fd);
	image->dwfl = NULL;
	image->elf = NULL;
	image->fd = -1;
}

static void image_free(struct image *image)
{
	if (!image)
		return;
	image_close(image);
	free(image->bytes);
	free(image->path);
	free(image);
}

static uint64_t page_down(uint64_t address)
{
	return address & ~(uint64_t)(sysconf(_SC_PAGESIZE) - 1);
}

static int segments_read(struct image *image)
{
	size_t count;

	if (elf_kind(image->elf) != ELF_K_ELF || elf_getphdrnum(image->elf, &count))
		return -ENOEXEC;
	image->narrow = gelf_getclass(image->elf) != ELFCLASS64;
	for (size_t i = 0; i < count && image->segment_count < IMAGE_SEGMENTS; i++) {
		GElf_Phdr header;

		if (!gelf_getphdr(image->elf, (int)i, &header) || header.p_type != PT_LOAD)
			continue;
		image->segments[image->segment_count++] = (struct image_segment){
			.start = page_down(header.p_vaddr),
			.end = header.p_vaddr + header.p_memsz,
			.offset = page_down(header.p_offset),
			.is_code = header.p_flags & PF_X,
		};
	}
	return image->segment_count ? 0 : -ENOEXEC;
}

/* The image's addresses are to be those in the file, so it is "loaded" where it asks to be. */
static int module_report(struct image *image)
{
	uint64_t start = image->segments[0].start, end = start;
	void **userdata;

	for (uint32_t i = 0; i < image->segment_count; i++)
		if (image->segments[i].end > end)
			end = image->segments[i].end;
	image->dwfl = dwfl_begin(&callbacks);
	if (!image->dwfl)
		return -ENOMEM;
	image->module = dwfl_report_module(image->dwfl, image->name, start, end);
	if (!image->module || dwfl_report_end(image->dwfl, NULL, NULL) ||
	    !dwfl_module_info(image->module, &userdata, NULL, NULL, NULL, NULL, NULL, NULL))
		return -ENOEXEC;
	*userdata = image;

	GElf_Addr bias;

	if (!dwfl_module_getelf(image->module, &bias) || bias)
		return -ENOEXEC;
	return 0;
}

static int image_open(struct image *image)
{
	int err = segments_read(image);

	return err ? err : module_report(image);
}

/* Makes room by dropping the one that was not asked for the longest. */
static struct image *image_new(struct images *images)
{
	struct image *image = calloc(1, sizeof(*image));
	uint32_t at = images->count;

	if (!image)
		return NULL;
	elf_version(EV_CURRENT);
	image->fd = -1;
	if (images->count < IMAGES_MOST) {
		images->count++;
	} else {
		at = 0;
		for (uint32_t i = 1; i < images->count; i++)
			if (images->items[i]->used < images->items[at]->used)
				at = i;
		image_free(images->items[at]);
	}
	images->items[at] = image;
	return image;
}

static struct image *image_cached(struct images *images, uint32_t dev,
				  const struct image_file *file)
{
	for (uint32_t i = 0; i < images->count; i++) {
		struct image *image = images->items[i];

		if (image->dev == dev && image->inode == file->inode && image->size == file->size &&
		    image->changed_ns == file->changed_ns)
			return image;
	}
	return NULL;
}

static void image_name(struct image *image, const char *path)
{
	const char *slash = strrchr(path, '/');

	name_copy(image->name, sizeof(image->name), slash ? slash + 1 : path);
	image->path = strdup(path);
}

static struct image *image_of_file(struct images *images, uint32_t dev, struct image_file *file,
				   const char *path)
{
	struct image *image = image_cached(images, dev, file);

	if (image) {
		close(file->fd);
		return image;
	}
	image = image_new(images);
	if (!image) {
		close(file->fd);
		return NULL;
	}
	image->dev = dev;
	image->inode = file->inode;
	image->size = file->size;
	image->changed_ns = file->changed_ns;
	image_name(image, path);
	image->fd = file->fd;
	image->elf = elf_begin(image->fd, ELF_C_READ_MMAP, NULL);
	image->error = image->path && image->elf ? image_open(image) : -ENOEXEC;
	if (image->error)
		image_close(image);
	return image;
}

/* FNV-1a: what lies in memory is the same if its bytes are. */
static uint64_t bytes_hash(const char *bytes, size_t length)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3;
	return hash;
}

/* A small file in memory, as the kernel puts its vdso there: its mapping begins with it. */
static struct image *image_of_memory(struct images *images, struct target *target,
				     const struct mapping *mapping)
{
	size_t length = mapping->end - mapping->start;
	_cleanup_free_ char *bytes = NULL;

	if (length > VDSO_LENGTH_MAX || !(mapping->flags & MAPPING_EXEC) ||
	    !(bytes = malloc(length)) ||
	    target_read(target, mapping->start, bytes, length) != (ssize_t)length ||
	    memcmp(bytes, ELFMAG, SELFMAG))
		return NULL;

	struct image_file file = { .fd = -1, .inode = bytes_hash(bytes, length), .size = length };
	struct image *image = image_cached(images, 0, &file);

	if (image)
		return image;
	image = image_new(images);
	if (!image)
		return NULL;
	image->inode = file.inode;
	image->size = file.size;
	image_name(image, "linux-vdso.so.1");
	image->bytes = TAKE_PTR(bytes);
	image->elf = elf_memory(image->bytes, length);
	image->error = image->path && image->elf ? image_open(image) : -ENOEXEC;
	if (image->error)
		image_close(image);
	return image;
}

/*
 * Programs and libraries are mapped privately. A shared file may be the very memory that is waited
 * on, whose users are counted: it must not have one more, not for a moment.
 */
static struct image *image_of_mapping(struct images *images, struct target *target,
				      const struct mapping *mapping)
{
	char path[PATH_MAX];
	struct image_file file;
	struct image *image;

	if (mapping->flags & MAPPING_SHARED)
		return NULL;
	if (!(mapping->flags & MAPPING_FILE))
		image = image_of_memory(images, target, mapping);
	else if (!image_file_mapped(target, mapping, &file, path, sizeof(path)))
		image = image_of_file(images, mapping->dev, &file, path);
	else
		image = NULL;
	if (!image || image->error)
		return NULL;
	image->pid = target->pid;
	image->used = ++images->clock;
	return image;
}

/*
 * Where in the file's own addresses a mapping begins. Pages at the seam of two segments are mapped
 * by both; the one that begins there, or else the one with the mapping's rights, is meant.
 */
static bool mapping_start(const struct image *image, const struct mapping *mapping, uint64_t *ret)
{
	bool is_code = mapping->flags & MAPPING_EXEC, found = false;

	*ret = 0;
	for (uint32_t i = 0; i < image->segment_count; i++) {
		const struct image_segment *segment = &image->segments[i];

		if (mapping->offset < segment->offset ||
		    mapping->offset - segment->offset >= segment->end - segment->start)
			continue;
		if (found && segment->is_code != is_code)
			continue;
		*ret = segment->start + (mapping->offset - segment->offset);
		found = true;
	}
	return found;
}

static bool place_find(struct image *image, uint64_t address, struct image_place *ret)
{
	for (uint32_t i = 0; i < image->segment_count; i++) {
		const struct image_segment *segment = &image->segments[i];

		if (address < segment->start || address >= segment->end)
			continue;
		*ret = (struct image_place){ image, address, segment->is_code };
		return true;
	}
	return false;
}

int images_find(struct images *images, struct target *target, uint64_t address,
		struct image_place *ret)
{
	const struct mapping *mapping;

	if (target_map(target))
		return -ENOENT;
	mapping = target_find(target, address);
	for (int i = 0; mapping && i < MAPPINGS_BACK; i++) {
		struct image *image = image_of_mapping(images, target, mapping);
		uint64_t start;

		if (image && mapping_start(image, mapping, &start))
			return place_find(image, start + (address - mapping->start), ret) ? 0
											  : -ENOENT;
		/* a .bss is memory without a file right behind the file's data */
		if (image || mapping->flags & MAPPING_FILE || mapping == target->mappings ||
		    mapping[-1].end != mapping->start)
			break;
		mapping--;
	}
	return -ENOENT;
}

Dwarf_CFI *image_eh_cfi(struct image *image)
{
	Dwarf_Addr bias;

	if (!image->eh_asked)
		image->eh_cfi = dwfl_module_eh_cfi(image->module, &bias);
	image->eh_asked = true;
	return image->eh_cfi;
}

Dwarf_CFI *image_debug_cfi(struct image *image)
{
	Dwarf_Addr bias;

	if (!image->debug_asked)
		image->debug_cfi = dwfl_module_dwarf_cfi(image->module, &bias);
	image->debug_asked = true;
	return image->debug_cfi;
}
