/* SPDX-License-Identifier: BSD-2-Clause */
/* What goes with what on the command line. */
#include "options.h"

const char *options_check(struct options *options)
{
	const struct {
		bool given;
		enum mode mode;
	} modes[] = {
		{ options->pid_count > 0, MODE_PIDS },
		{ options->all, MODE_ALL },
		{ options->command != NULL, MODE_COMMAND },
		{ options->replay != NULL, MODE_REPLAY },
		{ options->features, MODE_FEATURES },
	};
	int given = 0;

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (!modes[i].given)
			continue;
		options->mode = modes[i].mode;
		given++;
	}

	bool command = options->mode == MODE_COMMAND;
	bool watches = command || (!options->once && (options->pid_count || options->all));
	bool attaches = options->attach == ATTACH_SLEEP || options->attach == ATTACH_SYSCALL;
	const struct {
		bool broken;
		const char *message;
	} rules[] = {
		{ given == 0,
		  "nothing to judge; give one of -p PID, --all, --replay FILE, --features, -- COMMAND" },
		{ given > 1,
		  "-p, --all, --replay, --features and a command exclude each other; give one" },
		{ options->once && command,
		  "--once does not go with a command, which has to be watched; leave it out" },
		{ options->strict && command,
		  "--strict does not go with a command, whose status is its own; leave it out" },
		{ options->kill && !command, "--kill ends a command; give one behind --" },
		{ options->artifacts && !command,
		  "--artifacts is for a command; give one behind --" },
		{ options->format >= FORMAT_DOT && watches && !options->output,
		  "--format dot and html are written whole; give -o FILE, or --once" },
		{ options->uprobes && !command && options->mode != MODE_PIDS,
		  "--uprobes is for single processes; give -p PID or a command behind --" },
		{ options->uprobes && !watches,
		  "--uprobes has to watch who takes and gives back; leave out --once" },
		{ options->uprobes && options->source == SOURCE_PROC,
		  "--uprobes needs BPF; leave out --source proc" },
		{ attaches && options->source == SOURCE_PROC,
		  "--attach sleep and syscall need BPF; leave out --source proc" },
		{ options->record && options->replay,
		  "--record is of a running system, and --replay has a recording; leave one out" },
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (rules[i].broken)
			return rules[i].message;
	}
	return NULL;
}
