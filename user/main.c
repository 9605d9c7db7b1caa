/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dltrace: who waits for whom, and who will never go on again.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "options.h"
#include "run.h"
#include "source/features.h"
#include "targets.h"

/*
 * Standard descriptors that are closed would be given to the next files that are opened, and then
 * get what is meant for people. A command, behind exec(), has them closed as they were.
 */
static void hold_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* Of what was printed by request. A reader that has enough is no failure. */
static int flush_output(int status)
{
	if (!fflush(stdout) || errno == EPIPE)
		return status;
	fprintf(stderr, "dltrace: cannot write to standard output: %s\n", strerror(errno));
	return STATUS_FAILED;
}

static int run(const struct options *options, const struct signal_state *inherited)
{
	switch ((enum mode)options->mode) {
	case MODE_FEATURES:
		features_print(stdout);
		return flush_output(STATUS_HEALTHY);
	case MODE_REPLAY:
		return run_replay(options);
	case MODE_COMMAND:
		return run_command(options, inherited);
	default:
		return options->once ? run_once(options) : run_watch(options);
	}
}

/* The processes of -p as the system knows them. 0 or the status to end with. */
static int resolve_targets(struct options *options)
{
	char line[256];
	int status = targets_check(options->pids, options->pid_count, line, sizeof(line));

	if (*line && (status || options->verbosity >= 0))
		fprintf(stderr, "dltrace: %s\n", line);
	return status;
}

int main(int argc, char **argv)
{
	struct signal_state inherited;
	struct options options;
	int status;

	hold_standard_descriptors();
	signal_state_take(&inherited);
	signal(SIGPIPE, SIG_IGN);
	if (options_parse(argc, argv, &options, &status))
		return flush_output(status);
	status = options.pid_count ? resolve_targets(&options) : STATUS_HEALTHY;
	if (!status)
		status = run(&options, &inherited);
	options_deinit(&options);
	return status;
}
