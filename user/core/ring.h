/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The headline of a deadlock: a shortest ring of strong relations.
 */
#ifndef DLTRACE_RING_H
#define DLTRACE_RING_H

#include "core/components.h"

struct ring {
	uint32_t *tasks; /* in order: each waits for the next, the last for the first */
	uint32_t count;	 /* 0: no ring of two or more */
	uint32_t self;	 /* the first of the tasks that waits for itself, or NO_NODE */
};

/* Scratch memory for one graph, used for all of its components. */
struct ring_finder {
	const struct blame *blame;
	struct components components; /* of strong relations: every ring is inside of one */
	uint32_t *came_from; /* task by which each node was reached */
	uint32_t *seen;	     /* the walk by which it was reached last */
	uint32_t *depth;     /* tasks on the way, the start and the node included */
	uint32_t *queue;
	uint32_t start, walk;
	uint64_t steps; /* nodes visited for the component at work */
};

/* 0 or -ENOMEM. */
int ring_finder_init(struct ring_finder *finder, const struct blame *blame);
void ring_finder_deinit(struct ring_finder *finder);

/*
 * Looks among `tasks` (of one component of blame, in a canonical order) for a
 * shortest ring. 0 or -ENOMEM. The caller frees ret->tasks.
 */
int ring_find(struct ring_finder *finder, const uint32_t *tasks, uint32_t count, struct ring *ret);

#endif /* DLTRACE_RING_H */
