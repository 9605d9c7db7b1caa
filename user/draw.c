/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Both ends are files in memory: nobody has to be fed or drained, so neither side
 * can block the other, and waiting is waiting for an end.
 */
#include "draw.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM	    "dot"
#define DEADLINE_MS 2000
#define ANSWER_MOST (4 << 20) /* bytes */

/* A file in memory with that text, to be read from the beginning; or -1. */
static int memory_file(const char *text)
{
	int fd = memfd_create("dltrace", MFD_CLOEXEC);
	size_t length = strlen(text);

	if (fd < 0)
		return -1;
	if (write(fd, text, length) != (ssize_t)length || lseek(fd, 0, SEEK_SET) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* With default signals, none of them blocked: dltrace takes its own by descriptor. */
static int spawn(int in, int out, pid_t *ret_pid)
{
	char *const argv[] = { (char[]){ PROGRAM }, (char[]){ "-Tplain" }, NULL };
	char *const environment[] = { (char[]){ "LC_ALL=C" }, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;

	if (posix_spawn_file_actions_init(&actions))
		return -ENOMEM;
	if (posix_spawnattr_init(&attributes)) {
		posix_spawn_file_actions_destroy(&actions);
		return -ENOMEM;
	}
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

	int err = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);

	if (!err)
		err = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (!err)
		err = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
						       O_WRONLY, 0);
	if (!err)
		err = posix_spawnp(ret_pid, PROGRAM, &actions, &attributes, argv, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return -err;
}

/* True if it ended well by itself, and in time. It is reaped in any case. */
static bool await(pid_t pid)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd ended = { .fd = pidfd, .events = POLLIN };
	int status = -1, ready;

	do
		ready = pidfd < 0 ? 0 : poll(&ended, 1, DEADLINE_MS);
	while (ready < 0 && errno == EINTR);
	if (ready <= 0)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pidfd >= 0)
		close(pidfd);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static char *read_whole(int fd)
{
	struct stat info;

	if (fstat(fd, &info) || info.st_size <= 0 || info.st_size > ANSWER_MOST)
		return NULL;

	char *text = malloc((size_t)info.st_size + 1);

	if (!text)
		return NULL;
	if (pread(fd, text, (size_t)info.st_size, 0) != info.st_size) {
		free(text);
		return NULL;
	}
	text[info.st_size] = '\0';
	return text;
}

char *draw_lay_out(const char *graph)
{
	int in = memory_file(graph), out = memory_file("");
	char *answer = NULL;
	pid_t pid;

	if (in >= 0 && out >= 0 && spawn(in, out, &pid) == 0 && await(pid))
		answer = read_whole(out);
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return answer;
}
