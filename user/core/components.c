/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tarjan's algorithm (Depth-first search and linear graph algorithms, SIAM
 * Journal on Computing 1, 1972) with a stack of its own instead of recursion:
 * a chain of a million waits must not need a million frames. Visits stuck tasks
 * and the groups that they blame; the able, the idle and the dead are not
 * entered.
 */
#include "core/components.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"

/* A node whose successors are being visited. */
struct frame {
	uint32_t node;
	struct blame_cursor cursor;
};

struct search {
	const struct blame *blame;
	enum components_of what;
	struct components *components;
	uint32_t *low;	  /* 0: not visited; else the smallest visit number known to be reachable */
	uint32_t *number; /* order of visit, from 1 */
	uint32_t *stack;  /* nodes visited whose component is not yet known */
	struct frame *frames;
	uint32_t visited, stacked, depth;
};

static bool node_is_entered(const struct search *search, uint32_t node, const struct edge *edge)
{
	const struct blame *blame = search->blame;

	if (search->what == COMPONENTS_OF_STRONG && edge && !relation_is_strong(edge->relation))
		return false;
	/* A group that is able may have stuck members that somebody blames one by one. */
	return blame->class[node] == NODE_STUCK ||
	       (blame->class[node] == NODE_ABLE && !node_is_task(blame->graph, node));
}

static void search_enter(struct search *search, uint32_t node)
{
	search->number[node] = search->low[node] = ++search->visited;
	search->stack[search->stacked++] = node;
	search->frames[search->depth++] = (struct frame){ .node = node };
}

/* The node's successors are done: if it cannot reach an earlier node, it heads a component. */
static void search_leave(struct search *search, uint32_t node)
{
	if (search->low[node] == search->number[node]) {
		uint32_t member;

		do {
			member = search->stack[--search->stacked];
			search->components->of[member] = search->components->count;
		} while (member != node);
		search->components->count++;
	}
	search->depth--;
	if (search->depth) {
		uint32_t parent = search->frames[search->depth - 1].node;

		if (search->low[node] < search->low[parent])
			search->low[parent] = search->low[node];
	}
}

static void search_from(struct search *search, uint32_t root)
{
	search_enter(search, root);
	while (search->depth) {
		struct frame *frame = &search->frames[search->depth - 1];
		const struct edge *edge;
		uint32_t next = blame_next(search->blame, frame->node, &frame->cursor, &edge);

		if (next == NO_NODE)
			search_leave(search, frame->node);
		else if (!node_is_entered(search, next, edge))
			continue;
		else if (!search->number[next])
			search_enter(search, next);
		else if (search->components->of[next] == NO_COMPONENT &&
			 search->number[next] < search->low[frame->node])
			search->low[frame->node] = search->number[next];
	}
}

int components_init(struct components *components, const struct blame *blame,
		    enum components_of what)
{
	uint32_t n = graph_node_count(blame->graph);
	_cleanup_free_ uint32_t *low = calloc(n + 1, sizeof(*low));
	_cleanup_free_ uint32_t *number = calloc(n + 1, sizeof(*number));
	_cleanup_free_ uint32_t *stack = malloc((n + 1) * sizeof(*stack));
	_cleanup_free_ struct frame *frames = malloc((n + 1) * sizeof(*frames));
	struct search search = { .blame = blame,
				 .what = what,
				 .components = components,
				 .low = low,
				 .number = number,
				 .stack = stack,
				 .frames = frames };

	*components = (struct components){ .of = malloc((n + 1) * sizeof(*components->of)) };
	if (!low || !number || !stack || !frames || !components->of) {
		components_deinit(components);
		return -ENOMEM;
	}
	memset(components->of, 0xff, n * sizeof(*components->of));
	for (uint32_t i = 0; i < blame->graph->look->task_count; i++)
		if (blame->class[i] == NODE_STUCK && !number[i])
			search_from(&search, i);
	return 0;
}

void components_deinit(struct components *components)
{
	free(components->of);
	*components = (struct components){ 0 };
}
