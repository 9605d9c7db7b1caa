/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model once more, slow and obvious: from a picture of who waits for whom to
 * who is stuck and why, written from the definitions alone and sharing no code
 * with the core but the vocabulary.
 */
#ifndef DLTRACE_SLOW_MODEL_H
#define DLTRACE_SLOW_MODEL_H

#include "core/deadlock.h"
#include "core/graph.h"
#include "core/progress.h"
#include "core/wait.h"

#define PICTURE_NODES 64
#define PICTURE_FAN   12 /* edges of a wait, members of a group */

struct picture_edge {
	uint32_t target;
	enum relation relation;
	unsigned int flags;
};

/* A task or a group, as the numbering of the graph has it: the tasks come first. */
struct picture_node {
	uint32_t open; /* of the wait, or of the group */
	/* tasks */
	uint32_t pid;
	uint64_t start_ns;
	bool dead, blocked, waived, need_all, idle;
	struct picture_edge edges[PICTURE_FAN];
	uint32_t edge_count;
	/* groups */
	enum group_type type;
	uint32_t process; /* GROUP_PROCESS: its pid */
	uint32_t members[PICTURE_FAN];
	uint32_t member_count;
};

struct picture {
	struct picture_node nodes[PICTURE_NODES];
	uint32_t task_count, node_count;
};

/* One deadlock. Sets of tasks are arrays of booleans. */
struct slow_item {
	enum verdict verdict;
	enum certainty certainty;
	bool causes[PICTURE_NODES];
	bool victims[PICTURE_NODES];
	uint32_t dead;	     /* NO_NODE if there is none */
	uint32_t ring_count; /* length of a shortest ring, 1 for self */
	uint32_t ring_first; /* the oldest of the tasks that such a ring goes through */
};

struct slow_model {
	bool able[PROGRESS_MODES][PICTURE_NODES];
	struct slow_item items[PICTURE_NODES];
	uint32_t item_count;
	/* strong[a][b]: task a waits for task b by a strong relation that it blames */
	bool strong[PICTURE_NODES][PICTURE_NODES];
};

void slow_judge(const struct picture *picture, struct slow_model *ret);

#endif /* DLTRACE_SLOW_MODEL_H */
