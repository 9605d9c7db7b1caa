/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who depends on each node: the edges reversed, as one array with a range for
 * each node. Counted first, then placed; linear, two allocations.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/graph.h"

/* Calls visit for every pair of a node and who depends on it. */
static void for_each_dependence(const struct graph *graph,
				void (*visit)(struct graph *, uint32_t target, struct dependent by),
				struct graph *context)
{
	for (uint32_t i = 0; i < graph->wait_count; i++) {
		const struct wait *wait = &graph->waits[i];

		for (uint32_t e = wait->first_edge; e < wait->first_edge + wait->edge_count; e++)
			visit(context, graph->edges[e].target, (struct dependent){ wait->task, e });
	}
	for (uint32_t g = 0; g < graph->group_count; g++) {
		const struct group *group = &graph->groups[g];
		uint32_t node = graph->look->task_count + g;

		for (uint32_t m = 0; m < group->member_count; m++)
			visit(context, graph->members[group->first_member + m],
			      (struct dependent){ node, NO_EDGE });
	}
}

static void dependence_count(struct graph *graph, uint32_t target, struct dependent by)
{
	(void)by;
	graph->dependent_start[target + 1]++;
}

/* Fills from the end of each range, so that dependent_start ends up at its beginning. */
static void dependence_place(struct graph *graph, uint32_t target, struct dependent by)
{
	graph->dependents[--graph->dependent_start[target + 1]] = by;
}

int graph_freeze(struct graph *graph)
{
	uint32_t n = graph_node_count(graph);
	uint32_t *start = calloc(n + 2, sizeof(*start));

	if (!start)
		return -ENOMEM;
	free(graph->dependent_start);
	graph->dependent_start = start;
	for_each_dependence(graph, dependence_count, graph);
	for (uint32_t i = 0; i <= n; i++)
		start[i + 1] += start[i];

	struct dependent *dependents = malloc((start[n] + 1) * sizeof(*dependents));

	if (!dependents)
		return -ENOMEM;
	free(graph->dependents);
	graph->dependents = dependents;
	for_each_dependence(graph, dependence_place, graph);
	/* placing has moved start[i + 1] to the beginning of node i: shift it into its place */
	uint32_t total = start[n + 1];

	memmove(start, start + 1, n * sizeof(*start));
	start[n] = total;
	return 0;
}
