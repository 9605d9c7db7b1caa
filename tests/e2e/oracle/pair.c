/* SPDX-License-Identifier: BSD-2-Clause */
/* Pairs of connected sockets, and eventfds. */
#include "act.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#define EVENT_FULL 0xfffffffffffffffeull /* eventfd(2) */

static struct sockaddr_in loopback(void)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

int socket_new(void)
{
	struct sockaddr_in here = loopback();
	int fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));

	must(bind(fd, (struct sockaddr *)&here, sizeof(here)));
	return fd;
}

static void tcp_pair(int *ends)
{
	struct sockaddr_in here = loopback();
	socklen_t size = sizeof(here);
	int listener = must(socket(AF_INET, SOCK_STREAM, 0));

	must(bind(listener, (struct sockaddr *)&here, size));
	must(listen(listener, 1));
	must(getsockname(listener, (struct sockaddr *)&here, &size));
	ends[0] = must(socket(AF_INET, SOCK_STREAM, 0));
	must(connect(ends[0], (struct sockaddr *)&here, size));
	ends[1] = must(accept(listener, NULL, NULL));
	must(close(listener));
}

static void fill(int fd)
{
	static const char page[4096];

	while (send(fd, page, sizeof(page), MSG_DONTWAIT) > 0)
		continue;
	if (errno != EAGAIN)
		must(-1);
}

void pairs_init(struct stage *stage)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };

	for (int i = 0; i < stage->plan.pair_count; i++) {
		const struct plan_pair *pair = &stage->plan.pairs[i];
		int *ends = stage->passage.pair[i];

		if (pair->type == PAIR_TCP)
			tcp_pair(ends);
		else
			must(socketpair(AF_UNIX, types[pair->type], 0, ends));
		for (int end = 0; end < 2; end++)
			if (pair->full & 1u << end)
				fill(ends[end]);
	}
}

void events_init(struct stage *stage)
{
	for (int i = 0; i < stage->plan.event_count; i++) {
		stage->passage.event[i] = must(eventfd(0, 0));
		if (stage->plan.events[i].full)
			must(eventfd_write(stage->passage.event[i], EVENT_FULL));
	}
}

int pair_end(const struct stage *stage, int end)
{
	return stage->passage.pair[end / 2][end % 2];
}

void act_pair(const struct stage *stage, const struct plan_thread *thread)
{
	static char page[4096];
	int fd = pair_end(stage, thread->argument);

	if (thread->call == CALL_SEND)
		send(fd, page, sizeof(page), 0);
	else
		recv(fd, page, sizeof(page), 0);
}

void act_event(const struct stage *stage, const struct plan_thread *thread)
{
	int fd = stage->passage.event[thread->argument];
	eventfd_t value;

	if (thread->call == CALL_EVENT_WRITE)
		eventfd_write(fd, 1);
	else
		eventfd_read(fd, &value);
}
