/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A line is "start-end perms offset major:minor inode   path" (proc_pid_maps(5)).
 * Only the path can hold bytes that somebody chose, and it comes last.
 */
#include "probe/maps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/affix.h"
#include "core/cleanup.h"
#include "probe/procfs.h"

/* Types of file systems whose server may not answer; a type may have a suffix (fuse.sshfs). */
static const char *const denied_types[] = {
	"fuse", "virtiofs", "nfs", "cifs", "smb", "ceph", "9p", "afs", "lustre", "ocfs2", "coda",
};

/* Reads digits up to the separator, which must follow; false if it does not. */
static bool number_take(const char **at, int base, char separator, __u64 *ret)
{
	char *end;

	*ret = strtoull(*at, &end, base);
	if (end == *at || *end != separator)
		return false;
	*at = end + 1;
	return true;
}

static uint32_t mapping_flags(const char perms[4], const struct mapping *mapping, const char *path)
{
	uint32_t flags = 0;

	if (perms[0] == 'r')
		flags |= MAPPING_READ;
	if (perms[1] == 'w')
		flags |= MAPPING_WRITE;
	if (perms[2] == 'x')
		flags |= MAPPING_EXEC;
	if (perms[3] == 's')
		flags |= MAPPING_SHARED;
	flags |= mapping->inode ? MAPPING_FILE : MAPPING_ANON;
	if (!strncmp(path, "[heap]", 6))
		flags |= MAPPING_HEAP;
	if (!strncmp(path, "[stack", 6))
		flags |= MAPPING_STACK;
	return flags;
}

static bool maps_parse(const char *line, struct mapping *ret)
{
	const char *at = line;
	__u64 major, minor;

	if (!number_take(&at, 16, '-', &ret->start) || !number_take(&at, 16, ' ', &ret->end))
		return false;

	const char *perms = at;

	if (strnlen(perms, 5) < 5 || perms[4] != ' ')
		return false;
	at += 5;
	if (!number_take(&at, 16, ' ', &ret->offset) || !number_take(&at, 16, ':', &major) ||
	    !number_take(&at, 16, ' ', &minor))
		return false;

	char *end;

	ret->inode = strtoull(at, &end, 10);
	ret->dev = kernel_dev((uint32_t)major, (uint32_t)minor);
	ret->flags = mapping_flags(perms, ret, end + strspn(end, " "));
	return true;
}

static size_t count_lines(const struct text *text)
{
	size_t lines = 0;

	for (size_t i = 0; i < text->length; i++)
		lines += text->bytes[i] == '\n';
	return lines;
}

/* Cuts the text into lines; each call returns the next one, NULL at the end. */
static char *line_next(char **at)
{
	char *line = *at, *end = line ? strchr(line, '\n') : NULL;

	if (!end)
		return NULL;
	*end = '\0';
	*at = end + 1;
	return line;
}

int maps_read(uint32_t pid, struct mapping **ret_mappings, size_t *ret_count)
{
	__attribute__((cleanup(text_deinit))) struct text text = { 0 };
	int err = procfs_read(procfs_thread(pid), "maps", &text);

	if (err)
		return err;

	struct mapping *mappings = calloc(count_lines(&text) + 1, sizeof(*mappings));
	size_t count = 0;
	char *at = text.bytes;

	if (!mappings)
		return -ENOMEM;
	for (char *line; (line = line_next(&at));) {
		mappings[count].pid = pid;
		if (maps_parse(line, &mappings[count]))
			count++;
	}
	*ret_mappings = mappings;
	*ret_count = count;
	return 0;
}

static bool type_is_denied(const char *type)
{
	for (size_t i = 0; i < sizeof(denied_types) / sizeof(*denied_types); i++)
		if (begins_with(type, denied_types[i]))
			return true;
	return false;
}

/* "36 35 98:0 /root /where options ... - type source options" (proc_pid_mountinfo(5)) */
static bool mount_is_denied(const char *line, uint32_t *ret_dev)
{
	const char *type = strstr(line, " - ");
	unsigned int major, minor;

	if (!type || sscanf(line, "%*u %*u %u:%u ", &major, &minor) != 2)
		return false;
	*ret_dev = kernel_dev(major, minor);
	return type_is_denied(type + 3);
}

int maps_denied_devs(uint32_t pid, uint32_t **ret_devs, size_t *ret_count)
{
	__attribute__((cleanup(text_deinit))) struct text text = { 0 };
	int err = procfs_read(procfs_thread(pid), "mountinfo", &text);

	if (err)
		return err;

	uint32_t *devs = calloc(count_lines(&text) + 1, sizeof(*devs));
	size_t count = 0;
	char *at = text.bytes;

	if (!devs)
		return -ENOMEM;
	for (char *line; (line = line_next(&at));)
		if (mount_is_denied(line, &devs[count]))
			count++;
	*ret_devs = devs;
	*ret_count = count;
	return 0;
}

int maps_mount_dev(uint32_t pid, long mount, uint32_t *ret_dev)
{
	__attribute__((cleanup(text_deinit))) struct text text = { 0 };
	int err = procfs_read(procfs_thread(pid), "mountinfo", &text);
	char *at = text.bytes;

	if (err)
		return err;
	for (char *line; (line = line_next(&at));) {
		unsigned int major, minor;
		long id;

		if (sscanf(line, "%ld %*u %u:%u ", &id, &major, &minor) != 3 || id != mount)
			continue;
		*ret_dev = kernel_dev(major, minor);
		return 0;
	}
	return -ENOENT;
}

/* AT_STATX_DONT_SYNC: what is known here, no question to a server. */
uint32_t maps_link_count(const struct mapping *mapping)
{
	char path[96];
	struct statx stat;

	snprintf(path, sizeof(path), "/proc/%u/map_files/%llx-%llx", procfs_thread(mapping->pid),
		 (unsigned long long)mapping->start, (unsigned long long)mapping->end);
	if (statx(AT_FDCWD, path, AT_STATX_DONT_SYNC, STATX_NLINK | STATX_INO, &stat) ||
	    stat.stx_ino != mapping->inode)
		return 1;
	return stat.stx_nlink;
}
