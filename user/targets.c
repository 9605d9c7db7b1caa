/* SPDX-License-Identifier: BSD-2-Clause */
#include "targets.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"

struct target {
	bool is_kernel_thread;
	char state;
	unsigned int threads; /* a dead leader counts */
	uint32_t pid;	      /* of its process */
};

/* Reads a file of /proc/ID whole, with a 0 behind it; -errno. */
static int proc_read(uint32_t id, const char *name, char *ret, size_t size)
{
	char path[64];
	size_t length = 0;

	snprintf(path, sizeof(path), "/proc/%u/%s", id, name);

	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	for (;;) {
		ssize_t n = read(fd, ret + length, size - 1 - length);

		if (n <= 0) {
			int err = n < 0 ? -errno : 0;

			close(fd);
			ret[length] = '\0';
			return err;
		}
		length += (size_t)n;
	}
}

/* The number in the line of status that begins with key (a newline first: names have none there).
 */
static unsigned long status_number(const char *status, const char *key)
{
	const char *line = strstr(status, key);

	return line ? strtoul(line + strlen(key), NULL, 10) : 0;
}

/*
 * Told since Linux 6.7 (fs/proc/array.c). Before, kernel threads are those that have no memory of
 * their own, and ignore what nobody else can: SIGKILL or SIGSTOP (signal(7)).
 */
static bool is_kernel_thread(const char *status)
{
	const char *ignored = strstr(status, "\nSigIgn:");
	unsigned long long signals =
		ignored ? strtoull(ignored + strlen("\nSigIgn:"), NULL, 16) : 0;

	if (strstr(status, "\nKthread:"))
		return status_number(status, "\nKthread:");
	return !strstr(status, "\nVmSize:") &&
	       signals & (1ull << (SIGKILL - 1) | 1ull << (SIGSTOP - 1));
}

/* Not from stat, which who is in execve() may keep from being read (probe/state.c). */
static int target_read(uint32_t id, struct target *ret)
{
	char text[4096];
	int err = proc_read(id, "status", text, sizeof(text));

	if (err)
		return err;

	const char *state = strstr(text, "\nState:\t");

	if (!state)
		return -EPROTO;
	ret->state = state[strlen("\nState:\t")];
	ret->is_kernel_thread = is_kernel_thread(text);
	ret->pid = (uint32_t)status_number(text, "\nTgid:");
	ret->threads = (unsigned int)status_number(text, "\nThreads:");
	return ret->pid ? 0 : -EPROTO;
}

/* 0, or the status to end with and why. */
static int target_check(uint32_t id, struct target *ret, char *ret_why, size_t size)
{
	int err = target_read(id, ret);

	if (err == -ENOENT || err == -ESRCH) {
		snprintf(ret_why, size, "-p %u: there is no such process", id);
		return STATUS_NO_TARGET;
	}
	if (err) {
		snprintf(ret_why, size, "-p %u: cannot read /proc/%u: %s", id, id, strerror(-err));
		return STATUS_FAILED;
	}
	if (ret->is_kernel_thread) {
		snprintf(ret_why, size, "-p %u: a kernel thread; only processes can be judged", id);
		return STATUS_USAGE;
	}
	if (ret->state == 'X' || (ret->state == 'Z' && ret->threads <= 1)) {
		snprintf(ret_why, size,
			 "-p %u: the process has ended, only its exit status is left", id);
		return STATUS_NO_TARGET;
	}
	return 0;
}

/* One more thread in the note, as far as there is room. */
static void note_thread(char *line, size_t size, uint32_t tid, uint32_t pid)
{
	size_t length = strlen(line);

	snprintf(line + length, size - length, "%s%u is a thread of process %u",
		 length ? ", " : "a thread's id stands for its process: ", tid, pid);
}

int targets_check(uint32_t *pids, size_t count, char *ret_line, size_t size)
{
	char why[128];

	ret_line[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		struct target target = { 0 };
		int status = target_check(pids[i], &target, why, sizeof(why));

		if (status) {
			snprintf(ret_line, size, "%s", why);
			return status;
		}
		if (target.pid != pids[i])
			note_thread(ret_line, size, pids[i], target.pid);
		pids[i] = target.pid;
	}
	return 0;
}
