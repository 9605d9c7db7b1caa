/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One look being judged: what the parts of the judge share. Not for use outside
 * of it.
 */
#ifndef DLTRACE_HEARING_H
#define DLTRACE_HEARING_H

#include "core/active.h"
#include "core/explain.h"
#include "core/history.h"
#include "core/judge.h"
#include "core/resolve.h"
#include "core/scope.h"
#include "core/seen.h"
#include "core/touches.h"

#define STALLED_MOST 32 /* of one look */

struct judge {
	struct judge_options options;
	struct judge_stats stats;
	struct history *history;
	struct scope scope;
	struct seen seen;
	struct active active;
	struct progress progress;
	struct resolve_stats resolved;
	bool holder_ended; /* since the last look */
	/* the findings of the last look; found and active point into active */
	struct deadlock **found, **gone;
	size_t found_count, gone_count;
	struct chain *chains;
	size_t chain_count;
	uint64_t *chain_keys; /* chains given before, so that only changes are given again */
	size_t chain_key_count;
	struct touches touches;
	uint64_t first_look_ns;		     /* CLOCK_MONOTONIC */
	uint64_t stalled_keys[STALLED_MOST]; /* of the look before */
	size_t stalled_key_count;
};

/* One look being judged. */
struct hearing {
	struct judge *judge;
	const struct look *look;
	struct graph graph;
	struct kind_context context;
	uint8_t *waived;  /* of each task */
	struct seen seen; /* what this look saw */
	struct explanation explanation;
};

/* Compares what stands with what stood: fills judge->found and judge->gone. 0 or -ENOMEM. */
int hearing_collect_findings(struct hearing *hearing);
/* For each blocked task of the named processes that is in no deadlock: judge->chains. */
int hearing_collect_chains(struct hearing *hearing);
/* What is open only through bystanders, and new: the same list. */
int hearing_collect_stalled(struct hearing *hearing);
/* Takes the chain over, also on failure. 0 or -ENOMEM. */
int hearing_add_chain(struct hearing *hearing, struct chain *chain);

#endif /* DLTRACE_HEARING_H */
