/* SPDX-License-Identifier: BSD-2-Clause */
/* The children of a process as wakers. */
#include "kinds/children.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/cleanup.h"
#include "kinds/reasons.h"

#define EVIDENCE_CHILDREN 16 /* enough to be checked, whatever their number */

static const struct process *child_at(const struct look *look, uint32_t i)
{
	return &look->processes[look->by_parent[i]];
}

bool children_traced(const struct kind_context *context, const struct look_task *task)
{
	const struct process *process = look_process(context->look, task->pid);

	if (task->flags & TASK_TRACER)
		return true;
	for (uint32_t i = 0; process && i < process->count; i++)
		if (context->look->tasks[process->first + i].flags & TASK_TRACER)
			return true;
	return false;
}

bool children_ended(const struct kind_context *context, const struct look_task *task)
{
	uint32_t first, count = look_children(context->look, task->pid, &first);

	for (uint32_t i = 0; i < count; i++)
		if (process_is_dead(context->look, child_at(context->look, first + i)))
			return true;
	return false;
}

static void saw_parent(const struct look_task *task, const struct process *child,
		       struct wait_builder *b)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/status", child->pid);
	wait_saw_proc(b, path, "it is a child of the waiter's process", "PPid: %u", task->pid);
}

void child_edge(const struct kind_context *context, const struct look_task *task,
		const struct process *child, struct wait_builder *b, enum relation relation,
		unsigned int flags)
{
	wait_edge_or_open(b, graph_process(context->graph, child), relation, flags);
	saw_parent(task, child, b);
}

static uint32_t children_group(const struct kind_context *context, uint32_t pid, uint32_t first,
			       uint32_t count)
{
	uint32_t group = graph_find_group(context->graph, GROUP_CHILDREN, pid, 0);

	if (group != NO_NODE)
		return group;

	_cleanup_free_ uint32_t *pids = malloc(count * sizeof(*pids));

	if (!pids)
		return NO_NODE;
	for (uint32_t i = 0; i < count; i++)
		pids[i] = child_at(context->look, first + i)->pid;
	return group_of_processes(context, GROUP_CHILDREN, pid, 0, pids, count);
}

uint32_t children_edge(const struct kind_context *context, const struct look_task *task,
		       struct wait_builder *b, enum relation relation, unsigned int flags)
{
	uint32_t first, count = look_children(context->look, task->pid, &first);

	if (!count)
		return 0;
	if (count == 1) {
		child_edge(context, task, child_at(context->look, first), b, relation, flags);
		return 1;
	}
	wait_edge_or_open(b, children_group(context, task->pid, first, count), relation, flags);
	for (uint32_t i = 0; i < count && i < EVIDENCE_CHILDREN; i++)
		saw_parent(task, child_at(context->look, first + i), b);
	return count;
}
