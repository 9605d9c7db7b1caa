/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line as plain data: parsed, checked against itself, but not
 * against the system (targets.h does that).
 */
#ifndef DLTRACE_OPTIONS_H
#define DLTRACE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/stack.h"
#include "report/color.h"

/* Ends of dltrace; with a command, the second three. */
enum exit_status {
	STATUS_HEALTHY = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_DEADLOCK = 3,
	STATUS_NO_TARGET = 4,
	STATUS_UNSURE = 5,
	STATUS_COMMAND_DEADLOCK = 124,
	STATUS_COMMAND_FAILED = 125,
};

enum mode { MODE_PIDS, MODE_ALL, MODE_COMMAND, MODE_REPLAY, MODE_FEATURES };
enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_DOT, FORMAT_HTML };
enum attach { ATTACH_AUTO, ATTACH_SLEEP, ATTACH_SYSCALL, ATTACH_NONE };
enum fact_source { SOURCE_AUTO, SOURCE_BPF, SOURCE_PROC };

/* Strings point into argv; only pids is owned. NULL or 0: not given. */
struct options {
	uint32_t *pids; /* of -p, as given */
	size_t pid_count;
	char **command; /* ends with NULL */
	const char *replay;
	const char *output;
	const char *textfile;
	const char *artifacts;
	const char *record;
	uint64_t min_wait_ns;
	uint64_t interval_ns;
	uint64_t duration_ns;
	uint64_t stalled_after_ns;
	uint32_t ringbuf_size; /* bytes, a power of two pages; 0: choose */
	int verbosity;	       /* below 0: quiet */
	uint8_t mode;	       /* enum mode */
	uint8_t format;	       /* enum format */
	uint8_t attach;	       /* enum attach */
	uint8_t source;	       /* enum fact_source */
	uint8_t stacks;	       /* enum stacks */
	uint8_t color;	       /* enum color */
	bool all;
	bool features;
	bool once;
	bool uprobes;
	bool strict;
	bool kill;
};

/*
 * 0: go on with *ret. -ECANCELED: there is nothing more to do, all has been
 * said (help and version on standard output, a mistake in one line on standard
 * error), end with *ret_status; *ret is unchanged.
 */
int options_parse(int argc, char **argv, struct options *ret, int *ret_status);
void options_deinit(struct options *options);

/* Sets the mode and checks what goes with what: the message of the first broken rule, or NULL. */
const char *options_check(struct options *options);

#endif /* DLTRACE_OPTIONS_H */
