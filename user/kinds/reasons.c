/* SPDX-License-Identifier: BSD-2-Clause */
/* Reasons for leaving a wait open that all kinds share. */
#include "kinds/reasons.h"

#include <errno.h>
#include <stdlib.h>

static const struct {
	const char *name;
	enum open_reason reason;
} file_kinds[FILE_KINDS] = {
	[FILE_OTHER] = { "file", OPEN_UNKNOWN_CALL },
	[FILE_PIPE] = { "pipe", OPEN_UNREADABLE },
	[FILE_SOCKET] = { "socket", OPEN_SOCKET },
	[FILE_TERMINAL] = { "terminal", OPEN_TERMINAL },
	[FILE_DEVICE] = { "device", OPEN_DEVICE },
	[FILE_REGULAR] = { "regular file", OPEN_IN_KERNEL },
	[FILE_PIDFD] = { "pidfd", OPEN_UNKNOWN_CALL },
	[FILE_EVENTFD] = { "eventfd", OPEN_UNKNOWN_CALL },
	[FILE_EPOLL] = { "epoll", OPEN_UNKNOWN_CALL },
	[FILE_TIMERFD] = { "timerfd", OPEN_TIMER },
	/* Not OPEN_SIGNAL: that is a handler, with which custom does not reckon. */
	[FILE_SIGNALFD] = { "signalfd", OPEN_AWAITED_SIGNAL },
	[FILE_INOTIFY] = { "inotify", OPEN_IN_KERNEL },
	[FILE_FIFO] = { "fifo", OPEN_NAME },
};

void wait_open_error(struct wait_builder *b, int error)
{
	switch (error) {
	case -EBUSY:
	case -ESRCH:
		wait_open(b, OPEN_BUSY);
		break;
	case -ETIMEDOUT:
		wait_open(b, OPEN_QUARANTINED);
		break;
	default:
		wait_open(b, OPEN_UNREADABLE);
	}
}

void wait_open_file(struct wait_builder *b, uint32_t file_kind)
{
	if (file_kind >= FILE_KINDS)
		file_kind = FILE_OTHER;
	if (file_kind == FILE_FIFO)
		wait_open_clients(b);
	else
		wait_open(b, file_kinds[file_kind].reason);
}

const char *file_kind_name(uint32_t file_kind)
{
	return file_kinds[file_kind < FILE_KINDS ? file_kind : FILE_OTHER].name;
}

void wait_open_clients(struct wait_builder *b)
{
	wait_open(b, OPEN_NAME);
	/* Whoever has not come yet cannot be counted. */
	wait_open(b, OPEN_CENSUS);
}

void wait_saw_own_memory(struct wait_builder *b, const struct look_task *task, uint64_t address,
			 const void *bytes, size_t length, const char *meaning)
{
	const struct look *look = b->graph->look;
	uint32_t leader = look_find(look, task->pid);
	bool ended = leader == NO_TASK || look->tasks[leader].flags & TASK_DEAD;

	wait_saw_memory(b, ended ? task->tid : task->pid, address, bytes, length, meaning);
}

void wait_open_like_group(struct wait_builder *b, uint32_t group)
{
	uint32_t open = graph_group(b->graph, group)->open & OPEN_IGNORANCE;

	for (int reason = 0; reason < OPEN_REASONS; reason++)
		if (open & OPEN_BIT(reason))
			wait_open(b, reason);
}

void wait_edge_or_open(struct wait_builder *b, uint32_t node, enum relation relation,
		       unsigned int flags)
{
	if (node == NO_NODE || wait_edge(b, node, relation, flags))
		wait_open(b, OPEN_UNREADABLE);
}

static uint32_t process_node(const struct kind_context *context, uint32_t pid)
{
	const struct process *process = look_process(context->look, pid);

	return process ? graph_process(context->graph, process) : NO_NODE;
}

static void group_open_like(struct graph *graph, uint32_t group, uint32_t member)
{
	graph_group(graph, group)->open |= graph_group(graph, member)->open;
}

uint32_t group_of_processes(const struct kind_context *context, enum group_type type, uint64_t a,
			    uint64_t b, const uint32_t *pids, size_t count)
{
	struct graph *graph = context->graph;
	bool is_new;

	/* Members before their group: those of one group are contiguous. */
	for (size_t i = 0; i < count; i++)
		process_node(context, pids[i]);

	uint32_t group = graph_add_group(graph, type, a, b, &is_new);

	if (group == NO_NODE)
		return NO_NODE;
	for (size_t i = 0; i < count; i++) {
		uint32_t node = process_node(context, pids[i]);

		if (node == NO_NODE)
			graph_open_group(graph, group, OPEN_BUSY);
		else if (graph_add_member(graph, group, node))
			return NO_NODE;
		else
			group_open_like(graph, group, node);
	}
	return group;
}

bool group_has_others(const struct graph *graph, uint32_t node, uint32_t pid)
{
	const struct group *group = graph_group(graph, node);

	for (uint32_t m = 0; m < group->member_count; m++)
		if (graph_group(graph, graph->members[group->first_member + m])->a != pid)
			return true;
	return false;
}

static int pid_compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

size_t pids_unique(uint32_t *pids, size_t count)
{
	size_t kept = 0;

	if (!count)
		return 0;
	qsort(pids, count, sizeof(*pids), pid_compare);
	for (size_t i = 0; i < count; i++)
		if (!i || pids[i] != pids[i - 1])
			pids[kept++] = pids[i];
	return kept;
}
