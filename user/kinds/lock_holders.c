/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who stands in the way of a file lock.
 *
 * The kernel queues a request behind the first lock that conflicts with it, and
 * if another request that conflicts as well already waits there, behind that
 * (fs/locks.c: __locks_insert_block()). So in its list each request has one
 * lock at the root of its tree, and perhaps requests between. A request is
 * never granted before the root has gone or one between has given up, whatever
 * other locks there are: whoever may release the root, and whoever is queued
 * between, are all who can end the wait, and by custom the former alone.
 *
 * Who may release the root: of a POSIX lock the process that took it, and
 * whoever shares its descriptor table, for that is the owner (fl_owner). Of
 * flock and OFD locks everybody who shares the open file description through
 * which it was taken; the process that the list names merely did it, and may be
 * long gone. Which descriptors these are is told by their fdinfo.
 *
 * If several requests of a process, or several locks, look the same, all of
 * them are meant: some ways on too many.
 */
#include "kinds/lock_holders.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/cleanup.h"
#include "kinds/description.h"
#include "kinds/reasons.h"

#define EVIDENCE_HOLDERS 16 /* enough to be checked, whatever their number */
#define POSIX_FLAGS	 (EDGE_CAN_END | EDGE_HOLDER)

struct lock_wait {
	const struct kind_context *context;
	const struct look_task *task;
	const struct file_lock *locks; /* the lines, then what descriptors hold */
	uint32_t count;
	bool partial;
	struct wait_builder *b;
};

static bool is_line(const struct file_lock *lock)
{
	return !lock->pid;
}

static bool same_lock(const struct file_lock *x, const struct file_lock *y)
{
	return x->type == y->type && x->mode == y->mode && x->owner == y->owner &&
	       x->start == y->start && x->end == y->end;
}

/* Of several requests that look the same each may lead to the same one. */
static bool has_edge(const struct lock_wait *w, uint32_t node)
{
	const struct wait *wait = w->b->wait;

	for (uint32_t e = wait->first_edge; e < wait->first_edge + wait->edge_count; e++)
		if (w->context->graph->edges[e].target == node)
			return true;
	return false;
}

/* As fdinfo has it. */
static void lock_line(const struct file_lock *lock, char *ret, size_t size)
{
	static const char *const type[LOCK_TYPES] = { "", "FLOCK ", "POSIX ", "OFDLCK" };
	char end[24] = "EOF";

	if (lock->end != LOCK_TO_END)
		snprintf(end, sizeof(end), "%" PRIu64, lock->end);
	snprintf(ret, size, "lock: %u: %s ADVISORY  %s %d %02x:%02x:%" PRIu64 " %" PRIu64 " %s",
		 lock->index, type[lock->type], lock->mode == LOCK_MODE_WRITE ? "WRITE" : "READ",
		 lock->owner, lock->dev >> 20, lock->dev & 0xfffff, lock->inode, lock->start, end);
}

/* A first thread that has ended has no table any more. NULL if none has. */
static const struct look_task *thread_with_table(const struct look *look,
						 const struct process *process)
{
	for (uint32_t i = 0; i < process->count; i++)
		if (look->tasks[process->first + i].files)
			return &look->tasks[process->first + i];
	return NULL;
}

static uint64_t table_of(const struct look *look, const struct process *process)
{
	const struct look_task *thread = thread_with_table(look, process);

	return thread ? thread->files : 0;
}

static void saw_held(const struct lock_wait *w, const struct file_lock *held)
{
	const struct process *process = look_process(w->context->look, held->pid);
	const struct look_task *thread =
		process ? thread_with_table(w->context->look, process) : NULL;
	char path[64], line[96];

	snprintf(path, sizeof(path), "/proc/%u/fdinfo/%d", thread ? thread->tid : held->pid,
		 held->fd);
	lock_line(held, line, sizeof(line));
	wait_saw_proc(w->b, path, "the lock is held through this descriptor", "%s", line);
}

/* An edge to every process that shares the descriptor table by which a POSIX lock is owned. */
static void posix_edges(const struct lock_wait *w, const struct file_lock *held)
{
	const struct look *look = w->context->look;
	const struct process *owner = look_process(look, held->pid);
	uint64_t table = owner ? table_of(look, owner) : 0;

	if (!owner || process_is_dead(look, owner)) {
		wait_open(w->b, OPEN_BUSY);
		return;
	}

	uint32_t node = graph_process(w->context->graph, owner);

	if (has_edge(w, node))
		return;
	wait_edge_or_open(w->b, node, RELATION_HOLDS, POSIX_FLAGS);
	saw_held(w, held);
	for (uint32_t i = 0; table && i < look->process_count; i++) {
		const struct process *other = &look->processes[i];

		if (other != owner && table_of(look, other) == table)
			wait_edge_or_open(w->b, graph_process(w->context->graph, other),
					  RELATION_HOLDS, POSIX_FLAGS);
	}
}

/* True if an earlier descriptor of the same description holds the same lock. */
static bool description_was_said(const struct lock_wait *w, const struct file_lock *held)
{
	for (const struct file_lock *lock = w->locks; lock < held; lock++)
		if (!is_line(lock) && lock->description == held->description &&
		    same_lock(lock, held))
			return true;
	return false;
}

/* From /proc descriptions have no ids, but all who share one show its lock. */
static int lockers_group(const struct lock_wait *w, const struct file_lock *held,
			 uint32_t *ret_group)
{
	struct graph *graph = w->context->graph;
	uint64_t key =
		mix64(mix64(held->type, (uint64_t)held->owner), mix64(held->start, held->end));
	_cleanup_free_ uint32_t *pids = malloc((w->count + 1) * sizeof(*pids));
	size_t count = 0;

	if (!pids)
		return -ENOMEM;
	*ret_group = graph_find_group(graph, GROUP_SHARERS, key, held->inode);
	if (*ret_group != NO_NODE)
		return 0;
	for (uint32_t i = 0; i < w->count; i++)
		if (!is_line(&w->locks[i]) && same_lock(&w->locks[i], held))
			pids[count++] = w->locks[i].pid;
	*ret_group = group_of_processes(w->context, GROUP_SHARERS, key, held->inode, pids,
					pids_unique(pids, count));
	if (*ret_group == NO_NODE)
		return -ENOMEM;
	graph_set_census(graph, *ret_group, -1, (int64_t)count);
	return 0;
}

/* An edge to everybody who shares the description through which the lock was taken. */
static void description_edge(const struct lock_wait *w, const struct file_lock *held)
{
	struct graph *graph = w->context->graph;
	uint32_t node, said = 0;
	char what[96];

	if (description_was_said(w, held))
		return;

	int err = held->description ? description_group(w->context, held->dev, held->inode,
							held->description, &node)
				    : lockers_group(w, held, &node);

	if (err) {
		wait_open_error(w->b, err);
		return;
	}

	if (has_edge(w, node))
		return;

	bool others = group_has_others(graph, node, w->task->pid);

	wait_edge_or_open(w->b, node, RELATION_HOLDS,
			  others ? EDGE_CAN_END | EDGE_HOLDER | EDGE_NOT_SELF : EDGE_CAN_END);
	const struct group *group = graph_group(graph, node);

	snprintf(what, sizeof(what), "sharers of a description of inode %" PRIu64, held->inode);
	wait_saw_count(w->b, what, group->census_kernel, group->census_found,
		       "references to the open file description that has the lock");
	for (uint32_t i = 0; i < w->count && said < EVIDENCE_HOLDERS; i++) {
		if (is_line(&w->locks[i]) || w->locks[i].description != held->description ||
		    !same_lock(&w->locks[i], held))
			continue;
		saw_held(w, &w->locks[i]);
		said++;
	}
}

/* Edges to whoever may release the lock of that line. */
static void root_edges(const struct lock_wait *w, const struct file_lock *root)
{
	uint32_t found = 0;

	for (uint32_t i = 0; i < w->count; i++) {
		const struct file_lock *held = &w->locks[i];

		if (is_line(held) || !same_lock(held, root))
			continue;
		if (root->type != LOCK_POSIX)
			description_edge(w, held);
		else if (held->pid == (uint32_t)root->owner)
			posix_edges(w, held);
		else
			continue;
		found++;
	}
	if (!found || w->partial)
		wait_open(w->b, OPEN_CENSUS);
}

static void waker_edge(const struct lock_wait *w, const struct process *process)
{
	if (!process || process_is_dead(w->context->look, process)) {
		wait_open(w->b, OPEN_BUSY);
		return;
	}

	uint32_t node = graph_process(w->context->graph, process);

	if (!has_edge(w, node))
		wait_edge_or_open(w->b, node, RELATION_MAY_WAKE, EDGE_CAN_END);
}

/* The list names nobody who waits for an OFD lock, so all who wait for any are meant. */
static void ofd_waiters_edges(const struct lock_wait *w)
{
	const struct look *look = w->context->look;
	uint32_t said = w->task->pid;

	for (uint32_t i = 0; i < look->task_count; i++) {
		const struct look_task *task = &look->tasks[i];

		if (task->pid == said || call_of(task) != CALL_FCNTL ||
		    (uint32_t)task->args[1] != FCNTL_OFD_SETLKW)
			continue;
		waker_edge(w, look_process(look, task->pid));
		said = task->pid;
	}
}

/* A request that waits before ours lets us on if it gives up. */
static void queued_edges(const struct lock_wait *w, const struct file_lock *queued)
{
	if (queued->type == LOCK_OFD)
		ofd_waiters_edges(w);
	else
		waker_edge(w, look_process(w->context->look, (uint32_t)queued->owner));
}

/* From the request up to the root of its tree. */
static void climb(const struct lock_wait *w, uint32_t request)
{
	uint32_t depth = w->locks[request].depth;

	for (uint32_t i = request; depth && i-- > 0;) {
		if (w->locks[i].depth != depth - 1)
			continue;
		if (--depth)
			queued_edges(w, &w->locks[i]);
		else
			root_edges(w, &w->locks[i]);
	}
	if (depth)
		wait_open(w->b, OPEN_BUSY);
}

static bool may_be_ours(const struct file_lock *lock, const struct look_task *task,
			const struct lock_wish *wish)
{
	int32_t owner = wish->type == LOCK_OFD ? -1 : (int32_t)task->pid;

	return is_line(lock) && lock->depth && lock->type == wish->type && lock->owner == owner;
}

static bool is_wish(const struct file_lock *lock, const struct lock_wish *wish)
{
	return lock->mode == wish->mode &&
	       (!wish->ranged || (lock->start == wish->start && lock->end == wish->end));
}

void lock_holders_edges(const struct kind_context *context, const struct look_task *task,
			uint32_t dev, uint64_t inode, const struct lock_wish *wish,
			struct wait_builder *b)
{
	struct answer answer;
	int err = probe_locks(context->probe, dev, inode, &answer);
	uint32_t exact = 0, found = 0;

	if (err) {
		if (err == -EREMOTE)
			wait_open(b, OPEN_DEVICE);
		else
			wait_open_error(b, err);
		return;
	}

	struct lock_wait w = { .context = context,
			       .task = task,
			       .locks = answer.items,
			       .count = answer.count,
			       .partial = answer.partial,
			       .b = b };

	for (uint32_t i = 0; i < w.count; i++)
		exact += may_be_ours(&w.locks[i], task, wish) && is_wish(&w.locks[i], wish);
	for (uint32_t i = 0; i < w.count; i++) {
		if (!may_be_ours(&w.locks[i], task, wish) || (exact && !is_wish(&w.locks[i], wish)))
			continue;
		climb(&w, i);
		found++;
	}
	/* Granted just now, or not asked for yet. */
	if (!found)
		wait_open(b, OPEN_BUSY);
}
