/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Progress: which tasks can still go on.
 *
 * A deadlock is more than a ring of locks: it is a set of tasks that wait for
 * nothing but each other and the dead. So rings are not searched here at all.
 * Instead we ask of each blocked task whether anything could still end its wait.
 *
 * Definition. `able` is the least set of nodes such that
 *   - a live task that is not blocked is able;
 *   - a live task whose wait is open is able;
 *   - a task that waits for any of its wakers is able if one of them is, and one
 *     that needs them all is able if all are;
 *   - a group is able if one of its members is.
 * The dead are never able. What is blocked and not able is stuck.
 *
 * Why stuck means for ever. Let S be the stuck tasks, and suppose one of them
 * goes on one day; take the first that does, at time t. Its wait was ended by
 * somebody in its set of wakers (the set is complete, or the wait would be open
 * and the task able) who acted before t. For a wait that needs all, that holds
 * of each waker. At least one such waker is not able, since otherwise the rules
 * would have made the task able. A waker that is not able is dead, which does
 * not act, or in S, and then it acted, so went on, before t: t was not the
 * first. For a wait that needs only one, every waker is not able, and the
 * argument is the same. Hence nobody in S ever goes on.
 *
 * And why nothing else is called stuck: a task that is able has, by induction
 * over the rules, a chain of wakers that ends in somebody who runs or whose wait
 * something outside may end; whether they will act is theirs to know, and we
 * claim nothing.
 *
 * Two modes. CERTAIN takes as wakers everybody who could end the wait at all.
 * CUSTOM takes those who are responsible for it: a wait with a known holder
 * other than the waiter itself has only that holder, whoever else might give the
 * thing back too. Its sets are subsets of the first mode's and its open waits
 * are open in the first mode too, so what is stuck for certain is stuck by
 * custom: the rules are monotone.
 *
 * Cost. A worklist over reversed edges; each node is queued at most twice (see
 * below), so time and memory are linear in nodes and edges, without recursion.
 *
 * EDGE_NOT_SELF. By custom "all who hold the read end, without the waiter's own
 * process" is responsible for a full pipe. To keep the sets linear that is not a
 * group for each waiter but an edge that leaves out one member. A group hands on
 * its ability when its first member becomes able, to all but those waiters who
 * leave out that member, and again when a member of another process does, now to
 * everybody.
 */
#include "core/progress.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NOBODY (UINT32_MAX - 1) /* no pid, and not NO_PID */

/* How far a group has handed on its ability. */
struct group_state {
	uint32_t first; /* graph_node_pid() of its first able member, or NOBODY */
	bool several;	/* a member of another process is able, too */
	bool handed;	/* to those who do not leave out `first` */
};

void progress_deinit(struct progress *progress)
{
	free(progress->able);
	free(progress->queue);
	free(progress->groups);
	free(progress->remaining);
	*progress = (struct progress){ 0 };
}

/* One mode of one run. */
struct run {
	struct progress *progress;
	const struct graph *graph;
	const uint8_t *waived;
	enum progress_mode mode;
	uint32_t queued;
};

static void node_set_able(struct run *run, uint32_t node)
{
	run->progress->able[node] |= 1u << run->mode;
	run->progress->queue[run->queued++] = node;
}

static bool node_able(const struct run *run, uint32_t node)
{
	return progress_able(run->progress, node, run->mode);
}

static struct group_state *group_state(const struct run *run, uint32_t node)
{
	return &run->progress->groups[node - run->graph->look->task_count];
}

/* What a wait that needs all of its wakers still lacks. */
static uint32_t wakers_needed(const struct run *run, const struct wait *wait)
{
	uint32_t count = 0;

	for (uint32_t e = wait->first_edge; e < wait->first_edge + wait->edge_count; e++)
		count += edge_counts(wait, &run->graph->edges[e], run->mode);
	return count;
}

/* The able from the start: they run, or something outside may end their wait. */
static void run_begin(struct run *run)
{
	const struct graph *graph = run->graph;

	for (uint32_t i = 0; i < graph->look->task_count; i++) {
		const struct wait *wait = graph_wait(graph, i);

		if (graph->look->tasks[i].flags & TASK_DEAD)
			continue;
		if (!wait || (run->waived && run->waived[i]) || wait_is_open(wait, run->mode))
			node_set_able(run, i);
		else if (wait->need_all)
			run->progress->remaining[graph->wait_of[i]] = wakers_needed(run, wait);
	}
	for (uint32_t i = 0; i < graph->group_count; i++)
		run->progress->groups[i] = (struct group_state){ .first = NOBODY };
}

/* A member of the group has become able. */
static void group_advance(struct run *run, uint32_t node, uint32_t member)
{
	struct group_state *state = group_state(run, node);
	uint32_t process = graph_node_pid(run->graph, member);

	if (state->several || state->first == process)
		return;
	if (state->first == NOBODY)
		state->first = process;
	else
		state->several = true;
	node_set_able(run, node);
}

/* True if the waiter leaves out the only process by which the group is able so far. */
static bool edge_leaves_out(const struct run *run, const struct edge *edge, uint32_t task)
{
	return run->mode == PROGRESS_CUSTOM && edge->flags & EDGE_NOT_SELF &&
	       !node_is_task(run->graph, edge->target) &&
	       group_state(run, edge->target)->first == run->graph->look->tasks[task].pid;
}

/* A waker of the task, through the given edge, has become able, for the first or second time. */
static void wait_advance(struct run *run, const struct dependent *by, bool again)
{
	const struct graph *graph = run->graph;
	const struct wait *wait = graph_wait(graph, by->node);
	const struct edge *edge = &graph->edges[by->edge];

	if (node_able(run, by->node) || graph->look->tasks[by->node].flags & TASK_DEAD ||
	    !edge_counts(wait, edge, run->mode) || edge_leaves_out(run, edge, by->node) != again)
		return;
	if (wait->need_all && --run->progress->remaining[graph->wait_of[by->node]])
		return;
	node_set_able(run, by->node);
}

static void run_mode(struct run *run)
{
	const struct graph *graph = run->graph;

	run_begin(run);
	for (uint32_t head = 0; head < run->queued; head++) {
		uint32_t node = run->progress->queue[head];
		struct group_state *state =
			node_is_task(graph, node) ? NULL : group_state(run, node);
		bool again = state && state->handed;

		if (state)
			state->handed = true;
		for (uint32_t d = graph->dependent_start[node];
		     d < graph->dependent_start[node + 1]; d++) {
			const struct dependent *by = &graph->dependents[d];

			if (by->edge != NO_EDGE)
				wait_advance(run, by, again);
			else if (!again)
				group_advance(run, by->node, node);
		}
	}
}

static int progress_reserve(struct progress *progress, const struct graph *graph)
{
	uint32_t nodes = graph_node_count(graph), waits = graph->wait_count;

	if (nodes + 1 > progress->node_capacity ||
	    graph->group_count + 1 > progress->group_capacity) {
		progress_deinit(progress);
		progress->node_capacity = nodes + 1;
		progress->group_capacity = graph->group_count + 1;
		progress->able = malloc(progress->node_capacity);
		/* groups are queued at most twice */
		progress->queue =
			malloc(((size_t)progress->node_capacity + progress->group_capacity) *
			       sizeof(uint32_t));
		progress->groups = malloc(progress->group_capacity * sizeof(*progress->groups));
	}
	if (!progress->remaining || waits + 1 > progress->wait_capacity) {
		free(progress->remaining);
		progress->wait_capacity = waits + 1;
		progress->remaining = malloc(progress->wait_capacity * sizeof(uint32_t));
	}
	if (!progress->able || !progress->queue || !progress->groups || !progress->remaining) {
		progress_deinit(progress);
		return -ENOMEM;
	}
	return 0;
}

int progress_run(struct progress *progress, const struct graph *graph, const uint8_t *waived)
{
	int err = progress_reserve(progress, graph);

	if (err)
		return err;
	memset(progress->able, 0, graph_node_count(graph));
	for (enum progress_mode mode = 0; mode < PROGRESS_MODES; mode++) {
		struct run run = {
			.progress = progress, .graph = graph, .waived = waived, .mode = mode
		};

		run_mode(&run);
	}
	return 0;
}

bool progress_edge_acts(const struct progress *progress, const struct graph *graph, uint32_t task,
			const struct edge *edge)
{
	if (!progress_able(progress, edge->target, PROGRESS_CUSTOM))
		return false;
	if (!(edge->flags & EDGE_NOT_SELF) || node_is_task(graph, edge->target))
		return true;

	/* custom is the mode that was worked out last */
	const struct group_state *state = &progress->groups[edge->target - graph->look->task_count];

	return state->several || state->first != graph->look->tasks[task].pid;
}
