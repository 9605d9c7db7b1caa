/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arbitrary bytes as a command line, one argument a line: parsed and checked,
 * or refused with the status of usage.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

#define ARGUMENTS_MOST 32
#define INPUT_MOST     4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is said goes nowhere, once and for all. */
static void be_quiet(void)
{
	static bool quiet;

	if (!quiet && (!freopen("/dev/null", "w", stdout)))
		abort();
	quiet = true;
}

static void options_judge(const struct options *options)
{
	if (options->mode == MODE_PIDS && !options->pid_count)
		abort();
	if (options->mode == MODE_REPLAY && !options->replay)
		abort();
	if (options->mode == MODE_COMMAND && !options->command)
		abort();
	if (!options->min_wait_ns || !options->interval_ns)
		abort();
	for (size_t i = 0; i < options->pid_count; i++)
		if (!options->pids[i])
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char name[] = "dltrace";
	char line[INPUT_MOST + 1], *argv[ARGUMENTS_MOST + 1] = { name };
	struct options options;
	int argc = 1, status = -1;

	if (size > INPUT_MOST)
		return 0;
	be_quiet();
	memcpy(line, data, size);
	line[size] = '\0';
	for (char *at = line; at && argc < ARGUMENTS_MOST; argc++)
		argv[argc] = strsep(&at, "\n");

	FILE *was = stderr;

	stderr = fopen("/dev/null", "we");
	if (!stderr)
		abort();

	int err = options_parse(argc, argv, &options, &status);

	fclose(stderr);
	stderr = was;
	if (err) {
		if (status != STATUS_USAGE && status != STATUS_HEALTHY)
			abort();
		return 0;
	}
	options_judge(&options);
	options_deinit(&options);
	return 0;
}
