/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory map names the files, by the process's own names, and
 * /proc/PID/map_files has them, whatever became of the names: deleted, replaced,
 * in another mount namespace.
 *
 * Reading either may hang (a locked address space, a network file system), so a
 * child does it, and is abandoned if it takes too long.
 */
#include "source/sem_functions.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "source/elf_symbol.h"

#define DEADLINE_MS 2000
#define FILES_MAX   512

static const char *const names[] = {
	"sem_wait", "sem_trywait", "sem_timedwait", "sem_clockwait", "sem_post",
};

#define NAMES (sizeof(names) / sizeof(names[0]))
#define POST  (NAMES - 1)

struct file_id {
	unsigned int major, minor;
	uint64_t inode;
};

static bool file_is_new(struct file_id *files, size_t *count, const struct file_id *file)
{
	for (size_t i = 0; i < *count; i++)
		if (files[i].inode == file->inode && files[i].major == file->major &&
		    files[i].minor == file->minor)
			return false;
	if (*count == FILES_MAX)
		return false;
	files[(*count)++] = *file;
	return true;
}

static void file_search(const char *path, FILE *out)
{
	struct elf_symbol symbols[4 * NAMES];
	int count =
		elf_symbols_find(path, names, NAMES, symbols, sizeof(symbols) / sizeof(symbols[0]));

	for (int i = 0; i < count; i++) {
		struct sem_function function = { .offset = symbols[i].offset,
						 .posts = symbols[i].name == POST };

		snprintf(function.path, sizeof(function.path), "%s", path);
		fwrite(&function, sizeof(function), 1, out);
	}
}

/* In the child: every file that is mapped to be run, once. */
static int process_search(uint32_t pid, FILE *out)
{
	_cleanup_free_ struct file_id *files = calloc(FILES_MAX, sizeof(*files));
	_cleanup_free_ char *line = NULL;
	size_t size = 0, count = 0;
	char path[80];

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/maps", pid);

	FILE *maps = files ? fopen(path, "re") : NULL;

	if (!maps)
		return files ? errno : ENOMEM;
	while (getline(&line, &size, maps) >= 0) {
		uint64_t start, end;
		struct file_id file;
		char mode[5];

		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %*x %x:%x %" SCNu64, &start, &end,
			   mode, &file.major, &file.minor, &file.inode) != 6 ||
		    mode[2] != 'x' || !file.inode || !file_is_new(files, &count, &file))
			continue;
		snprintf(path, sizeof(path), "/proc/%" PRIu32 "/map_files/%" PRIx64 "-%" PRIx64,
			 pid, start, end);
		file_search(path, out);
	}
	fclose(maps);
	return fflush(out) ? errno : 0;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* All that the child writes, until it ends: bytes, or -errno. */
static ssize_t read_in_time(int fd, char *buffer, size_t size)
{
	int64_t deadline_ms = now_ms() + DEADLINE_MS;
	size_t used = 0;

	while (used < size) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		int64_t left_ms = deadline_ms - now_ms();
		int events = left_ms > 0 ? poll(&ready, 1, (int)left_ms) : 0;

		if (events < 0 && errno == EINTR)
			continue;
		if (events <= 0)
			return events ? -errno : -ETIMEDOUT;

		ssize_t got = read(fd, buffer + used, size - used);

		if (got <= 0)
			return got ? -errno : (ssize_t)used;
		used += (size_t)got;
	}
	return (ssize_t)used;
}

/* The child's verdict about itself; one that does not end in time is left behind. */
static int child_end(pid_t child, bool in_time)
{
	int status = 0;

	if (!in_time)
		kill(child, SIGKILL);
	if (waitpid(child, &status, in_time ? 0 : WNOHANG) != child)
		return 0;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}

int sem_functions_find(uint32_t pid, struct sem_function *ret, size_t room)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return -errno;

	pid_t child = fork();

	if (!child) {
		FILE *out = fdopen(ends[1], "w");

		_exit(out ? process_search(pid, out) : errno);
	}

	int error = child < 0 ? -errno : 0;

	close(ends[1]);

	ssize_t length = error ? error : read_in_time(ends[0], (char *)ret, room * sizeof(*ret));

	close(ends[0]); /* a child that has more to say ends by SIGPIPE or an error */
	if (child > 0)
		error = child_end(child, length >= 0);
	if (length < 0)
		return (int)length;
	return error ? error : (int)((size_t)length / sizeof(*ret));
}
