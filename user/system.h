/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A running system under judgement: the source of looks and events, the probe
 * with the answers of the current look, the judge, and the recording, if any.
 */
#ifndef DLTRACE_SYSTEM_H
#define DLTRACE_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/answers.h"
#include "core/judge.h"
#include "options.h"
#include "probe/live.h"
#include "report/report.h"
#include "source/bpf.h"
#include "source/proc.h"
#include "source/recording.h"

struct system {
	struct bpf_source *source; /* one of these two, the other is NULL */
	struct proc_source *proc;
	struct live_probe *live;
	struct answers answers;
	struct look look; /* the last one; what the judge gives points into it */
	struct judge *judge;
	struct recording *recording; /* NULL: none */
	bool lost;		     /* events and the like, at any time */
	uint64_t lost_ns;	     /* CLOCK_REALTIME of the look before the first loss; 0: none */
	uint64_t resyncs;	     /* looks taken because something was lost */
	uint32_t scoped;	     /* processes in scope when the kernel side was last told */
	bool sums_wanted;	     /* of durations */
	struct tally events[EVENT_TYPES];
	struct tally events_lost[LOSSES];
	struct durations durations[WAIT_KIND_COUNT];
};

/*
 * 0 or -errno, and then one line on standard error says what is missing.
 * scope: pids of -p, not owned, must outlive the system; NULL: everything.
 */
int system_open(struct system *system, const struct options *options, const uint32_t *scope,
		size_t scope_count);
void system_close(struct system *system);

/* Readable when events wait; -1: there are none. */
int system_events_fd(const struct system *system);
/* Takes in the events there are. */
void system_events(struct system *system);

/* Looks and judges. 0 or -errno, and then one line has been said. */
int system_look(struct system *system, struct findings *ret);

/* Fills in what the system knows of the run. */
void system_summarise(const struct system *system, struct run_summary *ret);

#endif /* DLTRACE_SYSTEM_H */
