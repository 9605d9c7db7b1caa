/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A link's checksum is not worked out, which would read the whole of a file of any
 * size: where both files have a build id libdwfl compares them, and what a process
 * has beside its own program it could have put into that program as well.
 */
#include "probe/debug_file.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "probe/image.h"
#include "probe/image_file.h"
#include "probe/maps.h"

#define DEBUG_ROOT   "/usr/lib/debug"
#define BUILD_ID_MAX 64

static int path_try(const struct target *target, const char *path)
{
	struct image_file file;

	return image_file_open(target, path, &file) ? -1 : file.fd;
}

static int by_build_id(const struct target *target, Dwfl_Module *module)
{
	const unsigned char *id;
	GElf_Addr where;
	char path[sizeof(DEBUG_ROOT) + 2 * BUILD_ID_MAX + 32];
	int length = dwfl_module_build_id(module, &id, &where);
	int used = snprintf(path, sizeof(path), "%s/.build-id/", DEBUG_ROOT);

	if (length < 2 || length > BUILD_ID_MAX)
		return -1;
	for (int i = 0; i < length; i++)
		used += snprintf(path + used, sizeof(path) - (size_t)used, i ? "%02x" : "%02x/",
				 id[i]);
	snprintf(path + used, sizeof(path) - (size_t)used, ".debug");
	return path_try(target, path);
}

static int by_link(const struct target *target, const char *image_path, const char *link)
{
	static const char *const places[] = { "%s/%s", "%s/.debug/%s", DEBUG_ROOT "%s/%s" };
	_cleanup_free_ char *folder = strdup(image_path);
	char *slash = folder ? strrchr(folder, '/') : NULL;
	char path[PATH_MAX];

	if (!slash || !link)
		return -1;
	*slash = '\0';
	if (*link == '/')
		return path_try(target, link); /* what several debug files share (dwz) */
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		int length = snprintf(path, sizeof(path), places[i], folder, link);
#pragma GCC diagnostic pop
		int fd = length < (int)sizeof(path) ? path_try(target, path) : -1;

		if (fd >= 0)
			return fd;
	}
	return -1;
}

int debug_file_find(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
		    const char *file_name, const char *link, GElf_Word crc, char **ret_file_name)
{
	const struct image *image = *userdata;
	struct target target = { .pid = image->pid };

	(void)name;
	(void)base;
	(void)file_name;
	(void)crc;
	*ret_file_name = NULL;
	if (maps_denied_devs(target.pid, &target.denied_devs, &target.denied_count))
		return -1;

	int fd = link && *link == '/' ? -1 : by_build_id(&target, module);

	if (fd < 0)
		fd = by_link(&target, image->path, link);
	free(target.denied_devs);
	return fd;
}
