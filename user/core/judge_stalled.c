/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stalled: what looks like a deadlock to people and cannot be proven to be one.
 *
 * A lock that stores no owner may be given back by any thread of the process, so a
 * thread that sends a heartbeat clears all who wait for it. When for many minutes
 * nobody has ended the wait, and all by whom it could still end are threads of the
 * same process that were never seen to wait for that object or to hold it, they are
 * bystanders, and the chain is worth a look. It is a hint, as far as the cheap
 * facts go that cleared the wait: never a deadlock, and nothing rests on it.
 *
 * To keep quiet about idle pools, whose workers wait for work like that for hours,
 * somebody must be stuck behind: wait for the stalled task by a strong relation.
 */
#include <stdlib.h>
#include <string.h>

#include "core/chain.h"
#include "core/hearing.h"

#define NODES_MOST   256 /* of one survey */
#define SURVEYS_MOST 256 /* of one look */
#define CLIMB_MOST   16

/* Who takes part in what, for as long as we watch. */
static void touches_update(struct hearing *hearing)
{
	const struct graph *graph = &hearing->graph;
	struct touches *touches = &hearing->judge->touches;

	for (uint32_t i = 0; i < graph->wait_count; i++) {
		const struct wait *wait = &graph->waits[i];

		if (!wait->object)
			continue;
		touches_add(touches, wait->object, &hearing->look->tasks[wait->task]);
		for (uint32_t e = wait->first_edge; e < wait->first_edge + wait->edge_count; e++) {
			const struct edge *edge = &graph->edges[e];

			if (edge->flags & EDGE_HOLDER && node_is_task(graph, edge->target))
				touches_add(touches, wait->object,
					    &hearing->look->tasks[edge->target]);
		}
	}
}

/* Whoever could lead to the end of one wait, each node once. */
struct survey {
	const struct hearing *hearing;
	const struct wait *wait;
	uint32_t nodes[NODES_MOST];
	uint32_t count;
	uint32_t bystanders;
};

/* False if they are too many to tell. */
static bool survey_add(struct survey *survey, uint32_t node)
{
	if (!progress_able(&survey->hearing->judge->progress, node, PROGRESS_CUSTOM))
		return true;
	for (uint32_t i = 0; i < survey->count; i++)
		if (survey->nodes[i] == node)
			return true;
	if (survey->count == NODES_MOST)
		return false;
	survey->nodes[survey->count++] = node;
	return true;
}

static bool survey_add_edges(struct survey *survey, const struct wait *wait)
{
	const struct graph *graph = &survey->hearing->graph;

	for (uint32_t e = wait->first_edge; e < wait->first_edge + wait->edge_count; e++) {
		const struct edge *edge = &graph->edges[e];

		if (edge_counts(wait, edge, PROGRESS_CUSTOM) && !survey_add(survey, edge->target))
			return false;
	}
	return true;
}

/* One who goes on by himself: a thread beside the waiter that was never seen at the object? */
static bool task_is_bystander(const struct survey *survey, uint32_t task)
{
	const struct look_task *tasks = survey->hearing->look->tasks;

	return tasks[task].pid == tasks[survey->wait->task].pid &&
	       !touches_has(&survey->hearing->judge->touches, survey->wait->object, &tasks[task]);
}

/* False if the node, or one that it leads to, is more than a bystander. */
static bool survey_visit(struct survey *survey, uint32_t node)
{
	const struct graph *graph = &survey->hearing->graph;

	if (node_is_task(graph, node)) {
		const struct wait *wait = graph_wait(graph, node);

		/* who is blocked himself goes on only if those do for whom he waits */
		if (wait && !wait_is_open(wait, PROGRESS_CUSTOM))
			return survey_add_edges(survey, wait);
		survey->bystanders++;
		return task_is_bystander(survey, node);
	}

	const struct group *group = graph_group(graph, node);

	for (uint32_t m = 0; m < group->member_count; m++)
		if (!survey_add(survey, graph->members[group->first_member + m]))
			return false;
	return true;
}

/* How many bystanders keep the wait open; 0 if anybody or anything else does, too. */
static uint32_t wait_bystanders(const struct hearing *hearing, const struct wait *wait)
{
	struct survey survey = { .hearing = hearing, .wait = wait };
	bool only = survey_add_edges(&survey, wait);

	for (uint32_t i = 0; i < survey.count && only; i++)
		only = survey_visit(&survey, survey.nodes[i]);
	return only ? survey.bystanders : 0;
}

/* True if the wait is old, and of the kind that whoever runs may end: by weak relations alone. */
static bool wait_may_stall(const struct hearing *hearing, const struct wait *wait)
{
	const struct look_task *task = &hearing->look->tasks[wait->task];

	if (!wait->object || wait->idle || wait->open & ~OPEN_BIT(OPEN_ALIVE) ||
	    task->slept_ns + hearing->judge->options.stalled_after_ns > hearing->look->start_ns)
		return false;
	for (uint32_t e = wait->first_edge; e < wait->first_edge + wait->edge_count; e++)
		if (relation_is_strong(hearing->graph.edges[e].relation))
			return false;
	return true;
}

/* Somebody blocked who waits for the node by a strong relation; NO_NODE if nobody does. */
static uint32_t node_waiter(const struct graph *graph, uint32_t node)
{
	if (node == NO_NODE)
		return NO_NODE;
	for (uint32_t d = graph->dependent_start[node]; d < graph->dependent_start[node + 1]; d++) {
		const struct dependent *by = &graph->dependents[d];

		if (by->edge != NO_EDGE && relation_is_strong(graph->edges[by->edge].relation) &&
		    !graph_wait(graph, by->node)->open)
			return by->node;
	}
	return NO_NODE;
}

/* The waiter that is stuck behind all others of its line; the task itself if there is none. */
static uint32_t outermost_waiter(const struct hearing *hearing, uint32_t task)
{
	const struct graph *graph = &hearing->graph;

	for (uint32_t i = 0; i < CLIMB_MOST; i++) {
		const struct process *process =
			look_process(hearing->look, hearing->look->tasks[task].pid);
		uint32_t waiter = node_waiter(graph, task);

		if (waiter == NO_NODE)
			waiter = node_waiter(
				graph, graph->process_node[process - hearing->look->processes]);
		if (waiter == NO_NODE)
			break;
		task = waiter;
	}
	return task;
}

static bool key_is_known(const uint64_t *keys, size_t count, uint64_t key)
{
	for (size_t i = 0; i < count; i++)
		if (keys[i] == key)
			return true;
	return false;
}

/* Hands the chain on if it was not there at the look before. */
static int stalled_take(struct hearing *hearing, uint32_t first, uint32_t bystanders,
			uint64_t *keys, size_t *key_count)
{
	struct judge *judge = hearing->judge;
	struct chain chain;
	int err = chain_follow(&hearing->context, &judge->options.kinds, &judge->progress, first,
			       &chain);

	if (err)
		return err;
	chain.bystanders = bystanders;
	if (key_is_known(keys, *key_count, chain.key)) {
		chain_free(&chain);
		return 0;
	}
	keys[(*key_count)++] = chain.key;
	if (key_is_known(judge->stalled_keys, judge->stalled_key_count, chain.key)) {
		chain_free(&chain);
		return 0;
	}
	return hearing_add_chain(hearing, &chain);
}

int hearing_collect_stalled(struct hearing *hearing)
{
	struct judge *judge = hearing->judge;
	uint64_t now_ns = hearing->look->start_ns;
	uint64_t keys[STALLED_MOST];
	size_t key_count = 0;
	uint32_t surveyed = 0;

	if (!judge->options.stalled_after_ns)
		return 0;
	if (!judge->first_look_ns)
		judge->first_look_ns = now_ns;
	touches_update(hearing);
	if (now_ns - judge->first_look_ns < judge->options.stalled_after_ns)
		return 0;
	for (uint32_t i = 0; i < hearing->graph.wait_count && key_count < STALLED_MOST; i++) {
		const struct wait *wait = &hearing->graph.waits[i];
		uint32_t first = wait_may_stall(hearing, wait)
					 ? outermost_waiter(hearing, wait->task)
					 : wait->task;

		if (first == wait->task)
			continue;
		if (surveyed++ == SURVEYS_MOST)
			break;

		uint32_t bystanders = wait_bystanders(hearing, wait);

		if (!bystanders)
			continue;

		int err = stalled_take(hearing, first, bystanders, keys, &key_count);

		if (err)
			return err;
	}
	memcpy(judge->stalled_keys, keys, key_count * sizeof(*keys));
	judge->stalled_key_count = key_count;
	return 0;
}
