/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two processes and a socket between them.
 *
 *   sockets pair|path|tcp ask|fill [WAY_ON] [dgram|seqpacket]
 *
 * ask: each waits for the other's message. fill: each writes until the other's
 * buffer is full. A way on: third, a live process that holds b's end; timed,
 * receives have a timeout; sndtimed, so have sends; user, unread data ends the connection;
 * flight, b's end is in a message that main has not
 * received; beside, each has a thread that could act; keepalive.
 */
#include "hang.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static const char *way = "ask", *way_on = "none";
static int type = SOCK_STREAM;

static void pair_inside(int ends[2])
{
	must(socketpair(AF_UNIX, type, 0, ends));
}

/* Room for the address, of which length bytes say where to bind. */
static void connect_over(int family, struct sockaddr *address, socklen_t length, socklen_t room,
			 int ends[2])
{
	int listener = must(socket(family, type, 0));

	must(bind(listener, address, length));
	must(listen(listener, 1));
	length = room;
	must(getsockname(listener, address, &length));
	ends[0] = must(socket(family, type, 0));
	must(connect(ends[0], address, length));
	ends[1] = must(accept(listener, NULL, NULL));
	close(listener);
}

static void pair_by_path(int ends[2])
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	/* an abstract name: the kernel chooses one that is free */
	connect_over(AF_UNIX, (struct sockaddr *)&address, sizeof(sa_family_t), sizeof(address),
		     ends);
}

static void pair_by_tcp(int ends[2])
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	connect_over(AF_INET, (struct sockaddr *)&address, sizeof(address), sizeof(address), ends);
}

static void ask(int fd)
{
	char byte;

	must(recv(fd, &byte, 1, 0));
}

static void fill(int fd)
{
	char bytes[1024] = { 0 };

	for (;;)
		must(send(fd, bytes, sizeof(bytes), 0));
}

static void *sleep_beside(void *argument)
{
	sleep_for_ever();
	return argument;
}

static void use(int fd)
{
	struct timeval timeout = { .tv_sec = 1000 };
	pthread_t thread;
	int on = 1;

	if (!strcmp(way_on, "timed"))
		must(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)));
	if (!strcmp(way_on, "sndtimed"))
		must(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)));
	if (!strcmp(way_on, "user"))
		must(setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &(int){ 1000000 }, sizeof(on)));
	if (!strcmp(way_on, "keepalive"))
		must(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)));
	if (!strcmp(way_on, "beside"))
		thread_new(&thread, sleep_beside, NULL);
	if (!strcmp(way, "fill"))
		fill(fd);
	else
		ask(fd);
}

struct seat {
	int *ends;
	int own;
};

static void sit(void *argument)
{
	const struct seat *seat = argument;

	close(seat->ends[!seat->own]);
	use(seat->ends[seat->own]);
}

static void hold(void *argument)
{
	const struct seat *seat = argument;

	close(seat->ends[!seat->own]);
	sleep_for_ever();
}

static void send_away(int fd, int over)
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

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	must(sendmsg(over, &message, 0));
}

static void main_goes_on(int ends[2], pid_t a, pid_t b)
{
	int carrier[2];

	if (!strcmp(way_on, "flight")) {
		must(socketpair(AF_UNIX, SOCK_STREAM, 0, carrier));
		send_away(ends[1], carrier[0]);
	}
	close(ends[0]);
	close(ends[1]);
	ready("main", getpid(), "a", a, b ? "b" : NULL, b, NULL);
	if (!strcmp(way_on, "flight"))
		sleep_for_ever();
	waitpid(a, NULL, 0);
}

int main(int argc, char **argv)
{
	static void (*const pairs[])(int[2]) = { pair_inside, pair_by_path, pair_by_tcp };
	int ends[2], which = 0;
	pid_t a, b;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "path"))
			which = 1;
		else if (!strcmp(argv[i], "tcp"))
			which = 2;
		else if (!strcmp(argv[i], "ask") || !strcmp(argv[i], "fill"))
			way = argv[i];
		else if (!strcmp(argv[i], "dgram"))
			type = SOCK_DGRAM;
		else if (!strcmp(argv[i], "seqpacket"))
			type = SOCK_SEQPACKET;
		else if (strcmp(argv[i], "pair") && strcmp(argv[i], "stream"))
			way_on = argv[i];
	}
	go();
	pairs[which](ends);
	a = child_new(sit, &(struct seat){ ends, 0 });
	b = !strcmp(way_on, "flight") ? 0 : child_new(sit, &(struct seat){ ends, 1 });
	if (!strcmp(way_on, "third"))
		child_new(hold, &(struct seat){ ends, 1 });
	main_goes_on(ends, a, b);
	return 0;
}
