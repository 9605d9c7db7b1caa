/* SPDX-License-Identifier: BSD-2-Clause */
#include "command.h"

#include <errno.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "options.h"

#define TERMINAL STDIN_FILENO

extern char **environ;

void signal_state_take(struct signal_state *ret)
{
	sigemptyset(&ret->ignored);
	sigprocmask(SIG_BLOCK, NULL, &ret->blocked);
	for (int n = 1; n < NSIG; n++) {
		struct sigaction action;

		if (sigaction(n, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
			sigaddset(&ret->ignored, n);
	}
}

/* A background group that sets the foreground group is stopped by SIGTTOU unless it blocks it. */
static void terminal_give(pid_t group)
{
	sigset_t ttou, before;

	sigemptyset(&ttou);
	sigaddset(&ttou, SIGTTOU);
	sigprocmask(SIG_BLOCK, &ttou, &before);
	tcsetpgrp(TERMINAL, group);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/* All that the child is given. 0 or an error number, as posix_spawn() has it. */
static int spawn_prepare(posix_spawnattr_t *attributes, posix_spawn_file_actions_t *actions,
			 const struct signal_state *inherited)
{
	sigset_t defaults;
	int err = posix_spawnattr_setflags(
		attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

	if (err)
		return err;
	/* exec() resets handlers, not what is ignored. */
	sigfillset(&defaults);
	for (int n = 1; n < NSIG; n++) {
		if (sigismember(&inherited->ignored, n) == 1)
			sigdelset(&defaults, n);
	}
	err = posix_spawnattr_setsigdefault(attributes, &defaults);
	if (!err)
		err = posix_spawnattr_setsigmask(attributes, &inherited->blocked);
	if (!err)
		err = posix_spawnattr_setpgroup(attributes, 0);
	if (!err && tcgetpgrp(TERMINAL) == getpgrp())
		err = posix_spawn_file_actions_addtcsetpgrp_np(actions, TERMINAL);
	return err;
}

/* The process, or an error number in *ret_err. */
static pid_t command_spawn(char *const argv[], const struct signal_state *inherited, int *ret_err)
{
	posix_spawnattr_t attributes;
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;

	*ret_err = posix_spawnattr_init(&attributes);
	if (*ret_err)
		return -1;
	*ret_err = posix_spawn_file_actions_init(&actions);
	if (!*ret_err) {
		*ret_err = spawn_prepare(&attributes, &actions, inherited);
		if (!*ret_err)
			*ret_err =
				posix_spawnp(&pid, argv[0], &actions, &attributes, argv, environ);
		posix_spawn_file_actions_destroy(&actions);
	}
	posix_spawnattr_destroy(&attributes);
	return pid;
}

/* Of a failed start, as POSIX has it for utilities that run others (env, nohup). */
static int status_of_error(int err)
{
	if (err == ENOENT)
		return 127;
	if (err == EAGAIN || err == ENOMEM)
		return STATUS_COMMAND_FAILED;
	return 126;
}

int command_start(char *const argv[], const struct signal_state *inherited, struct command *ret,
		  int *ret_status)
{
	int err;
	pid_t pid = command_spawn(argv, inherited, &err);

	if (err) {
		/* The child had the terminal already when exec() failed. */
		if (tcgetpgrp(TERMINAL) >= 0)
			terminal_give(getpgrp());
		*ret_status = status_of_error(err);
		return -err;
	}

	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (pidfd < 0) {
		err = errno;
		kill(-pid, SIGKILL);
		waitpid(pid, NULL, 0);
		*ret_status = STATUS_COMMAND_FAILED;
		return -err;
	}
	*ret = (struct command){ .pid = pid, .pidfd = pidfd, .terminal = tcgetpgrp(TERMINAL) >= 0 };
	return 0;
}

void command_deinit(struct command *command)
{
	if (command->pidfd >= 0)
		close(command->pidfd);
	command->pidfd = -1;
}

/*
 * The shell knows only dltrace: it stops when the command stops, and when the
 * shell has continued it, in the foreground or not, it continues the command.
 * A command that stopped because it lacked the terminal that dltrace has by
 * now (started in the background, then "fg") just gets it.
 */
static void command_follow_stop(struct command *command)
{
	siginfo_t info = { 0 };

	if (!command->terminal || waitid(P_PID, command->pid, &info, WSTOPPED | WNOHANG) < 0 ||
	    info.si_pid == 0)
		return;

	pid_t foreground = tcgetpgrp(TERMINAL);

	if (foreground == command->pid)
		terminal_give(getpgrp());
	if (foreground != getpgrp())
		raise(SIGSTOP);
	if (tcgetpgrp(TERMINAL) == getpgrp())
		terminal_give(command->pid);
	kill(-command->pid, SIGCONT);
}

void command_signal(struct command *command, int signal)
{
	if (signal == SIGCHLD)
		command_follow_stop(command);
	else
		kill(-command->pid, signal);
}

void command_kill(struct command *command)
{
	kill(-command->pid, SIGKILL);
}

int command_end(struct command *command, int *ret_status)
{
	int status;
	pid_t pid = waitpid(command->pid, &status, WNOHANG);

	if (pid < 0)
		return -errno;
	if (pid == 0)
		return -EAGAIN;
	if (command->terminal && tcgetpgrp(TERMINAL) == command->pid)
		terminal_give(getpgrp());
	command_deinit(command);
	*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return 0;
}
