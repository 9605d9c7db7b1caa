/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two sides talk through shared memory; a byte on a socket says whose turn
 * it is, and its end says that the other side has died.
 */
#include "probe/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Only touched pages cost anything: room for the million descriptors of a busy pipe. */
#define EXCHANGE_SIZE ((size_t)96 << 20)
/* On a busy machine a helper that runs is given our patience so many times over. */
#define STARVED_MOST 25

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void helper_init(struct helper *helper, const struct helper_options *options)
{
	*helper = (struct helper){ .options = *options, .socket = -1 };
}

/* Closes all but the given descriptors; the standard ones become /dev/null. */
static void keep_only(int socket, const int *keep)
{
	int kept[HELPER_KEEP_MAX + 1] = { socket };
	unsigned int count = 1, next = STDERR_FILENO + 1;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (dup2(null, fd) < 0)
			close(fd);
	for (unsigned int i = 0; i < HELPER_KEEP_MAX; i++) {
		unsigned int at = count;

		if (keep[i] < 0)
			continue;
		for (; at && kept[at - 1] > keep[i]; at--)
			kept[at] = kept[at - 1];
		kept[at] = keep[i];
		count++;
	}
	for (unsigned int i = 0; i < count; i++) {
		if ((unsigned int)kept[i] > next)
			close_range(next, (unsigned int)kept[i] - 1, 0);
		next = (unsigned int)kept[i] + 1;
	}
	close_range(next, ~0U, 0);
}

/*
 * Bytes of data that the process has: the sixth number of its statm (proc_pid_statm(5)), in pages.
 * 0: unknown.
 */
static uint64_t data_size(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long long pages = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%*u %*u %*u %*u %*u %llu", &pages) != 1)
		pages = 0;
	fclose(file);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Of memory of its own: files may be mapped at any size. */
static void memory_limit(uint64_t bytes)
{
	uint64_t now = data_size();
	struct rlimit limit = { .rlim_cur = now + bytes, .rlim_max = now + bytes };

	if (bytes && now)
		setrlimit(RLIMIT_DATA, &limit);
}

static _Noreturn void helper_serve(struct helper *helper, int socket, pid_t maker)
{
	char turn;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != maker)
		_exit(0);
	prctl(PR_SET_NAME, "dltrace-helper");
	keep_only(socket, helper->options.keep_fds);
	memory_limit(helper->options.memory_max);
	if (chdir("/"))
		_exit(1);
	while (recv(socket, &turn, 1, 0) == 1) {
		helper->options.serve(helper->options.context, helper->exchange);
		if (send(socket, &turn, 1, MSG_NOSIGNAL) != 1)
			break;
	}
	_exit(0);
}

/* The child has all signals blocked from its first instruction on: it ends with its maker only. */
static pid_t helper_fork(struct helper *helper, const int sockets[2])
{
	sigset_t all, before;
	pid_t maker = getpid();

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);

	pid_t pid = fork();

	if (!pid)
		helper_serve(helper, sockets[1], maker);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

/* A descriptor above the standard ones, which the helper replaces. */
static int fd_move_up(int fd)
{
	if (fd > STDERR_FILENO)
		return fd;

	int moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	close(fd);
	return moved;
}

static int helper_start(struct helper *helper)
{
	int sockets[2];
	struct exchange *exchange = mmap(NULL, EXCHANGE_SIZE, PROT_READ | PROT_WRITE,
					 MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (exchange == MAP_FAILED)
		return -errno;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets)) {
		int err = -errno;

		munmap(exchange, EXCHANGE_SIZE);
		return err;
	}
	sockets[1] = fd_move_up(sockets[1]);
	exchange->capacity = EXCHANGE_SIZE - sizeof(*exchange);
	helper->exchange = exchange;
	helper->socket = sockets[0];
	helper->pid = helper_fork(helper, sockets);
	close(sockets[1]);
	if (helper->pid > 0)
		return 0;
	close(helper->socket);
	munmap(exchange, EXCHANGE_SIZE);
	helper->exchange = NULL;
	return -EAGAIN;
}

static void helper_kill(struct helper *helper)
{
	kill(helper->pid, SIGKILL);
	close(helper->socket);
	munmap(helper->exchange, EXCHANGE_SIZE);
	helper->exchange = NULL;
}

uint32_t helper_reap(struct helper *helper, pid_t ret_ended[HELPERS_ABANDONED_MAX])
{
	uint32_t kept = 0, ended = 0;

	for (uint32_t i = 0; i < helper->abandoned_count; i++) {
		pid_t pid = helper->abandoned[i];

		if (waitpid(pid, NULL, WNOHANG) == 0)
			helper->abandoned[kept++] = pid;
		else
			ret_ended[ended++] = pid;
	}
	helper->abandoned_count = kept;
	return ended;
}

/* A helper that is at rest waits for a question, so it dies when told to. */
void helper_stop(struct helper *helper)
{
	if (!helper->exchange)
		return;
	helper_kill(helper);
	while (waitpid(helper->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

struct exchange *helper_exchange(struct helper *helper)
{
	if (helper->exchange)
		return helper->exchange;
	if (helper->abandoned_count == HELPERS_ABANDONED_MAX)
		return NULL;
	return helper_start(helper) ? NULL : helper->exchange;
}

/* 1: the helper has something to say, 0: the time is up. */
static int socket_wait(int socket, uint64_t until_ns)
{
	for (;;) {
		struct pollfd pollfd = { .fd = socket, .events = POLLIN };
		uint64_t now = now_ns();
		int left_ms = now < until_ns ? (int)((until_ns - now + 999999) / 1000000) : 0;
		int ready = poll(&pollfd, 1, left_ms);

		if (ready >= 0)
			return ready;
		if (errno != EINTR)
			return 1;
	}
}

/*
 * True if the helper is on a CPU or waits for one: it does not hang, it starves. The state is the
 * word after the name (proc(5)), which is our own and has no parenthesis.
 */
static bool helper_runs(const struct helper *helper)
{
	char path[32], stat[128] = "";
	const char *name_end;

	snprintf(path, sizeof(path), "/proc/%d/stat", helper->pid);

	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, stat, sizeof(stat) - 1) <= 0)
		stat[0] = '\0';
	if (fd >= 0)
		close(fd);
	name_end = strchr(stat, ')');
	return name_end && !strncmp(name_end, ") R", 3);
}

/* False if it stood still for as long as our patience lasts. */
static bool helper_wait(const struct helper *helper)
{
	uint64_t before;
	int starved = 0;

	do {
		before = helper->exchange->progress;
		if (socket_wait(helper->socket, now_ns() + helper->options.patience_ns))
			return true;
	} while (helper->exchange->progress != before ||
		 (starved++ < STARVED_MOST && helper_runs(helper)));
	return false;
}

int helper_call(struct helper *helper, pid_t *ret_stuck, uint32_t *ret_busy_with)
{
	char turn = 0;
	bool sent = send(helper->socket, &turn, 1, MSG_NOSIGNAL) == 1;

	if (sent && !helper_wait(helper)) {
		*ret_busy_with = helper->exchange->busy_with;
		*ret_stuck = helper->pid;
		helper_kill(helper);
		helper->abandoned[helper->abandoned_count++] = helper->pid;
		return -ETIMEDOUT;
	}
	if (sent && recv(helper->socket, &turn, 1, 0) == 1)
		return 0;
	helper_stop(helper);
	return -EIO;
}
