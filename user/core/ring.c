/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Breadth-first search over strong blamed edges, from one task after another. A
 * group stands for its members, so it is no step of its own: it goes to the front
 * of the queue, and tasks come in the order of their distance from the start.
 *
 * A walk that left the start through a group may have to come back through the
 * same group (two tasks that wait for either of them), so groups are entered once
 * from the start, and once more from further on.
 *
 * Every task of a strong component of two or more tasks is on a ring. Of a
 * component of very many only the first few are tried, so that the search stays
 * linear: then the ring may be longer than the shortest, but it is a ring, and the
 * same one at each look.
 */
#include "core/ring.h"

#include <errno.h>
#include <stdlib.h>

#define STARTS_MOST 64 /* once a ring is known */
#define STEPS_FREE  65536
#define STEPS_EACH  4 /* for each task of the component */

/* True if the step stays on what may close a ring. */
static bool walk_may_step(const struct ring_finder *finder, uint32_t from, uint32_t to,
			  const struct edge *edge)
{
	if (edge && !relation_is_strong(edge->relation))
		return false;
	return finder->components.of[to] != NO_COMPONENT &&
	       finder->components.of[to] == finder->components.of[from];
}

static int ring_copy(const struct ring_finder *finder, uint32_t last, struct ring *ret)
{
	uint32_t count = finder->depth[last];
	uint32_t *tasks = malloc(count * sizeof(*tasks));

	if (!tasks)
		return -ENOMEM;
	free(ret->tasks);
	ret->tasks = tasks;
	ret->count = count;
	for (uint32_t task = last; count; task = finder->came_from[task])
		tasks[--count] = task;
	return 0;
}

/* The way from the start back to it without another task: itself, or its own process unless that
 * has other threads. */
static void note_self(const struct ring_finder *finder, uint32_t node, struct ring *ret)
{
	const struct graph *graph = finder->blame->graph;

	if (!node_is_task(graph, node) && graph_group(graph, node)->type == GROUP_PROCESS &&
	    !graph_node_is_self(graph, node, finder->start))
		return;
	if (ret->self == NO_NODE)
		ret->self = finder->start;
}

/* True if the node was not reached before, from the start or from further on. */
static bool walk_reach(struct ring_finder *finder, uint32_t node, uint32_t next)
{
	const struct graph *graph = finder->blame->graph;
	bool is_task = node_is_task(graph, next);
	uint32_t mark = finder->walk + (is_task || finder->depth[node] > 1);

	if (finder->seen[next] >= mark)
		return false;
	finder->seen[next] = mark;
	finder->came_from[next] = node_is_task(graph, node) ? node : finder->came_from[node];
	finder->depth[next] = finder->depth[node] + is_task;
	return true;
}

/* Walks from the start until it comes back by a way shorter than the ring that is known. */
static int walk_once(struct ring_finder *finder, struct ring *ret)
{
	const struct graph *graph = finder->blame->graph;
	uint32_t head = 2 * graph->group_count, tail = head;

	finder->walk += 2;
	finder->depth[finder->start] = 1;
	finder->queue[tail++] = finder->start;
	while (head < tail) {
		uint32_t node = finder->queue[head++], next;
		struct blame_cursor cursor = { 0 };
		const struct edge *edge;

		finder->steps++;
		if (ret->count && finder->depth[node] >= ret->count)
			break;
		while ((next = blame_next(finder->blame, node, &cursor, &edge)) != NO_NODE) {
			if (!walk_may_step(finder, node, next, edge))
				continue;
			if (next == finder->start && finder->depth[node] > 1)
				return ring_copy(
					finder,
					node_is_task(graph, node) ? node : finder->came_from[node],
					ret);
			if (next == finder->start)
				note_self(finder, node, ret);
			else if (!walk_reach(finder, node, next))
				continue;
			else if (node_is_task(graph, next))
				finder->queue[tail++] = next;
			else
				finder->queue[--head] = next;
		}
	}
	return 0;
}

int ring_find(struct ring_finder *finder, const uint32_t *tasks, uint32_t count, struct ring *ret)
{
	uint64_t steps_most = STEPS_FREE + (uint64_t)STEPS_EACH * count;
	uint32_t starts = 0;

	*ret = (struct ring){ .self = NO_NODE };
	finder->steps = 0;
	for (uint32_t i = 0; i < count && starts < STARTS_MOST && ret->count != 2; i++) {
		if (ret->count && finder->steps > steps_most)
			break;
		finder->start = tasks[i];

		int err = walk_once(finder, ret);

		if (err) {
			free(ret->tasks);
			*ret = (struct ring){ 0 };
			return err;
		}
		/* before there is a ring, a walk is short: it has nowhere to go */
		starts += ret->count > 0;
	}
	return 0;
}

int ring_finder_init(struct ring_finder *finder, const struct blame *blame)
{
	uint32_t n = graph_node_count(blame->graph) + 1;

	*finder = (struct ring_finder){
		.blame = blame,
		.came_from = malloc(n * sizeof(uint32_t)),
		.seen = calloc(n, sizeof(uint32_t)),
		.depth = malloc(n * sizeof(uint32_t)),
		/* groups are entered at most twice */
		.queue = malloc((n + blame->graph->group_count) * sizeof(uint32_t)),
	};
	if (!finder->came_from || !finder->seen || !finder->depth || !finder->queue ||
	    components_init(&finder->components, blame, COMPONENTS_OF_STRONG)) {
		ring_finder_deinit(finder);
		return -ENOMEM;
	}
	return 0;
}

void ring_finder_deinit(struct ring_finder *finder)
{
	components_deinit(&finder->components);
	free(finder->came_from);
	free(finder->seen);
	free(finder->depth);
	free(finder->queue);
	*finder = (struct ring_finder){ 0 };
}
