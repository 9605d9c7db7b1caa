/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose end would free how many.
 *
 * The end of a process is an event like any other: it ends some waits, and who
 * wakes up by that may wake others. So the question is answered by the rules of
 * progress.c, begun from the waits that the end itself ends instead of from those
 * that are open:
 *   - whoever waits for that process or a thread of it to end, goes on;
 *   - whoever reads from (writes to) a pipe goes on if nobody but that process
 *     still holds the other end: then comes end of file (EPIPE);
 *   - whoever waits for a lock goes on only where the kernel gives it back for a
 *     process that ends. A lock in memory stays taken: its end makes a dead owner.
 * What progress.c found able stays able, so only the stuck tasks around are walked:
 * linear in what is reached, and bounded for all findings of a look together.
 *
 * It is an estimate in one respect: it takes those who go on to do as custom has
 * it, and says nothing of what the process leaves half done.
 */
#include "core/release.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CANDIDATES 8
#define BUDGET	   (1u << 20)
#define MARKS	   2

enum mark {
	MARK_ENDED = 1 << 0, /* of the process that ends, or a group that it is in */
	MARK_FREED = 1 << 1,
};

/* What the end of whom one waits for does, by relation. */
enum end_effect {
	END_NOTHING,
	END_ONE, /* it ends the wait */
	END_ALL, /* it does if nobody else is left */
};

static const enum end_effect end_effect[RELATION_COUNT] = {
	[RELATION_JOINS] = END_ONE,  [RELATION_CHILD] = END_ONE,  [RELATION_PEER] = END_ONE,
	[RELATION_WRITER] = END_ALL, [RELATION_READER] = END_ALL,
};

int releaser_init(struct releaser *releaser, const struct graph *graph,
		  const struct progress *progress)
{
	*releaser = (struct releaser){ .graph = graph,
				       .progress = progress,
				       .node_count = graph_node_count(graph),
				       .budget = BUDGET };
	releaser->mark = calloc(releaser->node_count + 1, 1);
	releaser->queue = calloc(MARKS * (releaser->node_count + 1), sizeof(*releaser->queue));
	if (releaser->mark && releaser->queue)
		return 0;
	releaser_deinit(releaser);
	return -ENOMEM;
}

void releaser_deinit(struct releaser *releaser)
{
	free(releaser->mark);
	free(releaser->queue);
	*releaser = (struct releaser){ 0 };
}

static void node_mark(struct releaser *r, uint32_t node, enum mark mark)
{
	if (r->mark[node] & mark)
		return;
	r->mark[node] |= mark;
	r->queue[r->queued++] = (struct release_visit){ node, mark };
}

/* False once too much has been asked. */
static bool budget_take(struct releaser *r)
{
	r->spent |= !r->budget;
	r->budget -= !!r->budget;
	return !r->spent;
}

static bool member_left(const struct releaser *r, uint32_t node)
{
	const struct graph *graph = r->graph;

	if (r->mark[node] & MARK_ENDED)
		return false;
	if (node_is_task(graph, node))
		return !(graph->look->tasks[node].flags & TASK_DEAD);
	return graph_group(graph, node)->type != GROUP_DEAD;
}

/* True if one of the node's is left when the process has ended. */
static bool others_left(struct releaser *r, uint32_t node)
{
	const struct graph *graph = r->graph;

	if (node_is_task(graph, node) || graph_group(graph, node)->type == GROUP_PROCESS)
		return member_left(r, node);

	const struct group *group = graph_group(graph, node);

	for (uint32_t m = 0; m < group->member_count; m++)
		if (!budget_take(r) || member_left(r, graph->members[group->first_member + m]))
			return true;
	return false;
}

/* True for locks that end with those who hold them: descriptors are closed, POSIX locks dropped. */
static bool kernel_gives_back(enum wait_kind kind)
{
	return kind == WAIT_FLOCK || kind == WAIT_POSIX_LOCK || kind == WAIT_OFD_LOCK;
}

static enum end_effect edge_effect(const struct wait *wait, const struct edge *edge)
{
	if (wait->need_all)
		return END_NOTHING;
	if (edge->relation == RELATION_HOLDS && kernel_gives_back(wait->kind))
		return END_ALL;
	return end_effect[edge->relation];
}

/* True if the wait ends with the process, to which this edge of it leads. */
static bool wait_ends(struct releaser *r, const struct wait *wait, const struct edge *edge)
{
	enum end_effect effect = edge_effect(wait, edge);

	if (effect != END_ALL)
		return effect == END_ONE;
	/* those who hold one end may be listed one by one */
	for (uint32_t e = wait->first_edge; e < wait->first_edge + wait->edge_count; e++) {
		const struct edge *other = &r->graph->edges[e];

		if (other->relation == edge->relation && others_left(r, other->target))
			return false;
	}
	return true;
}

static bool node_acts(const struct releaser *r, uint32_t node)
{
	return r->mark[node] & MARK_FREED || progress_able(r->progress, node, PROGRESS_CUSTOM);
}

/* True if somebody of the group goes on who is not of that process. */
static bool stranger_acts(struct releaser *r, const struct group *group, uint32_t pid)
{
	for (uint32_t m = 0; m < group->member_count && budget_take(r); m++) {
		uint32_t member = r->graph->members[group->first_member + m];

		if (node_acts(r, member) && graph_node_pid(r->graph, member) != pid)
			return true;
	}
	return false;
}

/* True if by custom the wait goes on because what the edge leads to does. */
static bool wait_goes_on(struct releaser *r, const struct wait *wait, const struct edge *edge)
{
	const struct graph *graph = r->graph;

	if (!edge_counts(wait, edge, PROGRESS_CUSTOM))
		return false;
	if (edge->flags & EDGE_NOT_SELF && !node_is_task(graph, edge->target) &&
	    !stranger_acts(r, graph_group(graph, edge->target), graph->look->tasks[wait->task].pid))
		return false;
	for (uint32_t e = wait->first_edge;
	     wait->need_all && e < wait->first_edge + wait->edge_count; e++) {
		const struct edge *other = &graph->edges[e];

		if (edge_counts(wait, other, PROGRESS_CUSTOM) && !node_acts(r, other->target))
			return false;
	}
	return true;
}

static bool task_is_stuck(const struct releaser *r, uint32_t task)
{
	return !r->mark[task] && !(r->graph->look->tasks[task].flags & TASK_DEAD) &&
	       !progress_able(r->progress, task, PROGRESS_CUSTOM);
}

/* What a mark does to somebody who depends on the node. */
static void dependent_visit(struct releaser *r, const struct release_visit *visit,
			    const struct dependent *by)
{
	if (by->edge == NO_EDGE) {
		node_mark(r, by->node, visit->mark);
		return;
	}
	if (!task_is_stuck(r, by->node))
		return;

	const struct wait *wait = graph_wait(r->graph, by->node);
	const struct edge *edge = &r->graph->edges[by->edge];

	if (visit->mark == MARK_ENDED ? wait_ends(r, wait, edge) : wait_goes_on(r, wait, edge))
		node_mark(r, by->node, MARK_FREED);
}

static void releaser_walk(struct releaser *r)
{
	const uint32_t *start = r->graph->dependent_start;

	for (uint32_t head = 0; head < r->queued; head++) {
		const struct release_visit *visit = &r->queue[head];

		for (uint32_t d = start[visit->node]; d < start[visit->node + 1]; d++) {
			if (!budget_take(r))
				return;
			dependent_visit(r, visit, &r->graph->dependents[d]);
		}
	}
}

static void process_end(struct releaser *r, const struct process *process)
{
	uint32_t node = r->graph->process_node[process - r->graph->look->processes];

	for (uint32_t i = process->first; i < process->first + process->count; i++)
		node_mark(r, i, MARK_ENDED);
	if (node != NO_NODE && node < r->node_count)
		node_mark(r, node, MARK_ENDED);
}

/* Tasks that the end of the process sets free. */
static uint32_t process_frees(struct releaser *r, const struct process *process)
{
	uint32_t freed = 0;

	r->queued = 0;
	process_end(r, process);
	releaser_walk(r);
	for (uint32_t i = 0; i < r->queued; i++) {
		const struct release_visit *visit = &r->queue[i];

		freed += visit->mark == MARK_FREED && node_is_task(r->graph, visit->node);
		r->mark[visit->node] = 0;
	}
	return freed;
}

struct release release_find(struct releaser *r, const struct explained *explained)
{
	const struct look *look = r->graph->look;
	struct release best = { 0 };
	uint32_t tried[CANDIDATES], count = 0;

	for (uint32_t i = 0; i < explained->task_count && count < CANDIDATES; i++) {
		const struct look_task *task = &look->tasks[explained->tasks[i]];
		bool known = false;

		for (uint32_t j = 0; j < count; j++)
			known |= tried[j] == task->pid;
		if (known)
			continue;
		tried[count++] = task->pid;

		uint32_t tasks = process_frees(r, look_process(look, task->pid));

		if (r->spent)
			return (struct release){ 0 };
		best.known = true;
		if (tasks <= best.tasks)
			continue;
		best.tasks = tasks;
		best.pid = task->pid;
		memcpy(best.name, task->name, sizeof(best.name));
	}
	return best;
}
