/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/perf_map.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/stack.h"
#include "probe/image_file.h"
#include "probe/procfs.h"

#define FILE_MAX ((uint64_t)64 << 20)

/* The process as it knows itself: the last number of "NSpid:" (proc_pid_status(5)). */
static uint32_t inner_pid(uint32_t pid)
{
	__attribute__((cleanup(text_deinit))) struct text text = { 0 };

	if (procfs_read(procfs_thread(pid), "status", &text))
		return pid;

	char *line = strstr(text.bytes, "\nNSpid:"), *end = line ? strchr(line + 1, '\n') : NULL;

	if (!end)
		return pid;
	*end = '\0';

	char *last = strrchr(line, '\t');

	return last ? (uint32_t)strtoul(last, NULL, 10) : pid;
}

/* /tmp is everybody's: only the process's own user may name its code, or root. */
static bool is_trusted(uint32_t pid, uint32_t uid)
{
	char path[32];
	struct stat stat_of_process;

	snprintf(path, sizeof(path), "/proc/%u", pid);
	return !uid || (!stat(path, &stat_of_process) && stat_of_process.st_uid == uid);
}

int perf_map_read(const struct target *target, char **ret_text)
{
	char path[64];
	struct image_file file;

	snprintf(path, sizeof(path), "/tmp/perf-%u.map", inner_pid(target->pid));

	int err = image_file_open(target, path, &file);

	if (err)
		return err;

	_cleanup_free_ char *text = file.size <= FILE_MAX ? malloc(file.size + 1) : NULL;
	ssize_t length = text ? pread(file.fd, text, file.size, 0) : -1;

	close(file.fd);
	if (!is_trusted(target->pid, file.uid))
		return -EPERM;
	if (length < 0)
		return -EIO;
	text[length] = '\0';
	*ret_text = TAKE_PTR(text);
	return 0;
}

bool perf_map_find(const char *text, uint64_t address, uint64_t *ret_start, char *ret, size_t size)
{
	bool found = false;

	while (*text) {
		const char *line = text, *end = strchrnul(text, '\n');
		char *at;
		uint64_t start = strtoull(line, &at, 16);
		uint64_t length = at < end && *at == ' ' ? strtoull(at + 1, &at, 16) : 0;

		text = *end ? end + 1 : end;
		if (at >= end || *at != ' ' || address < start || address - start >= length)
			continue;

		size_t name = (size_t)(end - at - 1);

		if (name > size - 1)
			name = size - 1;
		memcpy(ret, at + 1, name);
		memset(ret + name, 0, size - name);
		*ret_start = start;
		found = true;
	}
	return found;
}
