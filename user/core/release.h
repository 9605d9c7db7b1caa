/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The counterfactual: if one process ended, who could go on? See release.c.
 */
#ifndef DLTRACE_RELEASE_H
#define DLTRACE_RELEASE_H

#include "core/explain.h"

struct release_visit {
	uint32_t node;
	uint32_t mark;
};

/* Works out releases over one frozen graph. */
struct releaser {
	const struct graph *graph;
	const struct progress *progress;
	uint8_t *mark; /* of each node */
	struct release_visit *queue;
	uint32_t queued;
	uint32_t node_count; /* when frozen: later groups are nobody's dependents */
	uint32_t budget;     /* nodes that may yet be looked at, for all findings */
	bool spent;	     /* it was not enough: nothing more is known */
};

/* graph and progress must outlive it. 0 or -ENOMEM. */
int releaser_init(struct releaser *releaser, const struct graph *graph,
		  const struct progress *progress);
void releaser_deinit(struct releaser *releaser);

/* Which one of the causes' processes sets the most tasks free by its end. */
struct release release_find(struct releaser *releaser, const struct explained *explained);

#endif /* DLTRACE_RELEASE_H */
