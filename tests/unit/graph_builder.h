/* SPDX-License-Identifier: BSD-2-Clause */
/* Small wait-for graphs in a few words, judged by the core. */
#ifndef DLTRACE_GRAPH_BUILDER_H
#define DLTRACE_GRAPH_BUILDER_H

#include "core/explain.h"
#include "core/graph.h"
#include "core/progress.h"
#include "core/wait_builder.h"

#define OWNS	    (EDGE_CAN_END | EDGE_HOLDER) /* ownership is enforced: the same two sets */
#define WORLD_TASKS 1024

struct world {
	struct look look;
	struct graph graph;
	struct progress progress;
	struct explanation explanation;
	struct wait_builder builder; /* of the wait added last */
	uint8_t waived[WORLD_TASKS];
};

/*
 * A task for each number of the text, all of them running: "1 1 2d" is two
 * threads of process 1 and a dead one of process 2. Numbers ascend, so tasks are
 * nodes 0, 1, ... in the order of the text; pids are 100 times the number, tids
 * follow them, and whoever comes later in the text is younger.
 */
struct world *world_new(const char *tasks);
void world_free(struct world *world);

uint32_t world_process(struct world *world, uint32_t number);
/* A group of its own, with the members listed up to NO_NODE. */
uint32_t world_group(struct world *world, enum group_type type, ...);
uint32_t world_dead(struct world *world, uint32_t tid);

/* The task is blocked from now on; edges go to the wait added last. */
struct wait *world_wait(struct world *world, uint32_t task);
void world_edge(struct world *world, uint32_t node, enum relation relation, unsigned int flags);
void world_open(struct world *world, enum open_reason reason);

/* The task waits for what the node holds, or for what the node merely could give. */
struct wait *world_holds(struct world *world, uint32_t task, uint32_t node);
struct wait *world_may_post(struct world *world, uint32_t task, uint32_t node);

/* Progress, and its explanation. Callable again. */
void world_judge(struct world *world);

bool world_stuck(const struct world *world, uint32_t task, enum progress_mode mode);
/* What the task is a cause of, or a victim of; NULL if of nothing. */
const struct explained *world_cause(const struct world *world, uint32_t task);
const struct explained *world_victim(const struct world *world, uint32_t task);

#endif /* DLTRACE_GRAPH_BUILDER_H */
