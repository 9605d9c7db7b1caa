/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What else a descriptor can be waited for.
 *
 *   events read           each of two processes reads an eventfd that the other is to write
 *   events full           main waits for a, which adds to an eventfd that is full
 *   events epoll          main waits for a, which watches an eventfd that main is to write
 *   events splice         main waits for a, which splices from a pipe that main is to fill
 *   events fifo           main waits for a, which opens a fifo that nobody else opens: anybody may
 *   events ... live       somebody else has the descriptors too
 */
#include "hang.h"

#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>

static int first, second, pipe_ends[2];
static char path[64];

static void take(int fd)
{
	eventfd_t value;

	must(eventfd_read(fd, &value));
}

static void take_first(void *argument)
{
	(void)argument;
	take(first);
}

static void take_second(void *argument)
{
	(void)argument;
	take(second);
}

static void add(void *argument)
{
	(void)argument;
	must(eventfd_write(first, 1));
}

static void watch(void *argument)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = must(epoll_create1(0));

	(void)argument;
	must(epoll_ctl(epoll, EPOLL_CTL_ADD, first, &event));
	must(epoll_wait(epoll, &event, 1, -1));
}

static void move(void *argument)
{
	int out[2];

	(void)argument;
	close(pipe_ends[1]);
	must(pipe(out));
	must(splice(pipe_ends[0], NULL, out[1], NULL, 1, 0));
}

static void open_fifo(void *argument)
{
	(void)argument;
	must(open(path, O_RDONLY));
}

static void hold(void *argument)
{
	(void)argument;
	sleep_for_ever();
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void *argument);
	} ways[] = { { "read", take_first },
		     { "full", add },
		     { "epoll", watch },
		     { "splice", move },
		     { "fifo", open_fifo } };
	const char *way = argc > 1 ? argv[1] : "read";
	pid_t a = 0, b = 0;

	go();
	first = must(eventfd(0, 0));
	second = must(eventfd(0, 0));
	must(pipe(pipe_ends));
	snprintf(path, sizeof(path), "/tmp/dltrace-fifo-%d", getpid());
	must(mkfifo(path, 0600));
	if (!strcmp(way, "full"))
		must(eventfd_write(first, (eventfd_t)-2));
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (!strcmp(way, ways[i].name))
			a = child_new(ways[i].run, NULL);
	if (!strcmp(way, "read"))
		b = child_new(take_second, NULL);
	if (argc > 2)
		child_new(hold, NULL);
	/* who opens it goes on to wait when its name is gone */
	if (!strcmp(way, "fifo"))
		sleep(1);
	unlink(path);
	ready("main", getpid(), "a", a, b ? "b" : NULL, b, NULL);
	waitpid(a, NULL, 0);
	return 0;
}
