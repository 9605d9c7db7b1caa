/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who can still go on. See progress.c for the definition and why it is right.
 */
#ifndef DLTRACE_PROGRESS_H
#define DLTRACE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/graph.h"

enum progress_mode {
	PROGRESS_CERTAIN, /* whoever could end a wait may do so */
	PROGRESS_CUSTOM,  /* whoever is responsible for ending it does, nobody else */
	PROGRESS_MODES,
};

struct progress {
	uint8_t *able; /* for each node: bit `mode` is set if it can go on in that mode */
	uint32_t *queue;
	struct group_state *groups;
	uint32_t *remaining; /* for each wait that needs all: wakers not yet able */
	uint32_t node_capacity, group_capacity, wait_capacity;
};

void progress_deinit(struct progress *progress);

/*
 * Works out both modes anew over a frozen graph. waived[task], if given, is
 * non-zero for tasks whose wait does not count (too young, not confirmed): they
 * are taken to be able to go on. 0 or -ENOMEM. Start from a zeroed struct
 * progress; its memory is used again by the next run.
 */
int progress_run(struct progress *progress, const struct graph *graph, const uint8_t *waived);

static inline bool progress_able(const struct progress *progress, uint32_t node,
				 enum progress_mode mode)
{
	return progress->able[node] & (1u << mode);
}

/* True if, by custom, what the task's edge leads to can go on, the task's own process left out where
 * the edge says so. Of the last run. */
bool progress_edge_acts(const struct progress *progress, const struct graph *graph, uint32_t task,
			const struct edge *edge);

/* True if the wait is open in that mode. */
static inline bool wait_is_open(const struct wait *wait, enum progress_mode mode)
{
	if (mode == PROGRESS_CERTAIN)
		return wait->open;
	return wait->open & ~(wait->held ? OPEN_SOFT_HELD : OPEN_SOFT);
}

/*
 * True if the edge of the wait is one of those that can end it in that mode. A wait that needs all
 * of its wakers needs those who are responsible besides, not instead: the rules stay monotone.
 */
static inline bool edge_counts(const struct wait *wait, const struct edge *edge,
			       enum progress_mode mode)
{
	if (mode == PROGRESS_CERTAIN || !wait->held)
		return edge->flags & EDGE_CAN_END;
	return edge->flags & (wait->need_all ? EDGE_CAN_END | EDGE_HOLDER : EDGE_HOLDER);
}

#endif /* DLTRACE_PROGRESS_H */
