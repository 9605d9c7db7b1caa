/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A socket in a ring with something else.
 *
 *   socket_mix nested     a thread holds a mutex and waits for its child, the child reads from
 *                         a socket that another thread of the process would write to, but it
 *                         wants the mutex
 *   socket_mix pending    a client waits for the answer of a server that waits for its end
 *                         instead of accepting it; accepted: it was accepted; tcp-pending,
 *                         tcp-accepted: over TCP; tcp-flight: the accepted end is in flight
 *   socket_mix epoll      a's epoll instance watches a socket whose other end b waits for a
 *   socket_mix poll       the same by poll; select
 *   socket_mix ... live   somebody else has the other end too
 */
#include "hang.h"

#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/un.h>

static int ends[2];
static pid_t child;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t meeting;
static int is_live;

static void receive_one(void *argument)
{
	char byte;

	close(ends[*(int *)argument == 0]);
	must(recv(ends[*(int *)argument], &byte, 1, 0));
}

static void hold(void *argument)
{
	(void)argument;
	sleep_for_ever();
}

static void *lock_and_wait(void *argument)
{
	pthread_mutex_lock(&lock);
	pthread_barrier_wait(&meeting);
	waitpid(child, NULL, 0);
	return argument;
}

static void *want_the_lock(void *argument)
{
	pthread_barrier_wait(&meeting);
	pthread_mutex_lock(&lock);
	return argument;
}

static void nested(void)
{
	pthread_t threads[2];
	pid_t a, b;
	int own = 1;

	must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	child = child_new(receive_one, &own);
	if (is_live)
		child_new(hold, NULL);
	close(ends[1]);
	meeting_init(&meeting, 2, 0);
	a = thread_new(&threads[0], want_the_lock, NULL);
	b = thread_new(&threads[1], lock_and_wait, NULL);
	ready("main", getpid(), "a", a, "b", b, "child", child, NULL);
	pthread_join(threads[1], NULL);
}

struct place {
	struct sockaddr_storage address;
	socklen_t length;
};

static void connect_and_ask(void *argument)
{
	const struct place *place = argument;
	int fd = must(socket(place->address.ss_family, SOCK_STREAM, 0));
	char byte;

	close(ends[0]);
	must(connect(fd, (const struct sockaddr *)&place->address, place->length));
	must(recv(fd, &byte, 1, 0));
}

/* It is bound to a port, or an abstract name, that the kernel chooses. */
static int listen_somewhere(int family, struct place *ret)
{
	struct sockaddr_in port = { .sin_family = AF_INET };
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = must(socket(family, SOCK_STREAM, 0));

	ret->length = sizeof(ret->address);
	if (family == AF_INET)
		must(bind(fd, (struct sockaddr *)&port, sizeof(port)));
	else
		must(bind(fd, (struct sockaddr *)&name, sizeof(sa_family_t)));
	must(listen(fd, 4));
	must(getsockname(fd, (struct sockaddr *)&ret->address, &ret->length));
	return fd;
}

/* The accepted end is in a message that nobody receives. */
static void send_away(int fd)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { .header = { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
	struct iovec byte = { "", 1 };
	struct msghdr message = { .msg_iov = &byte,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	int carrier[2];

	must(socketpair(AF_UNIX, SOCK_STREAM, 0, carrier));
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	must(sendmsg(carrier[0], &message, 0));
	close(fd);
}

static void pending(int family, const char *accepts)
{
	struct place place;
	pid_t a;

	ends[0] = listen_somewhere(family, &place);
	if (is_live)
		child_new(hold, NULL);
	a = child_new(connect_and_ask, &place);
	if (!strcmp(accepts, "accepted"))
		must(accept(ends[0], NULL, NULL));
	if (!strcmp(accepts, "flight"))
		send_away(must(accept(ends[0], NULL, NULL)));
	ready("main", getpid(), "a", a, NULL);
	waitpid(a, NULL, 0);
}

static void wait_ready(const char *how)
{
	if (!strcmp(how, "poll")) {
		struct pollfd one = { .fd = ends[0], .events = POLLIN };

		must(poll(&one, 1, -1));
	} else if (!strcmp(how, "select")) {
		fd_set set;

		FD_ZERO(&set);
		FD_SET(ends[0], &set);
		must(select(ends[0] + 1, &set, NULL, NULL, NULL));
	} else {
		struct epoll_event event = { .events = EPOLLIN };
		int epoll = must(epoll_create1(0)), outer = must(epoll_create1(0));

		if (!strcmp(how, "edge"))
			event.events |= EPOLLET;
		must(epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event));
		must(epoll_ctl(outer, EPOLL_CTL_ADD, epoll, &event));
		/* what was there before is reported, once */
		if (!strcmp(how, "edge"))
			must(epoll_wait(epoll, &event, 1, -1));
		must(epoll_wait(strcmp(how, "within") ? epoll : outer, &event, 1, -1));
	}
}

static void watch(void *argument)
{
	close(ends[1]);
	wait_ready(argument);
}

static void both_wait(char *how)
{
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	if (!strcmp(how, "edge"))
		must(send(ends[1], "", 1, 0));

	pid_t a = child_new(watch, how);

	if (is_live)
		child_new(hold, NULL);
	close(ends[0]);
	ready("main", getpid(), "a", a, NULL);
	must(waitpid(a, NULL, 0));
}

int main(int argc, char **argv)
{
	is_live = argc > 2 && !strcmp(argv[2], "live");
	go();
	if (argc < 2 || !strcmp(argv[1], "nested"))
		nested();
	else if (!strcmp(argv[1], "pending") || !strcmp(argv[1], "accepted"))
		pending(AF_UNIX, argv[1]);
	else if (!strncmp(argv[1], "tcp-", 4))
		pending(AF_INET, argv[1] + 4);
	else
		both_wait(argv[1]);
	return 0;
}
