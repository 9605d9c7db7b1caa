/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The judge: takes look after look, keeps what has to be remembered between
 * them, and gives findings. Pure: time is an argument, the system a probe.
 */
#ifndef DLTRACE_JUDGE_H
#define DLTRACE_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/deadlock.h"
#include "core/kind.h"
#include "core/look.h"

struct judge;

struct judge_options {
	uint64_t min_wait_ns;
	struct kind_table kinds;
	const uint32_t *scope; /* pids of -p, not owned, constant; NULL: everything */
	size_t scope_count;
	bool want_chains;
	uint64_t
		stalled_after_ns; /* look for stalled chains, of waits at least so old; 0: do not */
	enum stacks stacks;	  /* of the tasks of a finding */
};

/* What changed with one look. All owned by the judge, valid until the next look. */
struct findings {
	struct deadlock **found; /* new, or with other causes or certainty than before */
	size_t found_count;
	struct deadlock **resolved; /* seen before and gone */
	size_t resolved_count;
	struct deadlock **active; /* all that stand now */
	size_t active_count;
	struct chain *chains; /* of the named processes, and stalled ones; new or changed */
	size_t chain_count;
	/*
	 * Tasks in scope that would be in a deadlock if this look were confirmed by another
	 * (candidates), and when the youngest of them will have waited min_wait
	 * (CLOCK_MONOTONIC; 0: all have). A caller that wants an answer now looks again then.
	 */
	uint32_t candidates;
	uint32_t fresh; /* of them: old enough, and not seen like this at the look before */
	uint64_t ripe_ns;
	uint64_t young_ns; /* the same of those that were too young to be asked about */
	uint32_t tries; /* who was a candidate before and is awake now, maybe only to try again */
	/*
	 * Somebody in scope waits, for long enough and in no known way for something outside, while
	 * a thread of the same process is awake. It may be one that wakes up only to wait again.
	 */
	bool restless;
};

/* Figures of the last look, for the summary and the metrics. */
struct judge_stats {
	uint32_t looks;
	uint32_t tasks, blocked;
	uint32_t scope_tasks, scope_processes;
	uint32_t deadlocked;	     /* causes and victims of what stands now */
	uint32_t open[OPEN_REASONS]; /* waits by first reason, system-wide */
	uint32_t scope_ignorance;    /* waits in scope that are open out of ignorance */
	uint32_t blocked_by_kind[WAIT_KIND_COUNT];
	uint64_t longest_ns[WAIT_KIND_COUNT]; /* age of the oldest wait */
	uint64_t asked[COST_LEVELS];	      /* questions to resolve waits, by cost, in all */
	uint64_t suspects[COST_LEVELS];	      /* waits resolved at that budget, in all */
	uint64_t cleared_asked; /* dear questions about tasks that cheap ones had cleared: 0 */
	uint64_t incomplete;	/* mask of enum incomplete, last look */
	uint64_t detected[VERDICTS];
	uint64_t look_ns; /* how long it took */
};

/* NULL if out of memory. options are copied, what they point to is not. */
struct judge *judge_new(const struct judge_options *options);
void judge_free(struct judge *judge);

/* A live event, as it comes. */
void judge_event(struct judge *judge, const struct event *event);

/*
 * True if a task has ended since the last look that held something others wait for: a look now
 * tells what has become of them.
 */
bool judge_holder_ended(const struct judge *judge);

/* Some events did not come: reason is an enum loss, or their enum event_type. */
void judge_events_lost(struct judge *judge, uint32_t reason);

/*
 * Judges one look. The look stays the caller's and must live until the next
 * call. 0 or -ENOMEM; after an error the judge is as before.
 */
int judge_look(struct judge *judge, const struct look *look, const struct probe *probe,
	       struct findings *ret);
/* How long the last look took, with its judgement. */
void judge_look_took(struct judge *judge, uint64_t ns);
/* Something was found to be missing while the last look was judged. */
void judge_incomplete(struct judge *judge, enum incomplete what);
const struct judge_stats *judge_stats(const struct judge *judge);

/* True if there is a scope, and if the process of that look is in it. */
bool judge_is_scoped(const struct judge *judge);
bool judge_in_scope(const struct judge *judge, const struct look *look, uint32_t pid);
/* True if a process of -p is still there (or -p was not given). */
bool judge_scope_alive(const struct judge *judge);

#endif /* DLTRACE_JUDGE_H */
