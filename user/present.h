/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where findings go: the reporter that was chosen, the file or standard output,
 * the textfile. Also counts what was found, for the exit status.
 */
#ifndef DLTRACE_PRESENT_H
#define DLTRACE_PRESENT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/judge.h"
#include "options.h"
#include "report/page.h"
#include "report/report.h"
#include "report/textfile.h"

struct present {
	const struct options *options;
	const struct reporter *reporter;
	struct output output;
	FILE *file;		   /* of -o; NULL: standard output, or replaced */
	struct textfile *replaced; /* of -o, for a form that is written whole; NULL: a stream */
	struct page page;
	struct textfile *textfile; /* NULL: none */
	struct run_summary summary;
	uint64_t started_ns;  /* CLOCK_MONOTONIC */
	uint64_t found;	      /* deadlocks, each id once */
	bool closed;	      /* nobody reads the findings any more */
	bool textfile_failed; /* said once, until it works again */
};

/* 0, or -errno and then one line on standard error says what is wrong. */
int present_init(struct present *present, const struct options *options);
void present_deinit(struct present *present);

/* The findings of one look. 0 or -errno; -EPIPE: end quietly. Others have been said. */
int present_findings(struct present *present, const struct findings *findings,
		     const struct look *look);
/* The last line. Errors as above. */
int present_summary(struct present *present);

/* Now, on the clock of looks and events. */
uint64_t monotonic_ns(void);
/* Time on a CPU that this process has used. */
uint64_t used_ns(void);

#endif /* DLTRACE_PRESENT_H */
