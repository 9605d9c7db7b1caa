/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names and states for the nodes of the graph.
 */
#include "core/party.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void party_of_task(const struct look *look, uint32_t task, struct party *ret)
{
	const struct look_task *t = &look->tasks[task];

	ret->pid = t->pid;
	ret->tid = t->tid;
	if (t->ns_level) {
		ret->ns_pid = t->ns_pid;
		ret->ns_tid = t->ns_tid;
	}
	ret->state = t->flags & TASK_DEAD ? PARTY_ZOMBIE : PARTY_ALIVE;
	memcpy(ret->name, t->name, sizeof(ret->name));
}

/* The leader, which may be gone before its threads: then the first thread stands for it. */
static void party_of_process(const struct look *look, uint32_t pid, struct party *ret)
{
	const struct process *process = look_process(look, pid);
	uint32_t leader = look_find(look, pid);

	party_of_task(look, leader == NO_TASK ? process->first : leader, ret);
	ret->is_process = 1;
	if (!process_is_dead(look, process))
		ret->state = PARTY_ALIVE;
}

void group_label(const struct graph *graph, const struct group *group, char *ret, size_t size)
{
	switch ((enum group_type)group->type) {
	case GROUP_MAPPERS:
		snprintf(ret, size, "mappers of inode %" PRIu64, group->b);
		break;
	case GROUP_READERS:
		snprintf(ret, size, "readers of pipe %" PRIu64, group->b);
		break;
	case GROUP_WRITERS:
		snprintf(ret, size, "writers of pipe %" PRIu64, group->b);
		break;
	case GROUP_SHARERS:
		snprintf(ret, size, "sharers of a description of inode %" PRIu64, group->b);
		break;
	case GROUP_HOLDERS:
		snprintf(ret, size, "holders of %s %" PRIu64, group->a ? "socket" : "eventfd",
			 group->b);
		break;
	case GROUP_EPOLL:
		snprintf(ret, size, "holders of epoll instance %" PRIu64 " of %" PRIu64, group->b,
			 group->a);
		break;
	case GROUP_CHILDREN:
		snprintf(ret, size, "children of %" PRIu64, group->a);
		break;
	case GROUP_MEMORY:
		if (group->member_count)
			snprintf(ret, size, "users of the memory of process %" PRIu64,
				 graph_group(graph, graph->members[group->first_member])->a);
		else
			snprintf(ret, size, "users of an address space");
		break;
	default:
		snprintf(ret, size, "%s", group_type_name[group->type]);
	}
}

void party_fill(const struct graph *graph, uint32_t node, enum relation relation, struct party *ret)
{
	*ret = (struct party){ .relation = relation };
	if (node_is_task(graph, node)) {
		party_of_task(graph->look, node, ret);
		return;
	}

	const struct group *group = graph_group(graph, node);

	if (group->type == GROUP_PROCESS) {
		party_of_process(graph->look, group->a, ret);
	} else if (group->type == GROUP_DEAD) {
		ret->tid = group->b & DEAD_UNNAMED ? 0 : group->a;
		ret->state = group->b & DEAD_LEFT_BEHIND ? PARTY_LEFT_BEHIND : PARTY_GONE;
	} else {
		group_label(graph, group, ret->group, sizeof(ret->group));
		ret->group_count = group->member_count;
	}
}
