/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "command.h"

#define START(command, status, ...) \
	start(command, status, (char *[]){ __VA_ARGS__, NULL }, &(struct signal_state){ 0 })

static int start(struct command *command, int *status, char *const argv[],
		 struct signal_state *state)
{
	signal_state_take(state);
	return command_start(argv, state, command, status);
}

/* Waits for its end, as the event loop does. */
static int status_of(struct command *command)
{
	struct pollfd ended = { .fd = command->pidfd, .events = POLLIN };
	int status = -1;

	cr_assert_eq(poll(&ended, 1, 10000), 1);
	cr_assert_eq(command_end(command, &status), 0);
	return status;
}

Test(command, status_is_that_of_a_shell)
{
	struct command command;
	int status;

	cr_assert_eq(START(&command, &status, "true"), 0);
	cr_expect_eq(status_of(&command), 0);
	cr_assert_eq(START(&command, &status, "sh", "-c", "exit 42"), 0);
	cr_expect_eq(status_of(&command), 42);
	cr_assert_eq(START(&command, &status, "sh", "-c", "kill -USR1 $$"), 0);
	cr_expect_eq(status_of(&command), 128 + SIGUSR1);
}

Test(command, what_cannot_be_started_says_why)
{
	struct command command = { .pid = 7 };
	int status = -1;

	cr_expect_eq(START(&command, &status, "/no/such/program"), -ENOENT);
	cr_expect_eq(status, 127);
	cr_expect_eq(START(&command, &status, "no-such-program"), -ENOENT);
	cr_expect_eq(status, 127);
	cr_expect_eq(START(&command, &status, "/"), -EACCES);
	cr_expect_eq(status, 126);
	cr_expect_eq(command.pid, 7, "the output changed");
}

Test(command, running_command_has_not_ended)
{
	struct command command;
	int status = -1;

	cr_assert_eq(START(&command, &status, "sleep", "60"), 0);
	cr_expect_eq(command_end(&command, &status), -EAGAIN);
	command_kill(&command);
	cr_expect_eq(status_of(&command), 128 + SIGKILL);
}

Test(command, signal_goes_to_its_whole_group)
{
	struct command command;
	int status;

	cr_assert_eq(START(&command, &status, "sh", "-c", "sleep 60; exit 1"), 0);
	cr_expect_eq(getpgid(command.pid), command.pid);
	command_signal(&command, SIGTERM);
	cr_expect_eq(status_of(&command), 128 + SIGTERM);
}

Test(command, dltraces_own_signal_settings_stay_its_own)
{
	struct signal_state state;
	struct command command;
	sigset_t all;
	int status;

	signal_state_take(&state);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	signal(SIGPIPE, SIG_IGN);
	char *argv[] = { "sh", "-c", "kill -PIPE $$; exit 3", NULL };

	cr_assert_eq(command_start(argv, &state, &command, &status), 0);
	cr_expect_eq(status_of(&command), 128 + SIGPIPE);
}
