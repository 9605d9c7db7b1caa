/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dltrace: who waits for whom, and who will never go on again.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "command.h"
#include "options.h"
#include "run.h"
#include "source/features.h"
#include "targets.h"

static int run(const struct options *options, const struct signal_state *inherited)
{
	switch ((enum mode)options->mode) {
	case MODE_FEATURES:
		return features_print(stdout) ? STATUS_FAILED : STATUS_HEALTHY;
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

	signal_state_take(&inherited);
	signal(SIGPIPE, SIG_IGN);
	if (options_parse(argc, argv, &options, &status))
		return status;
	status = options.pid_count ? resolve_targets(&options) : STATUS_HEALTHY;
	if (!status)
		status = run(&options, &inherited);
	options_deinit(&options);
	return status;
}
