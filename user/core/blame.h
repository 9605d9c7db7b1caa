/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The blame graph: what each stuck node leads to. Shared by the parts of the
 * explanation; not for use outside of it.
 */
#ifndef DLTRACE_BLAME_H
#define DLTRACE_BLAME_H

#include "core/progress.h"

/* What a node is to those who wait for it. */
enum node_class {
	NODE_ABLE, /* goes on: nobody is stuck because of it */
	NODE_STUCK,
	NODE_IDLE, /* waits for ever on purpose */
	NODE_DEAD,
};

struct blame {
	const struct graph *graph;
	const struct progress *progress;
	uint8_t *class; /* of each node; enum node_class */
	uint8_t *level; /* of each wait: which of its edges it blames */
};

/* The explained graph and progress must outlive it. 0 or -ENOMEM. */
int blame_init(struct blame *blame, const struct graph *graph, const struct progress *progress);
void blame_deinit(struct blame *blame);

/* True if the stuck wait blames this edge of it. */
bool blame_has_edge(const struct blame *blame, const struct wait *wait, const struct edge *edge);
/* True if whom the task blames was named by what lies on a stack: that is custom, and no proof. */
bool blame_rests_on_guard(const struct blame *blame, uint32_t task);

/* Where an enumeration of what a node leads to has got to. Start from { 0 }. */
struct blame_cursor {
	uint32_t edge;
	uint32_t member;
};

/*
 * The next node that a task blames, or the next member of a group; NO_NODE at
 * the end. Nodes of every class come. *ret_edge is the task's edge through which
 * it is blamed, NULL for members.
 */
uint32_t blame_next(const struct blame *blame, uint32_t node, struct blame_cursor *cursor,
		    const struct edge **ret_edge);

#endif /* DLTRACE_BLAME_H */
