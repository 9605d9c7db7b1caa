/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for one of several descriptors, by poll(), select() and epoll. */
#include "act.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>

#define EPOLL_EVENTS_MOST 4

static struct pollfd watch_poll(const struct stage *stage, const struct plan_watch *watch)
{
	switch (watch->type) {
	case WATCH_IN:
		return (struct pollfd){ .fd = stage->passage.pipe[watch->argument][0],
					.events = POLLIN };
	case WATCH_OUT:
		return (struct pollfd){ .fd = stage->passage.pipe[watch->argument][1],
					.events = POLLOUT };
	case WATCH_HANGUP_IN:
		return (struct pollfd){ .fd = stage->passage.pipe[watch->argument][0] };
	case WATCH_HANGUP_OUT:
		return (struct pollfd){ .fd = stage->passage.pipe[watch->argument][1] };
	case WATCH_PAIR_IN:
		return (struct pollfd){ .fd = pair_end(stage, watch->argument), .events = POLLIN };
	case WATCH_PAIR_OUT:
		return (struct pollfd){ .fd = pair_end(stage, watch->argument), .events = POLLOUT };
	case WATCH_EVENT_IN:
		return (struct pollfd){ .fd = stage->passage.event[watch->argument],
					.events = POLLIN };
	case WATCH_EVENT_OUT:
		return (struct pollfd){ .fd = stage->passage.event[watch->argument],
					.events = POLLOUT };
	case WATCH_PROCESS:
		return (struct pollfd){ .fd = pidfd_of(stage, watch->argument), .events = POLLIN };
	default:
		return (struct pollfd){ .fd = socket_new(), .events = POLLIN };
	}
}

static int watch_all(const struct stage *stage, int thread, struct pollfd *ret)
{
	int count = 0;

	for (int i = 0; i < stage->plan.watch_count; i++)
		if (stage->plan.watches[i].thread == thread)
			ret[count++] = watch_poll(stage, &stage->plan.watches[i]);
	return count;
}

static void act_select(const struct pollfd *fds, int count, struct timeval *timeout)
{
	fd_set in, out;
	int most = -1;

	FD_ZERO(&in);
	FD_ZERO(&out);
	for (int i = 0; i < count; i++) {
		FD_SET(fds[i].fd, fds[i].events & POLLIN ? &in : &out);
		if (fds[i].fd > most)
			most = fds[i].fd;
	}
	select(most + 1, &in, &out, NULL, timeout);
}

static void epoll_add(int epoll, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events };

	/* the same file may be watched for more than one reason */
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		must(epoll_ctl(epoll, EPOLL_CTL_ADD, dup(fd), &event));
}

/* With EPOLLET what is there already is reported once; then only what is new counts. */
static void act_epoll(enum call call, const struct pollfd *fds, int count)
{
	uint32_t edge = call == CALL_EPOLL_EDGE ? EPOLLET : 0;
	struct epoll_event ready[EPOLL_EVENTS_MOST];
	int epoll = must(epoll_create1(EPOLL_CLOEXEC)), inner = epoll;

	if (call == CALL_EPOLL_NESTED) {
		inner = must(epoll_create1(EPOLL_CLOEXEC));
		epoll_add(epoll, inner, EPOLLIN);
	}
	for (int i = 0; i < count; i++)
		epoll_add(i ? epoll : inner, fds[i].fd, (uint32_t)fds[i].events | edge);
	while (edge && must(epoll_wait(epoll, ready, EPOLL_EVENTS_MOST, 0)))
		continue;
	must(epoll_wait(epoll, ready, EPOLL_EVENTS_MOST, -1));
}

void act_watch(const struct stage *stage, int number)
{
	const struct plan_thread *thread = &stage->plan.threads[number];
	struct timespec length = { .tv_sec = LONG_S };
	struct timeval timeout = { .tv_sec = LONG_S };
	struct pollfd fds[PLAN_MOST];
	int count = watch_all(stage, number, fds);

	if (thread->call == CALL_EPOLL || thread->call == CALL_EPOLL_EDGE ||
	    thread->call == CALL_EPOLL_NESTED)
		act_epoll(thread->call, fds, count);
	else if (thread->call == CALL_SELECT)
		act_select(fds, count, thread->timed ? &timeout : NULL);
	else if (thread->call == CALL_PPOLL)
		ppoll(fds, count, thread->timed ? &length : NULL, NULL);
	else
		poll(fds, count, thread->timed ? LONG_S * 1000 : -1);
}
