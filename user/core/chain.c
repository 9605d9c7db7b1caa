/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Follows one waker after another, preferring those who can go on (one of them
 * is why the waiter is not deadlocked) and strong relations over weak ones, until
 * somebody runs, waits for something outside, or was met before.
 */
#include "core/chain.h"

#include <errno.h>
#include <stdlib.h>

#include "core/writeup.h"

#define LINKS_MOST 32

/* The task of a node that is most worth following: an able one if there is one. */
static uint32_t node_task(const struct graph *graph, const struct progress *progress, uint32_t node,
			  uint32_t waiter)
{
	while (node != NO_NODE && !node_is_task(graph, node)) {
		const struct group *group = graph_group(graph, node);
		uint32_t best = NO_NODE;

		for (uint32_t m = 0; m < group->member_count; m++) {
			uint32_t member = graph->members[group->first_member + m];

			if (graph_node_is_self(graph, member, waiter))
				continue;
			if (best == NO_NODE || (progress_able(progress, member, PROGRESS_CUSTOM) &&
						!progress_able(progress, best, PROGRESS_CUSTOM)))
				best = member;
		}
		node = best;
	}
	return node;
}

/* How much an edge is worth following. */
static int edge_rank(const struct progress *progress, const struct edge *edge)
{
	return 2 * !!progress_able(progress, edge->target, PROGRESS_CUSTOM) +
	       relation_is_strong(edge->relation);
}

static uint32_t next_task(const struct graph *graph, const struct progress *progress,
			  const struct wait *wait, enum relation *ret_relation)
{
	uint32_t best = NO_NODE;
	int best_rank = -1;

	for (uint32_t e = wait->first_edge; e < wait->first_edge + wait->edge_count; e++) {
		const struct edge *edge = &graph->edges[e];
		int rank = edge_rank(progress, edge);
		uint32_t task = node_task(graph, progress, edge->target, wait->task);

		/* what only explains a deadlock is no news of whom a lively wait is for */
		if (edge->flags == EDGE_GUARD || task == NO_NODE || rank <= best_rank)
			continue;
		best = task;
		best_rank = rank;
		*ret_relation = edge->relation;
	}
	return best;
}

/* Whoever let it stop and may let it go on: NO_TASK if that is not a tracer that the look has. */
static uint32_t tracer_of(const struct look *look, const struct look_task *task)
{
	/* An attached task that sleeps in a call of its own is not stopped. */
	if (!task->tracer || !(task->flags & TASK_TRACED) || task->flags & TASK_SLEEPING)
		return NO_TASK;
	return look_find(look, task->tracer);
}

static bool chain_has(const struct chain *chain, const struct look_task *task)
{
	for (size_t i = 0; i < chain->count; i++)
		if (chain->links[i].task.tid == task->tid)
			return true;
	return false;
}

int chain_follow(const struct kind_context *context, const struct kind_table *kinds,
		 const struct progress *progress, uint32_t task, struct chain *ret)
{
	const struct graph *graph = context->graph;
	struct chain chain = { .links = calloc(LINKS_MOST, sizeof(*chain.links)) };

	if (!chain.links)
		return -ENOMEM;
	while (task != NO_NODE && chain.count < LINKS_MOST) {
		const struct look_task *t = &context->look->tasks[task];
		const struct wait *wait = graph_wait(graph, task);

		if (chain_has(&chain, t))
			break;

		struct chain_link *link = &chain.links[chain.count++];
		enum relation relation = RELATION_MAY_WAKE;

		*link = (struct chain_link){ .task = *t };
		chain.key = mix64(chain.key, graph_node_key(graph, task));
		if (!wait)
			break;
		link->kind = wait->kind;
		link->since_ns = wait_since(graph, wait);
		link->open = wait->open;
		describe_wait(context, kinds, wait, link->object, sizeof(link->object));
		chain.key = mix64(mix64(chain.key, wait->kind), wait->open);
		if (tracer_of(context->look, t) != NO_TASK) {
			task = tracer_of(context->look, t);
			link->relation = RELATION_STOPPED_BY;
			continue;
		}
		if (wait_is_open(wait, PROGRESS_CUSTOM))
			break;
		task = next_task(graph, progress, wait, &relation);
		link->relation = relation;
	}
	*ret = chain;
	return 0;
}
