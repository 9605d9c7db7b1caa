/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command of "-- COMMAND": started in a process group of its own, so that
 * all of it can be ended, and with the terminal in its hands if dltrace had
 * it: keys that send signals then go to the command, as without dltrace.
 */
#ifndef DLTRACE_COMMAND_H
#define DLTRACE_COMMAND_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/* What a program hands on to those it starts. */
struct signal_state {
	sigset_t blocked;
	sigset_t ignored;
};

/* Taken first thing in main, before dltrace blocks or ignores any. */
void signal_state_take(struct signal_state *ret);

struct command {
	pid_t pid;     /* also its process group; not reaped until command_end() */
	int pidfd;     /* for epoll: readable when the command has ended; owned */
	bool terminal; /* standard input is our controlling terminal */
};

/*
 * Runs argv (searched in PATH) with the given signals blocked and ignored.
 * 0 or -errno; then *ret_status is 127 if there is no such program, 126 if it
 * cannot be run, 125 if the attempt failed otherwise. *ret is to be ended by
 * command_end(), and its process may be left to itself by command_deinit().
 */
int command_start(char *const argv[], const struct signal_state *inherited, struct command *ret,
		  int *ret_status);
void command_deinit(struct command *command);

/*
 * Tells the command of a signal that dltrace got: SIGCHLD lets it follow the
 * command's job control stops (a stopped command stops dltrace, as a shell
 * expects, until it is continued); any other is sent on to the process group.
 */
void command_signal(struct command *command, int signal);
/* Ends the process group for certain. */
void command_kill(struct command *command);

/*
 * Reaps the command and takes the terminal back. 0 and its status as a shell
 * has it (128 + n for a signal), or -EAGAIN while it runs, or -errno.
 */
int command_end(struct command *command, int *ret_status);

#endif /* DLTRACE_COMMAND_H */
