/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A child waits in poll or select for a pipe whose other end only its parent
 * holds, and the parent waits for the child. Second argument: in (for data),
 * out (for room in a full pipe), timed (near miss).
 */
#include "hang.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/select.h>

static const char *call, *what;
static int ends[2];

static void fill(int fd)
{
	static const char zeros[4096];

	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (write(fd, zeros, sizeof(zeros)) > 0)
		;
}

static void wait_for_pipe(void *argument)
{
	int out = !strcmp(what, "out");
	int fd = ends[out];
	fd_set set;

	(void)argument;
	close(ends[!out]);
	FD_ZERO(&set);
	FD_SET(fd, &set);
	if (!strcmp(call, "select"))
		select(fd + 1, out ? NULL : &set, out ? &set : NULL, NULL, NULL);
	else
		poll(&(struct pollfd){ fd, out ? POLLOUT : POLLIN, 0 }, 1,
		     strcmp(what, "timed") ? -1 : 600000);
}

int main(int argc, char **argv)
{
	call = argc > 1 ? argv[1] : "poll";
	what = argc > 2 ? argv[2] : "in";
	go();
	must(pipe(ends));
	if (!strcmp(what, "out"))
		fill(ends[1]);
	pid_t a = child_new(wait_for_pipe, NULL);
	close(ends[!strcmp(what, "out")]);
	ready("main", getpid(), "a", a, NULL);
	waitpid(a, NULL, 0); /* here it hangs */
	return 0;
}
