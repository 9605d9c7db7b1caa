/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who holds a multiprocessing lock.
 *
 * The semaphore itself names nobody, but each process that uses it has an object
 * whose count says how often it took the lock and gave it back. The value being
 * 0, for a lock (at most one may have it):
 *   - one process with count 1, all others 0: that one holds it;
 *   - all 0: whoever held it has died, and its count with it;
 *   - some count below 0: taken here and released there, a baton, held by nobody
 *     in particular; and a sum over 1 is a release that has not been counted yet.
 * An RLock counts its depth in the one process that has it.
 *
 * All of it holds only if every process that maps the semaphore was read. And
 * the count follows the semaphore: between sem_wait() and ++count a thread takes
 * the GIL again. So nobody is called dead while any thread of these processes
 * could be there: it would run, or be stopped, or wait in a timed private futex,
 * which is how the GIL is waited for.
 */
#include "kinds/semlock_holder.h"

#include <errno.h>

#include "kinds/futex_call.h"
#include "kinds/mappers.h"

static bool covers(const struct mapping *mapping, uint64_t offset)
{
	return mapping->start < mapping->end && mapping->offset <= offset &&
	       offset - mapping->offset < mapping->end - mapping->start;
}

/* True if every process with access has an object that was found. */
static bool find_objects(const struct kind_context *context, const struct look_task *task,
			 const struct answer *mappers, struct semlock_list *list)
{
	const struct mapping *mappings = mappers->items;

	for (uint32_t i = 0; i < mappers->count; i++) {
		const struct mapping *mapping = &mappings[i];

		if (!covers(mapping, task->object_offset))
			return false;

		uint64_t handle = mapping->start + (task->object_offset - mapping->offset);

		if (semlock_list_search(list, context->probe, mapping->pid, handle))
			return false;
	}
	return list->count;
}

/* True if the thread cannot be between having taken the semaphore and having counted it. */
static bool thread_is_past(const struct look_task *thread, const struct look_task *waiter)
{
	const uint32_t restless = TASK_STOPPED | TASK_TRACED | TASK_FROZEN | TASK_SIGPENDING |
				  TASK_UNINTERRUPTIBLE | TASK_FROM_PROC | TASK_COMPAT;
	struct futex_call call;

	if (thread->flags & TASK_DEAD)
		return true;
	if (!(thread->flags & TASK_SLEEPING) || thread->flags & restless || thread->call < 0)
		return false;
	if (!futex_call_decode(thread, &call))
		return true;
	if (thread->object_flags & OBJECT_MAPPED && thread->object_inode == waiter->object_inode &&
	    thread->object_dev == waiter->object_dev &&
	    thread->object_offset == waiter->object_offset)
		return true;
	return call.wait && !call.timed;
}

static bool nobody_is_taking(const struct kind_context *context, const struct look_task *task,
			     const struct answer *mappers)
{
	const struct mapping *mappings = mappers->items;
	const struct look *look = context->look;

	for (uint32_t i = 0; i < mappers->count; i++) {
		const struct process *process = look_process(look, mappings[i].pid);

		if (!process)
			return false;
		for (uint32_t t = 0; t < process->count; t++)
			if (!thread_is_past(&look->tasks[process->first + t], task))
				return false;
	}
	return true;
}

/* The only object with a count, NULL if there is none; false if the counts tell nothing. */
static bool count_takers(const struct semlock_list *list, const struct semlock **ret_taken)
{
	const struct semlock *taken = NULL, *first = &list->items[0];

	for (size_t i = 0; i < list->count; i++) {
		const struct semlock *semlock = &list->items[i];

		if (semlock->kind != first->kind || semlock->maxvalue != 1 || semlock->count < 0)
			return false;
		if (!semlock->count)
			continue;
		if (taken || (semlock->kind == SEMLOCK_SEMAPHORE && semlock->count != 1))
			return false;
		taken = semlock;
	}
	*ret_taken = taken;
	return true;
}

/* The thread that took it last in its process; if it has ended, the process answers for it. */
static uint32_t holder_node(const struct kind_context *context, const struct semlock *taken)
{
	const struct process *process = look_process(context->look, taken->pid);

	if (!process)
		return NO_NODE;

	uint32_t thread = look_find_thread(context->look, process, taken->last_tid);

	return thread == NO_TASK ? graph_process(context->graph, process) : thread;
}

/* True unless the kernel counts somebody who was not found. */
static bool mappers_are_known(const struct kind_context *context, const struct look_task *task)
{
	uint32_t group;

	return !mappers_group(context, task, &group) &&
	       !(graph_group(context->graph, group)->open & OPEN_BIT(OPEN_CENSUS));
}

struct semlock_holder semlock_holder_find(const struct kind_context *context,
					  const struct look_task *task, struct semlock_list *list)
{
	struct semlock_holder unknown = { .state = SEMLOCK_NOT_KNOWN, .node = NO_NODE };
	struct semlock_holder holder = { .state = SEMLOCK_HELD, .node = NO_NODE };
	struct answer mappers;

	if (probe_mappers(context->probe, task->object_dev, task->object_inode, &mappers) ||
	    !mappers_are_known(context, task) || !find_objects(context, task, &mappers, list) ||
	    !count_takers(list, &holder.taken))
		return unknown;
	holder.recursive = list->items[0].kind == SEMLOCK_RECURSIVE;
	if (holder.taken) {
		holder.node = holder_node(context, holder.taken);
		return holder.node == NO_NODE ? unknown : holder;
	}
	if (!nobody_is_taking(context, task, &mappers))
		return unknown;
	holder.state = SEMLOCK_ORPHANED;
	return holder;
}
