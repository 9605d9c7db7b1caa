/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The wait-for graph of one look. Nodes 0 .. task_count-1 are the tasks of the
 * look; then come groups (sets of nodes that have something in common: a group
 * can go on if one of its members can) and the dead (nodes that stand for
 * somebody who is no task of this look). A waker is a node, so an edge to a
 * group is one edge, and closed sets stay linear.
 *
 * Filling: groups and waits in any order; then graph_freeze() builds the
 * reversed edges that progress and explanation walk.
 */
#ifndef DLTRACE_GRAPH_H
#define DLTRACE_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include "core/look.h"
#include "core/wait.h"

#define NO_NODE UINT32_MAX
#define NO_WAIT UINT32_MAX

enum group_type {
	GROUP_PROCESS, /* a: pid */
	GROUP_MEMORY,  /* tasks of one address space; a: mm id */
	GROUP_MAPPERS, /* processes that map or hold a file's memory; a: dev, b: inode */
	GROUP_READERS, /* processes that hold a pipe's read end; a: dev, b: inode */
	GROUP_WRITERS,
	GROUP_CHILDREN, /* children that one wait could reap; a: waiter's pid, b: selector */
	GROUP_CUSTOM,
	GROUP_DEAD,    /* a dead node; a: tid or object hash, b: start time or 0 */
	GROUP_SHARERS, /* processes that share an open file description; a: its id, b: inode */
	GROUP_HOLDERS, /* processes that hold a description; a: dev of a socket, b: its inode; a: 0,
			  b: an eventfd's id */
	GROUP_EPOLL, /* the same of an epoll instance; a: pid or tid, b: one descriptor of it there
		      */
	GROUP_TYPES,
};
extern const char *const group_type_name[GROUP_TYPES];

struct group {
	uint8_t type;  /* enum group_type */
	uint32_t open; /* mask of enum open_reason: why the set may be larger than what was found */
	uint32_t first_member; /* into members */
	uint32_t member_count;
	uint64_t a, b;
	uint64_t fingerprint;
	/* What was counted, for the report: -1 if there was no number. */
	int64_t census_kernel, census_found;
};

struct edge {
	uint32_t target; /* node */
	uint8_t relation;
	uint8_t flags; /* EDGE_* */
};

/* Who depends on a node: a waiting task through an edge, or a group as its member. */
struct dependent {
	uint32_t node;
	uint32_t edge; /* NO_EDGE: membership */
};
#define NO_EDGE UINT32_MAX

struct graph {
	const struct look *look;
	struct wait *waits; /* of blocked tasks, in order of their task */
	uint32_t *wait_of;  /* task -> index into waits, or NO_WAIT */
	struct edge *edges;
	struct group *groups; /* node task_count + i is groups[i] */
	uint32_t *members;
	uint32_t wait_count, edge_count, group_count, member_count;
	uint32_t wait_capacity, edge_capacity, group_capacity, member_capacity;
	uint32_t *slots;     /* hash table over groups but processes: indices, NO_NODE: empty */
	uint32_t slot_count; /* a power of two */
	uint32_t slots_used;
	uint32_t *process_node; /* process index -> node or NO_NODE */
	/* reversed: who depends on node n: dependents[dependent_start[n] .. [n + 1]) */
	uint32_t *dependent_start;
	struct dependent *dependents;
	uint32_t *process_by_mm; /* process indices sorted by address space; NULL until needed */
};

int graph_init(struct graph *graph, const struct look *look);
void graph_deinit(struct graph *graph);

static inline bool node_is_task(const struct graph *graph, uint32_t node)
{
	return node < graph->look->task_count;
}

static inline struct group *graph_group(const struct graph *graph, uint32_t node)
{
	return &graph->groups[node - graph->look->task_count];
}

static inline uint32_t graph_node_count(const struct graph *graph)
{
	return graph->look->task_count + graph->group_count;
}

/* The wait of a task, or NULL if it is not blocked. */
static inline struct wait *graph_wait(const struct graph *graph, uint32_t task)
{
	uint32_t i = graph->wait_of[task];

	return i == NO_WAIT ? NULL : &graph->waits[i];
}

/* Adds a wait for the task; NULL if out of memory. At most one for each task. */
struct wait *graph_add_wait(struct graph *graph, uint32_t task, enum wait_kind kind);

/* Forgets what was said of the wait: it is about to be resolved again. */
void graph_begin_wait(struct graph *graph, struct wait *wait);
/* Appends an edge to the wait that was added or begun last. 0 or -ENOMEM. */
int graph_add_edge(struct graph *graph, struct wait *wait, const struct edge *edge);

/*
 * The group of that key, of any type but GROUP_PROCESS. If it is new, *ret_new is true, and the
 * caller adds its members at once (members of one group are contiguous), before any other group's.
 * NO_NODE if out of memory.
 */
uint32_t graph_add_group(struct graph *graph, enum group_type type, uint64_t a, uint64_t b,
			 bool *ret_new);
/* The group of that key, or NO_NODE if there is none yet. */
uint32_t graph_find_group(const struct graph *graph, enum group_type type, uint64_t a, uint64_t b);
/* A member that is itself a group must have been made, and opened if it is to be, before the group
 * that it joins, which is as open as that. */
int graph_add_member(struct graph *graph, uint32_t group, uint32_t node);
/* Counts into the group's fingerprint and its report; a mismatch or kernel < 0 opens it. */
void graph_set_census(struct graph *graph, uint32_t group, int64_t kernel, int64_t found);
void graph_open_group(struct graph *graph, uint32_t group, enum open_reason reason);

/* Groups that every kind needs; made on first use. NO_NODE if out of memory. A process of which
 * the kernel counts more threads than the look has is open. */
uint32_t graph_process(struct graph *graph, const struct process *process);
/* All tasks of the address space, with the census of mm_users. */
uint32_t graph_memory(struct graph *graph, uint64_t mm);
/*
 * Somebody who is no task of this look, or none that can act: a is the tid, b tells it from others
 * of that tid, below the two bits.
 */
#define DEAD_LEFT_BEHIND \
	(1ull << 63)		  /* task a lives in another process; fork() copied what it held */
#define DEAD_UNNAMED (1ull << 62) /* a names the object instead: nothing says who held it */
uint32_t graph_dead(struct graph *graph, uint64_t a, uint64_t b);

/* Builds the reversed edges. 0 or -ENOMEM. Callable again after more was added. */
int graph_freeze(struct graph *graph);

/* True if the node is the task, or the process of which it is the only living thread. */
bool graph_node_is_self(const struct graph *graph, uint32_t node, uint32_t task);
/* The process of a task, or of which the group is that; NO_PID for any other group. */
#define NO_PID UINT32_MAX
uint32_t graph_node_pid(const struct graph *graph, uint32_t node);
/* Identity of a node that is the same in every look. */
uint64_t graph_node_key(const struct graph *graph, uint32_t node);
/* Since when the task has been waiting like this, CLOCK_MONOTONIC. */
uint64_t wait_since(const struct graph *graph, const struct wait *wait);
/* Fingerprint of a task's wait, with what its edges lead to. */
uint64_t graph_wait_fingerprint(const struct graph *graph, const struct wait *wait);

/* 64-bit mixing used for all keys and fingerprints (splitmix64's finaliser over a running state).
 */
static inline uint64_t mix64(uint64_t state, uint64_t value)
{
	uint64_t x = state ^ (value + 0x9e3779b97f4a7c15ull + (state << 6) + (state >> 2));

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
	return x ^ (x >> 31);
}
uint64_t mix_bytes(uint64_t state, const void *bytes, size_t length);

#endif /* DLTRACE_GRAPH_H */
