/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two children read from a pipe that only their parent could write to, and the
 * parent waits for them in the form that the argument names: pid, any, pgid,
 * pidfd, all, peek (leaves the child to be waited for), wall, thread (children of
 * the waiting thread), clone (those that send no SIGCHLD). With "nohang" it asks again and again
 * instead: the near miss.
 */
#include "hang.h"

#include <string.h>
#include <sys/syscall.h>

static int ends[2];

static void read_order(void *argument)
{
	char byte;

	(void)argument;
	close(ends[1]);
	must(read(ends[0], &byte, 1)); /* here it hangs */
}

/* A child that sends no signal when it ends. */
static pid_t silent_child_new(void)
{
	pid_t pid = must(syscall(SYS_clone, 0, NULL, NULL, NULL, NULL));

	if (!pid) {
		read_order(NULL);
		_exit(0);
	}
	return pid;
}

static void poll_child(pid_t child)
{
	while (waitpid(child, NULL, WNOHANG) == 0)
		usleep(50000);
}

int main(int argc, char **argv)
{
	const char *form = argc > 1 ? argv[1] : "pid";
	siginfo_t info;

	go();
	must(pipe(ends));
	pid_t a = strcmp(form, "clone") ? child_new(read_order, NULL) : silent_child_new();
	pid_t b = strcmp(form, "clone") ? child_new(read_order, NULL) : silent_child_new();
	must(setpgid(a, a));
	must(setpgid(b, a));
	ready("main", getpid(), "a", a, "b", b, NULL);
	if (!strcmp(form, "any"))
		wait(NULL);
	else if (!strcmp(form, "pgid"))
		waitid(P_PGID, a, &info, WEXITED);
	else if (!strcmp(form, "pidfd"))
		waitid(P_PIDFD, syscall(SYS_pidfd_open, a, 0), &info, WEXITED);
	else if (!strcmp(form, "all") || !strcmp(form, "peek"))
		waitid(P_ALL, 0, &info, WEXITED | (*form == 'p' ? WNOWAIT : 0));
	else if (!strcmp(form, "wall"))
		waitpid(-1, NULL, __WALL);
	else if (!strcmp(form, "thread"))
		waitpid(-1, NULL, __WNOTHREAD);
	else if (!strcmp(form, "clone"))
		waitpid(-1, NULL, __WCLONE);
	else if (!strcmp(form, "nohang"))
		poll_child(a);
	else
		waitpid(a, NULL, 0);
	return 0;
}
