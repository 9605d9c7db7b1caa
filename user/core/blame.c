/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who blames whom: a stuck wait blames its holders where they are known, else its
 * other strong edges, else its weak ones. One that needs all of its wakers blames
 * those alone that cannot act.
 */
#include "core/blame.h"

#include <errno.h>
#include <stdlib.h>

#define SPREAD_MOST 64

static enum node_class task_class(const struct blame *blame, uint32_t task)
{
	const struct wait *wait = graph_wait(blame->graph, task);

	if (blame->graph->look->tasks[task].flags & TASK_DEAD)
		return NODE_DEAD;
	if (progress_able(blame->progress, task, PROGRESS_CUSTOM))
		return NODE_ABLE;
	return wait->idle ? NODE_IDLE : NODE_STUCK;
}

/* A group is what the best of its members is; groups only have members that were made earlier, so
 * these are known already. */
static enum node_class group_class(const struct blame *blame, const struct group *group)
{
	enum node_class best = NODE_DEAD;

	for (uint32_t m = 0; m < group->member_count; m++) {
		enum node_class class =
			blame->class[blame->graph->members[group->first_member + m]];

		if (class < best)
			best = class;
	}
	return best;
}

/* Beside somebody with a guard, others only might be the holder. */
enum blame_level { BLAME_ANY, BLAME_STRONG, BLAME_HOLDER, BLAME_GUARD };

static enum blame_level edge_level(const struct edge *edge)
{
	if (edge->flags & EDGE_GUARD)
		return BLAME_GUARD;
	if (edge->flags & EDGE_HOLDER)
		return BLAME_HOLDER;
	return relation_is_strong(edge->relation) ? BLAME_STRONG : BLAME_ANY;
}

/* A wait that needs all of its wakers is not stuck because of those that can act. */
static bool edge_is_innocent(const struct blame *blame, const struct wait *wait,
			     const struct edge *edge)
{
	return wait->need_all &&
	       progress_edge_acts(blame->progress, blame->graph, wait->task, edge);
}

/* Only edges of the highest level that the wait has are blamed. */
static enum blame_level wait_level(const struct blame *blame, const struct wait *wait)
{
	const struct edge *edges = blame->graph->edges;
	enum blame_level level = BLAME_ANY;

	for (uint32_t e = wait->first_edge; e < wait->first_edge + wait->edge_count; e++)
		if (edge_level(&edges[e]) > level && !edge_is_innocent(blame, wait, &edges[e]))
			level = edge_level(&edges[e]);
	return level;
}

int blame_init(struct blame *blame, const struct graph *graph, const struct progress *progress)
{
	*blame = (struct blame){ .graph = graph, .progress = progress };
	blame->class = malloc(graph_node_count(graph) + 1);
	blame->level = malloc(graph->wait_count + 1);
	if (!blame->class || !blame->level) {
		blame_deinit(blame);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < graph->look->task_count; i++)
		blame->class[i] = task_class(blame, i);
	for (uint32_t i = 0; i < graph->group_count; i++)
		blame->class[graph->look->task_count + i] = group_class(blame, &graph->groups[i]);
	for (uint32_t i = 0; i < graph->wait_count; i++)
		blame->level[i] = wait_level(blame, &graph->waits[i]);
	return 0;
}

void blame_deinit(struct blame *blame)
{
	free(blame->class);
	free(blame->level);
	*blame = (struct blame){ 0 };
}

bool blame_has_edge(const struct blame *blame, const struct wait *wait, const struct edge *edge)
{
	return edge_level(edge) == blame->level[wait - blame->graph->waits] &&
	       !edge_is_innocent(blame, wait, edge);
}

bool blame_rests_on_guard(const struct blame *blame, uint32_t task)
{
	const struct graph *graph = blame->graph;
	const struct wait *wait = graph_wait(graph, task);

	for (uint32_t e = 0; wait && e < wait->edge_count; e++) {
		const struct edge *edge = &graph->edges[wait->first_edge + e];

		if (edge->flags & EDGE_GUARD && blame_has_edge(blame, wait, edge))
			return true;
	}
	return false;
}

/*
 * An edge that leaves out the waiter's own process leads to the other members of
 * its group, one by one; a group of very many is taken whole, which blames the
 * own process along with them.
 */
static bool edge_is_spread(const struct blame *blame, const struct edge *edge)
{
	return edge->flags & EDGE_NOT_SELF && !node_is_task(blame->graph, edge->target) &&
	       graph_group(blame->graph, edge->target)->member_count <= SPREAD_MOST;
}

/* The next member of the group that is not of the task's own process. */
static uint32_t spread_next(const struct blame *blame, uint32_t task, const struct edge *edge,
			    uint32_t *member)
{
	const struct graph *graph = blame->graph;
	const struct group *group = graph_group(graph, edge->target);

	while (*member < group->member_count) {
		uint32_t node = graph->members[group->first_member + (*member)++];

		if (graph_node_pid(graph, node) != graph->look->tasks[task].pid)
			return node;
	}
	return NO_NODE;
}

static uint32_t task_next(const struct blame *blame, uint32_t task, struct blame_cursor *cursor,
			  const struct edge **ret_edge)
{
	const struct graph *graph = blame->graph;
	const struct wait *wait = graph_wait(graph, task);

	for (; wait && cursor->edge < wait->edge_count; cursor->edge++, cursor->member = 0) {
		const struct edge *edge = &graph->edges[wait->first_edge + cursor->edge];

		if (!blame_has_edge(blame, wait, edge))
			continue;
		*ret_edge = edge;
		if (!edge_is_spread(blame, edge)) {
			cursor->edge++;
			return edge->target;
		}

		uint32_t node = spread_next(blame, task, edge, &cursor->member);

		if (node != NO_NODE)
			return node;
	}
	return NO_NODE;
}

uint32_t blame_next(const struct blame *blame, uint32_t node, struct blame_cursor *cursor,
		    const struct edge **ret_edge)
{
	const struct graph *graph = blame->graph;

	if (node_is_task(graph, node))
		return task_next(blame, node, cursor, ret_edge);

	const struct group *group = graph_group(graph, node);

	*ret_edge = NULL;
	if (cursor->member == group->member_count)
		return NO_NODE;
	return graph->members[group->first_member + cursor->member++];
}
