/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A mutex or a reader-writer semaphore of the kernel itself, under which some calls sleep for
 * what only a program may do: splice() keeps the pipe's mutex until the socket that it feeds has
 * room, and a terminal's first reader keeps the others out. Both are released by who took them
 * and by nobody else (kernel/locking/mutex.c, rwsem.c), and the kernel writes down who that is,
 * but for readers of an rwsem and for semaphores.
 */
#include <inttypes.h>
#include <stdio.h>

#include "kinds/kinds.h"
#include "kinds/reasons.h"
#include "kinds/signals.h"

static const char *const lock_name[BLOCKER_KINDS] = {
	[BLOCKER_NONE] = "lock",	   [BLOCKER_MUTEX] = "mutex",
	[BLOCKER_SEMAPHORE] = "semaphore", [BLOCKER_RWSEM_READ] = "rwsem",
	[BLOCKER_RWSEM_WRITE] = "rwsem",
};

static bool kernel_lock_recognise(const struct kind_context *context, const struct look_task *task)
{
	(void)context;
	return task->blocker_kind != BLOCKER_NONE;
}

/* Who must release it, or NO_TASK with the reason why nobody can be named. */
static uint32_t lock_owner(const struct look *look, const struct look_task *task,
			   enum open_reason *ret_reason)
{
	uint32_t owner = task->blocker_owner ? look_find(look, task->blocker_owner) : NO_TASK;

	*ret_reason = task->blocker_owner ? OPEN_BUSY : OPEN_IN_KERNEL;
	/* One who waits and owns it has just been given it. */
	if (owner == NO_TASK || look->tasks[owner].tid == task->tid ||
	    look->tasks[owner].flags & TASK_DEAD)
		return NO_TASK;
	return owner;
}

static void saw_owner(const struct kind_context *context, const struct look_task *task,
		      uint32_t owner, struct wait_builder *b)
{
	const char *function;
	char text[64];

	snprintf(text, sizeof(text), "owner of the kernel %s that %" PRIu32 " sleeps for",
		 lock_name[task->blocker_kind], task->tid);
	wait_saw_count(b, text, task->blocker_owner, context->look->tasks[owner].tid,
		       "the task that holds it (task_struct.blocker)");
	if (probe_wchan(context->probe, task->tid, &function))
		return;
	snprintf(text, sizeof(text), "/proc/%" PRIu32 "/wchan", task->tid);
	wait_saw_proc(b, text, "the kernel function that asked for it", "%s", function);
}

static enum cost kernel_lock_resolve(const struct kind_context *context,
				     const struct look_task *task, enum cost budget,
				     struct wait_builder *b)
{
	enum open_reason reason;
	uint32_t owner = lock_owner(context->look, task, &reason);

	wait_object(b, task->blocker, task->blocker_kind == BLOCKER_MUTEX, 0);
	if (owner == NO_TASK) {
		wait_open(b, reason);
		return COST_DONE;
	}
	wait_edge_or_open(b, owner, RELATION_HOLDS, EDGE_CAN_END | EDGE_HOLDER);
	if (budget < COST_READ)
		return COST_READ;
	saw_owner(context, task, owner, b);
	if (task->flags & TASK_UNINTERRUPTIBLE)
		return COST_DONE;
	return signals_resolve(context, task, budget, b, HANDLER_MAY_END);
}

static void kernel_lock_describe(const struct kind_context *context, const struct look_task *task,
				 char *ret, size_t size)
{
	const char *name = lock_name[task->blocker_kind], *function;

	if (probe_wchan(context->probe, task->tid, &function))
		snprintf(ret, size, "kernel %s", name);
	else
		snprintf(ret, size, "kernel %s of %s", name, function);
}

const struct kind kernel_lock_kind = {
	.kind = WAIT_KERNEL_LOCK,
	.wchan = NULL, /* that it sleeps for the lock is what the kernel says */
	.recognise = kernel_lock_recognise,
	.resolve = kernel_lock_resolve,
	.describe = kernel_lock_describe,
};
