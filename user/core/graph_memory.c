/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tasks of one address space as a group: the closed set of whatever is
 * private to it.
 */
#include <errno.h>
#include <stdlib.h>

#include "core/cleanup.h"
#include "core/graph.h"

/* Threads share their address space, so any live task of a process tells its id. */
static uint64_t process_mm(const struct look *look, const struct process *process)
{
	for (uint32_t i = process->first; i < process->first + process->count; i++)
		if (look->tasks[i].mm)
			return look->tasks[i].mm;
	return 0;
}

struct mm_process {
	uint64_t mm;
	uint32_t process;
};

static int mm_process_compare(const void *a, const void *b)
{
	const struct mm_process *x = a, *y = b;

	if (x->mm != y->mm)
		return x->mm < y->mm ? -1 : 1;
	return x->process < y->process ? -1 : x->process > y->process;
}

static int index_by_mm(struct graph *graph)
{
	const struct look *look = graph->look;
	uint32_t n = look->process_count;
	_cleanup_free_ struct mm_process *pairs = malloc((n + 1) * sizeof(*pairs));

	graph->process_by_mm = malloc((n + 1) * sizeof(*graph->process_by_mm));
	if (!pairs || !graph->process_by_mm)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		pairs[i] = (struct mm_process){ process_mm(look, &look->processes[i]), i };
	qsort(pairs, n, sizeof(*pairs), mm_process_compare);
	for (uint32_t i = 0; i < n; i++)
		graph->process_by_mm[i] = pairs[i].process;
	return 0;
}

/* First entry of process_by_mm whose address space is not below mm. */
static uint32_t first_with_mm(const struct graph *graph, uint64_t mm)
{
	const struct look *look = graph->look;
	uint32_t low = 0, high = look->process_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (process_mm(look, &look->processes[graph->process_by_mm[middle]]) < mm)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * mm_users counts the tasks that use the address space, and whoever reads it
 * through /proc at the moment (mmget() in kernel/fork.c); tasks that have
 * exited no longer have it.
 */
static int memory_fill(struct graph *graph, uint32_t node, uint64_t mm)
{
	const struct look *look = graph->look;
	int64_t kernel = 0, found = 0;

	for (uint32_t i = first_with_mm(graph, mm); i < look->process_count; i++) {
		const struct process *process = &look->processes[graph->process_by_mm[i]];

		if (process_mm(look, process) != mm)
			break;
		for (uint32_t t = process->first; t < process->first + process->count; t++) {
			if (look->tasks[t].mm != mm)
				continue;
			found++;
			if (look->tasks[t].mm_users > kernel)
				kernel = look->tasks[t].mm_users;
		}
	}
	/* /proc does not tell the number */
	graph_set_census(graph, node, kernel ? kernel : -1, found);
	return 0;
}

/* The process nodes first: members of one group are contiguous. */
static int memory_processes(struct graph *graph, uint64_t mm)
{
	const struct look *look = graph->look;

	for (uint32_t i = first_with_mm(graph, mm); i < look->process_count; i++) {
		const struct process *process = &look->processes[graph->process_by_mm[i]];

		if (process_mm(look, process) != mm)
			break;
		if (graph_process(graph, process) == NO_NODE)
			return -ENOMEM;
	}
	return 0;
}

uint32_t graph_memory(struct graph *graph, uint64_t mm)
{
	const struct look *look = graph->look;
	bool is_new;

	if (!graph->process_by_mm && index_by_mm(graph))
		return NO_NODE;
	if (memory_processes(graph, mm))
		return NO_NODE;

	uint32_t node = graph_add_group(graph, GROUP_MEMORY, mm, 0, &is_new);

	if (node == NO_NODE || !is_new)
		return node;
	for (uint32_t i = first_with_mm(graph, mm); i < look->process_count; i++) {
		const struct process *process = &look->processes[graph->process_by_mm[i]];

		if (process_mm(look, process) != mm)
			break;
		if (graph_add_member(graph, node, graph_process(graph, process)))
			return NO_NODE;
	}
	/* A process that ran another program while it was looked at had two address spaces. */
	if (!graph_group(graph, node)->member_count)
		graph_open_group(graph, node, OPEN_BUSY);
	return memory_fill(graph, node, mm) ? NO_NODE : node;
}
