/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file is locked by flock() through a descriptor that fork() copied, and the
 * child opens the file anew and locks it again. "parent": the parent waits for
 * the child. "own": the parent closed its copy and sleeps, so only the child
 * itself holds the lock. "twice": one process alone. Near misses: "shared" (a
 * sleeping brother has a copy), "flight" (a copy is in a socket's queue), "busy"
 * (the parent will unlock).
 */
#include "hang.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>

static char path[64];
static int locked;

static void lock_again(void)
{
	int fd = must(open(path, O_RDWR));

	must(flock(fd, LOCK_EX));
}

static void child(void *unused)
{
	(void)unused;
	usleep(200000);
	lock_again();
}

static void brother(void *unused)
{
	(void)unused;
	sleep_for_ever();
}

static void send_copy(void)
{
	char control[CMSG_SPACE(sizeof(locked))] = { 0 }, byte = 0;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int pair[2];

	must(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(locked));
	memcpy(CMSG_DATA(header), &locked, sizeof(locked));
	must(sendmsg(pair[0], &message, 0));
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "parent";

	go();
	snprintf(path, sizeof(path), "inherited-%d", getpid());
	locked = must(open(path, O_CREAT | O_RDWR, 0600));
	must(flock(locked, LOCK_EX));
	if (!strcmp(how, "flight"))
		send_copy();
	if (!strcmp(how, "twice") || !strcmp(how, "flight")) {
		ready("main", getpid(), "a", getpid(), NULL);
		lock_again();
	}
	if (!strcmp(how, "shared"))
		child_new(brother, NULL);

	pid_t a = child_new(child, NULL);

	if (!strcmp(how, "own") || !strcmp(how, "shared"))
		close(locked);
	ready("main", getpid(), "a", a, NULL);
	if (!strcmp(how, "busy"))
		sleep_for_ever();
	waitpid(a, NULL, 0);
	return 0;
}
