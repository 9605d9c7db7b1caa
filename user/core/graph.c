/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Building the wait-for graph. Everything is in growing arrays and named by
 * index: a million waits are a handful of allocations.
 */
#include "core/graph.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const group_type_name[GROUP_TYPES] = {
	[GROUP_PROCESS] = "process", [GROUP_MEMORY] = "memory",	    [GROUP_MAPPERS] = "mappers",
	[GROUP_READERS] = "readers", [GROUP_WRITERS] = "writers",   [GROUP_HOLDERS] = "holders",
	[GROUP_EPOLL] = "epoll",     [GROUP_CHILDREN] = "children", [GROUP_SHARERS] = "sharers",
	[GROUP_CUSTOM] = "group",    [GROUP_DEAD] = "dead",
};

uint64_t mix_bytes(uint64_t state, const void *bytes, size_t length)
{
	const unsigned char *p = bytes;

	for (; length >= 8; length -= 8, p += 8) {
		uint64_t word;

		memcpy(&word, p, 8);
		state = mix64(state, word);
	}
	if (length) {
		uint64_t word = 0;

		memcpy(&word, p, length);
		state = mix64(state, word + (length << 56));
	}
	return state;
}

/* Makes room for one more item in an array that doubles. */
static int grow(void **array, uint32_t count, uint32_t *capacity, size_t size)
{
	if (count < *capacity)
		return 0;

	uint32_t larger = *capacity ? 2 * *capacity : 64;
	void *moved = larger > count ? reallocarray(*array, larger, size) : NULL;

	if (!moved)
		return -ENOMEM;
	*array = moved;
	*capacity = larger;
	return 0;
}

int graph_init(struct graph *graph, const struct look *look)
{
	*graph = (struct graph){ .look = look };
	graph->wait_of = malloc((look->task_count + 1) * sizeof(*graph->wait_of));
	graph->process_node = malloc((look->process_count + 1) * sizeof(*graph->process_node));
	if (!graph->wait_of || !graph->process_node) {
		graph_deinit(graph);
		return -ENOMEM;
	}
	memset(graph->wait_of, 0xff, look->task_count * sizeof(*graph->wait_of));
	memset(graph->process_node, 0xff, look->process_count * sizeof(*graph->process_node));
	return 0;
}

void graph_deinit(struct graph *graph)
{
	free(graph->waits);
	free(graph->wait_of);
	free(graph->edges);
	free(graph->groups);
	free(graph->members);
	free(graph->slots);
	free(graph->process_node);
	free(graph->process_by_mm);
	free(graph->dependent_start);
	free(graph->dependents);
	*graph = (struct graph){ 0 };
}

struct wait *graph_add_wait(struct graph *graph, uint32_t task, enum wait_kind kind)
{
	if (grow((void **)&graph->waits, graph->wait_count, &graph->wait_capacity,
		 sizeof(*graph->waits)))
		return NULL;

	struct wait *wait = &graph->waits[graph->wait_count];

	*wait = (struct wait){ .task = task, .kind = kind };
	graph->wait_of[task] = graph->wait_count++;
	graph_begin_wait(graph, wait);
	return wait;
}

void graph_begin_wait(struct graph *graph, struct wait *wait)
{
	const struct look_task *task = &graph->look->tasks[wait->task];

	*wait = (struct wait){
		.task = wait->task,
		.kind = wait->kind,
		.first_edge = graph->edge_count,
		.fingerprint = mix64(task->switches, (uint32_t)task->call),
	};
}

int graph_add_edge(struct graph *graph, struct wait *wait, const struct edge *edge)
{
	if (grow((void **)&graph->edges, graph->edge_count, &graph->edge_capacity,
		 sizeof(*graph->edges)))
		return -ENOMEM;
	graph->edges[graph->edge_count++] = *edge;
	wait->edge_count++;
	return 0;
}

/*
 * Groups are found by key through open addressing over their indices: they live
 * in an array that moves, which the pointer-linked tables of uthash cannot index.
 */
static uint32_t *group_slot(const struct graph *graph, enum group_type type, uint64_t a, uint64_t b)
{
	uint32_t mask = graph->slot_count - 1;
	uint32_t i = mix64(mix64(type, a), b) & mask;

	for (;; i = (i + 1) & mask) {
		uint32_t *slot = &graph->slots[i];

		if (*slot == NO_NODE)
			return slot;

		const struct group *group = &graph->groups[*slot];

		if (group->type == type && group->a == a && group->b == b)
			return slot;
	}
}

/* Keeps the table at most half full. Processes are not in it: graph_process() knows them. */
static int slots_reserve(struct graph *graph)
{
	if (2 * (graph->slots_used + 1) <= graph->slot_count)
		return 0;

	uint32_t count = graph->slot_count ? 2 * graph->slot_count : 256;
	uint32_t *slots = malloc(count * sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	memset(slots, 0xff, count * sizeof(*slots));
	free(graph->slots);
	graph->slots = slots;
	graph->slot_count = count;
	for (uint32_t i = 0; i < graph->group_count; i++) {
		const struct group *group = &graph->groups[i];

		if (group->type != GROUP_PROCESS)
			*group_slot(graph, group->type, group->a, group->b) = i;
	}
	return 0;
}

/* Appends an empty group; its index, or NO_NODE if out of memory. */
static uint32_t group_append(struct graph *graph, enum group_type type, uint64_t a, uint64_t b)
{
	if (grow((void **)&graph->groups, graph->group_count, &graph->group_capacity,
		 sizeof(*graph->groups)))
		return NO_NODE;
	graph->groups[graph->group_count] = (struct group){
		.type = type,
		.a = a,
		.b = b,
		.first_member = graph->member_count,
		.fingerprint = mix64(mix64(type, a), b),
		.census_kernel = -1,
		.census_found = -1,
	};
	return graph->group_count++;
}

uint32_t graph_add_group(struct graph *graph, enum group_type type, uint64_t a, uint64_t b,
			 bool *ret_new)
{
	assert(type != GROUP_PROCESS);
	if (slots_reserve(graph))
		return NO_NODE;

	uint32_t *slot = group_slot(graph, type, a, b);
	uint32_t group = *slot;

	if (group == NO_NODE) {
		group = group_append(graph, type, a, b);
		if (group == NO_NODE)
			return NO_NODE;
		*ret_new = true;
		*slot = group;
		graph->slots_used++;
	} else {
		*ret_new = false;
	}
	return graph->look->task_count + group;
}

uint32_t graph_find_group(const struct graph *graph, enum group_type type, uint64_t a, uint64_t b)
{
	if (!graph->slot_count)
		return NO_NODE;

	uint32_t i = *group_slot(graph, type, a, b);

	return i == NO_NODE ? NO_NODE : graph->look->task_count + i;
}

int graph_add_member(struct graph *graph, uint32_t group_node, uint32_t node)
{
	struct group *group = graph_group(graph, group_node);

	if (node == NO_NODE || grow((void **)&graph->members, graph->member_count,
				    &graph->member_capacity, sizeof(*graph->members))) {
		/* a member that is not in the graph must not make the group look stuck */
		group->open |= OPEN_BIT(OPEN_BUSY);
		return -ENOMEM;
	}

	/* a group is filled whole, before the next is begun */
	assert(group->first_member + group->member_count == graph->member_count);
	graph->members[graph->member_count++] = node;
	group->member_count++;
	/* a sum: the same set in another order is the same set */
	group->fingerprint += graph_node_key(graph, node);
	/* who was missed of a member was missed of the group */
	if (!node_is_task(graph, node))
		group->open |= graph_group(graph, node)->open;
	return 0;
}

void graph_set_census(struct graph *graph, uint32_t node, int64_t kernel, int64_t found)
{
	struct group *group = graph_group(graph, node);

	group->census_kernel = kernel;
	group->census_found = found;
	group->fingerprint += mix64((uint64_t)kernel, (uint64_t)found);
	if (kernel < 0)
		graph_open_group(graph, node, OPEN_UNCOUNTED);
	else if (kernel != found)
		graph_open_group(graph, node, OPEN_CENSUS);
}

void graph_open_group(struct graph *graph, uint32_t node, enum open_reason reason)
{
	graph_group(graph, node)->open |= OPEN_BIT(reason);
}

/*
 * Threads that each start the next one and end may all be gone by the time that they would be
 * read; the number that the kernel keeps of them never sinks.
 */
static void check_threads(struct graph *graph, uint32_t node, const struct process *process)
{
	uint32_t most = 0;

	for (uint32_t i = process->first; i < process->first + process->count; i++)
		if (graph->look->tasks[i].threads > most)
			most = graph->look->tasks[i].threads;
	if (most > process->count)
		graph_open_group(graph, node, OPEN_CENSUS);
}

/*
 * Then it will run a handler, in whatever wait its threads are, or end: it does act, for those who
 * wait for anything that a process may do.
 */
static bool timer_is_armed(const struct look *look, const struct process *process)
{
	for (uint32_t i = process->first; i < process->first + process->count; i++)
		if (look->tasks[i].flags & TASK_TIMER && !(look->tasks[i].flags & TASK_DEAD))
			return true;
	return false;
}

uint32_t graph_process(struct graph *graph, const struct process *process)
{
	uint32_t *known = &graph->process_node[process - graph->look->processes];

	if (*known != NO_NODE)
		return *known;

	/* the members' own identities name the process: its pid may be used again */
	uint32_t group = group_append(graph, GROUP_PROCESS, process->pid, 0);

	if (group == NO_NODE)
		return NO_NODE;

	uint32_t node = graph->look->task_count + group;

	for (uint32_t i = process->first; i < process->first + process->count; i++)
		if (graph_add_member(graph, node, i))
			return NO_NODE;
	check_threads(graph, node, process);
	if (timer_is_armed(graph->look, process))
		graph_open_group(graph, node, OPEN_TIMER);
	*known = node;
	return node;
}

uint32_t graph_dead(struct graph *graph, uint64_t a, uint64_t b)
{
	bool is_new;

	return graph_add_group(graph, GROUP_DEAD, a, b, &is_new);
}

bool graph_node_is_self(const struct graph *graph, uint32_t node, uint32_t task)
{
	if (node_is_task(graph, node))
		return node == task;

	const struct group *group = graph_group(graph, node);
	bool is_member = false;

	if (group->type != GROUP_PROCESS)
		return false;
	for (uint32_t m = 0; m < group->member_count; m++) {
		uint32_t member = graph->members[group->first_member + m];

		/* a leader that has ended stays until its threads have */
		if (member != task && !(graph->look->tasks[member].flags & TASK_DEAD))
			return false;
		is_member |= member == task;
	}
	return is_member;
}

uint32_t graph_node_pid(const struct graph *graph, uint32_t node)
{
	if (node_is_task(graph, node))
		return graph->look->tasks[node].pid;

	const struct group *group = graph_group(graph, node);

	return group->type == GROUP_PROCESS ? (uint32_t)group->a : NO_PID;
}

uint64_t graph_node_key(const struct graph *graph, uint32_t node)
{
	if (node_is_task(graph, node)) {
		const struct look_task *task = &graph->look->tasks[node];

		return mix64(mix64(1, task->tid), task->start_ns);
	}

	const struct group *group = graph_group(graph, node);

	return mix64(2, group->fingerprint);
}

uint64_t wait_since(const struct graph *graph, const struct wait *wait)
{
	return wait->since_ns ? wait->since_ns : graph->look->tasks[wait->task].slept_ns;
}

uint64_t graph_wait_fingerprint(const struct graph *graph, const struct wait *wait)
{
	uint64_t state = mix64(mix64(wait->fingerprint, wait->open), wait->kind);

	state = mix64(state, graph_node_key(graph, wait->task));
	for (uint32_t e = wait->first_edge; e < wait->first_edge + wait->edge_count; e++) {
		const struct edge *edge = &graph->edges[e];

		state = mix64(state, graph_node_key(graph, edge->target));
		state = mix64(state, edge->relation * 256u + edge->flags);
	}
	return state;
}
