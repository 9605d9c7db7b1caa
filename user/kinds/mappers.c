/* SPDX-License-Identifier: BSD-2-Clause */
/* Everybody who can reach a word in memory, as wakers. */
#include "kinds/mappers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/cleanup.h"
#include "kinds/file_census.h"
#include "kinds/futex_call.h"
#include "kinds/reasons.h"
#include "kinds/signals.h"
#include "kinds/waker.h"

/* The iterator names an address space once, so mappings are counted once. */
static int64_t count_shared(const struct mapping *mappings, uint32_t count, int64_t *ret_kernel)
{
	int64_t found = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (mappings[i].start == mappings[i].end)
			continue;
		if (mappings[i].flags & MAPPING_SHARED)
			found++;
		if (mappings[i].writable_mappings > *ret_kernel)
			*ret_kernel = mappings[i].writable_mappings;
	}
	return found;
}

static uint32_t build_group(const struct kind_context *context, const struct look_task *task,
			    const struct answer *answer)
{
	const struct mapping *mappings = answer->items;
	_cleanup_free_ uint32_t *pids = malloc((answer->count + 1) * sizeof(*pids));

	if (!pids)
		return NO_NODE;
	for (uint32_t i = 0; i < answer->count; i++)
		pids[i] = mappings[i].pid;

	size_t count = pids_unique(pids, answer->count);
	uint32_t group = group_of_processes(context, GROUP_MAPPERS, task->object_dev,
					    task->object_inode, pids, count);

	if (group == NO_NODE)
		return NO_NODE;

	int64_t kernel = 0, found = count_shared(mappings, answer->count, &kernel);

	/* No number at all, as from /proc, which does not know it. */
	graph_set_census(context->graph, group, kernel ? kernel : -1, found);
	switch (file_census_take(context, task->object_dev, task->object_inode, answer)) {
	case FILE_COUNTED:
		break;
	case FILE_NOT_COUNTED:
		if (answer->partial)
			graph_open_group(context->graph, group, OPEN_UNCOUNTED);
		break;
	case FILE_MISCOUNTED:
		graph_open_group(context->graph, group, OPEN_CENSUS);
		break;
	}
	return group;
}

int mappers_group(const struct kind_context *context, const struct look_task *task,
		  uint32_t *ret_group)
{
	struct answer answer;
	uint32_t group = graph_find_group(context->graph, GROUP_MAPPERS, task->object_dev,
					  task->object_inode);

	if (group == NO_NODE) {
		int error = probe_mappers(context->probe, task->object_dev, task->object_inode,
					  &answer);

		if (error)
			return error;
		group = build_group(context, task, &answer);
		if (group == NO_NODE)
			return -ENOMEM;
	}
	*ret_group = group;
	return 0;
}

void mappers_open_named(const struct kind_context *context, const struct look_task *task,
			uint32_t group, struct wait_builder *b)
{
	if (!task->object_nlink)
		return;
	if (graph_group(context->graph, group)->member_count < 2)
		wait_open_clients(b);
	else
		wait_open(b, OPEN_NAME);
}

void mappers_saw_count(const struct kind_context *context, const struct look_task *task,
		       struct wait_builder *b)
{
	uint32_t node;
	char what[64];

	if (mappers_group(context, task, &node))
		return;

	const struct group *group = graph_group(context->graph, node);

	snprintf(what, sizeof(what), "mappers of inode %" PRIu64, (uint64_t)task->object_inode);
	wait_saw_count(b, what, group->census_kernel, group->census_found,
		       "shared writable mappings of the memory that is waited on");
}

void mappers_edge(const struct kind_context *context, const struct look_task *task,
		  struct wait_builder *b, enum relation relation)
{
	uint32_t node;
	int error = mappers_group(context, task, &node);

	if (error) {
		wait_open_error(b, error);
		return;
	}

	/* The waiter itself maps it: somebody has unmapped it behind its back. */
	if (!graph_group(context->graph, node)->member_count)
		wait_open(b, OPEN_BUSY);
	wait_edge_or_open(b, node, relation, EDGE_CAN_END);
	mappers_saw_count(context, task, b);
	mappers_open_named(context, task, node, b);
}

/* Without an id, as from a source that knows none, all that is left is the lack of it. */
static uint32_t memory_node(const struct kind_context *context, const struct look_task *task)
{
	return task->mm ? graph_memory(context->graph, task->mm) : NO_NODE;
}

void memory_saw_count(const struct kind_context *context, const struct look_task *task,
		      struct wait_builder *b)
{
	uint32_t node = memory_node(context, task);
	char what[64];

	if (node == NO_NODE)
		return;

	const struct group *group = graph_group(context->graph, node);

	snprintf(what, sizeof(what), "users of the memory of process %u", task->pid);
	wait_saw_count(b, what, group->census_kernel, group->census_found,
		       "tasks that share the address space");
}

void memory_edge(const struct kind_context *context, const struct look_task *task,
		 struct wait_builder *b, enum relation relation)
{
	wait_edge_or_open(b, memory_node(context, task), relation, EDGE_CAN_END);
	memory_saw_count(context, task, b);
}

enum cost futex_wakers(const struct kind_context *context, const struct look_task *task,
		       const struct futex_call *call, enum cost budget, struct wait_builder *b,
		       enum relation relation)
{
	switch (futex_call_scope(task, call)) {
	case FUTEX_SCOPE_MEMORY:
		memory_edge(context, task, b, relation);
		waker_saw(context, task, call->address, false, b);
		break;
	case FUTEX_SCOPE_FILE:
		if (budget >= COST_TABLE) {
			mappers_edge(context, task, b, relation);
			waker_saw(context, task, call->address, true, b);
		}
		break;
	case FUTEX_SCOPE_UNKNOWN:
		return COST_DONE;
	}

	enum cost next = signals_resolve(context, task, budget, b, HANDLER_MAY_END);

	if (futex_call_scope(task, call) == FUTEX_SCOPE_FILE && budget < COST_TABLE)
		return COST_TABLE;
	return next;
}
