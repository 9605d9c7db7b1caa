/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/procfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/cleanup.h"

#define PATH_SIZE  64
#define FIRST_SIZE ((size_t)16 << 10)

void text_deinit(struct text *text)
{
	free(text->bytes);
	*text = (struct text){ 0 };
}

static int text_grow(struct text *text)
{
	size_t capacity = text->capacity ? 2 * text->capacity : FIRST_SIZE;
	char *bytes = realloc(text->bytes, capacity);

	if (!bytes)
		return -ENOMEM;
	text->bytes = bytes;
	text->capacity = capacity;
	return 0;
}

int text_read(struct text *text, int fd)
{
	text->length = 0;
	for (;;) {
		if (text->capacity - text->length < FIRST_SIZE / 2) {
			int err = text_grow(text);

			if (err)
				return err;
		}

		ssize_t got =
			read(fd, text->bytes + text->length, text->capacity - text->length - 1);

		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		text->length += (size_t)got;
	}
	text->bytes[text->length] = '\0';
	return 0;
}

/* Of a process that is gone only its directory says so. */
static int procfs_error(uint32_t pid, int error)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "/proc/%u", pid);
	return error == ENOENT && access(path, F_OK) ? -ESRCH : -error;
}

/* What has no memory has no program either (fs/proc/base.c: proc_exe_link()). */
static bool has_memory(uint32_t tid)
{
	char path[PATH_SIZE], byte;

	snprintf(path, sizeof(path), "/proc/%u/exe", tid);
	return readlink(path, &byte, 1) >= 0 || errno != ENOENT;
}

uint32_t procfs_thread(uint32_t pid)
{
	_cleanup_free_ uint32_t *tids = NULL;
	char path[PATH_SIZE];
	size_t count;

	if (has_memory(pid))
		return pid;
	snprintf(path, sizeof(path), "/proc/%u/task", pid);
	if (procfs_list(path, &tids, &count))
		return pid;
	for (size_t i = 0; i < count; i++)
		if (has_memory(tids[i]))
			return tids[i];
	return pid;
}

int procfs_open(uint32_t pid, const char *name, int flags)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);

	int fd = open(path, flags | O_CLOEXEC);

	return fd < 0 ? procfs_error(pid, errno) : fd;
}

int procfs_read(uint32_t pid, const char *name, struct text *ret)
{
	int fd = procfs_open(pid, name, O_RDONLY);

	if (fd < 0)
		return fd;

	int err = text_read(ret, fd);

	close(fd);
	return err;
}

int procfs_link(uint32_t pid, const char *name, char *ret, size_t size)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);

	ssize_t length = readlink(path, ret, size - 1);

	if (length < 0)
		return procfs_error(pid, errno);
	ret[length] = '\0';
	return (int)length;
}

static int compare_numbers(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

int procfs_list(const char *path, uint32_t **ret_numbers, size_t *ret_count)
{
	_cleanup_free_ uint32_t *numbers = NULL;
	size_t count = 0, capacity = 0;
	DIR *dir = opendir(path);

	if (!dir)
		return errno == ENOENT ? -ESRCH : -errno;
	for (struct dirent *entry; (entry = readdir(dir));) {
		char *end;
		unsigned long number = strtoul(entry->d_name, &end, 10);

		if (*end || end == entry->d_name)
			continue;
		if (count == capacity) {
			capacity = capacity ? 2 * capacity : 256;

			uint32_t *more = realloc(numbers, capacity * sizeof(*more));

			if (!more) {
				closedir(dir);
				return -ENOMEM;
			}
			numbers = more;
		}
		numbers[count++] = (uint32_t)number;
	}
	closedir(dir);
	if (count)
		qsort(numbers, count, sizeof(*numbers), compare_numbers);
	*ret_numbers = TAKE_PTR(numbers);
	*ret_count = count;
	return 0;
}

/* "processes 26986", threads among them (fs/proc/stat.c: total_forks). */
int procfs_births(uint64_t *ret)
{
	static const char key[] = "\nprocesses ";
	__attribute__((cleanup(text_deinit))) struct text text = { 0 };
	int fd = open("/proc/stat", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;

	int err = text_read(&text, fd);

	close(fd);
	if (err)
		return err;

	const char *line = strstr(text.bytes, key);

	if (!line)
		return -EPROTO;
	*ret = strtoull(line + strlen(key), NULL, 10);
	return 0;
}

int procfs_births_check(uint64_t before)
{
	uint64_t now;
	int err = procfs_births(&now);

	return !err && now != before ? -EBUSY : err;
}
