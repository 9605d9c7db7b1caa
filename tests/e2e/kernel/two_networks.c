/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two containers, each with a network and an IPC namespace of its own, in which all
 * has the same names: two processes, a TCP connection between them from the same port
 * to the same port, and a queue of the same number. "apart": in one container each
 * waits for the other, one at the connection and one at the queue that the other has
 * sent to; in the other one there is somebody who sleeps. "crossed", a near miss: in
 * one the process at the connection waits, in the other one that at the queue, and
 * only by names do they wait for each other.
 */
#include "hang.h"

#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/socket.h>

#define SERVER_PORT 7001
#define CLIENT_PORT 7002

struct message {
	long type;
	char text[1];
};

/* Of one container. */
struct place {
	int ends[2];
	int queue;
	int receives; /* at the connection; else sleeps */
	int takes;    /* from the queue; else sleeps */
	pid_t at_connection, at_queue;
};

static void loopback_up(void)
{
	int fd = must(socket(AF_INET, SOCK_DGRAM, 0));
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	must(ioctl(fd, SIOCSIFFLAGS, &lo));
	close(fd);
}

static struct sockaddr_in loopback(int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons((uint16_t)port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static void connect_ends(int ends[2])
{
	struct sockaddr_in server = loopback(SERVER_PORT), client = loopback(CLIENT_PORT);
	int listener = must(socket(AF_INET, SOCK_STREAM, 0));

	must(bind(listener, (struct sockaddr *)&server, sizeof(server)));
	must(listen(listener, 1));
	ends[0] = must(socket(AF_INET, SOCK_STREAM, 0));
	must(bind(ends[0], (struct sockaddr *)&client, sizeof(client)));
	must(connect(ends[0], (struct sockaddr *)&server, sizeof(server)));
	ends[1] = must(accept(listener, NULL, NULL));
	close(listener);
}

static void be_at_connection(void *argument)
{
	struct place *place = argument;
	struct message message = { .type = 1 };
	char byte;

	close(place->ends[1]);
	must(msgsnd(place->queue, &message, 1, 0));
	if (place->receives)
		must(recv(place->ends[0], &byte, 1, 0));
	sleep_for_ever();
}

static void be_at_queue(void *argument)
{
	struct place *place = argument;
	struct message message;

	close(place->ends[0]);
	must(msgrcv(place->queue, &message, 1, 0, 0));
	if (place->takes)
		must(msgrcv(place->queue, &message, 1, 0, 0));
	sleep_for_ever();
}

static void contain(void *argument)
{
	struct place *place = argument;

	must(unshare(CLONE_NEWNET | CLONE_NEWIPC));
	loopback_up();
	connect_ends(place->ends);
	place->queue = must(msgget(IPC_PRIVATE, 0600));
	place->at_queue = child_new(be_at_queue, place);
	place->at_connection = child_new(be_at_connection, place);
	close(place->ends[0]);
	close(place->ends[1]);
	waitpid(place->at_connection, NULL, 0);
}

int main(int argc, char **argv)
{
	int is_crossed = argc > 1 && !strcmp(argv[1], "crossed");
	struct place *places = shared_memory(2 * sizeof(*places));
	pid_t first;

	go();
	places[0].receives = 1;
	places[0].takes = !is_crossed;
	places[1].takes = is_crossed;
	first = child_new(contain, &places[0]);
	child_new(contain, &places[1]);
	while (!places[0].at_connection || !places[1].at_connection)
		usleep(10000);
	if (places[0].queue != places[1].queue)
		return 1;
	usleep(300000);
	ready("main", getpid(), "first", first, "a", places[0].at_connection, "b",
	      places[is_crossed].at_queue, NULL);
	waitpid(first, NULL, 0);
	return 0;
}
