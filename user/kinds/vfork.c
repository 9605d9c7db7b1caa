/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfork(), and clone() with CLONE_VFORK, as posix_spawn() has it: the caller
 * sleeps until the child gives back the memory that it borrows, by running
 * another program or by ending (kernel/fork.c: wait_for_vfork_done()). No signal
 * but a deadly one ends that.
 *
 * The child is another process in the caller's address space. If there are
 * several, any of them may be the one, and none is held responsible.
 */
#include <inttypes.h>
#include <stdio.h>

#include "kinds/children.h"
#include "kinds/kinds.h"
#include "kinds/reasons.h"

static bool vfork_recognise(const struct kind_context *context, const struct look_task *task)
{
	(void)context;
	return call_of(task) == CALL_CLONE && task->flags & TASK_UNINTERRUPTIBLE;
}

/* The next process after *at that lives in the task's memory and is another one. */
static const struct process *next_borrower(const struct look *look, const struct look_task *task,
					   uint32_t *at)
{
	while (*at < look->process_count) {
		const struct process *process = &look->processes[(*at)++];

		if (process->pid != task->pid && task->mm &&
		    look->tasks[process->first].mm == task->mm && !process_is_dead(look, process))
			return process;
	}
	return NULL;
}

static enum cost vfork_resolve(const struct kind_context *context, const struct look_task *task,
			       enum cost budget, struct wait_builder *b)
{
	const struct look *look = context->look;
	uint32_t at = 0, again = 0, count = 0;

	(void)budget;
	wait_object(b, task->start_ns, task->tid, 1);
	while (next_borrower(look, task, &at))
		count++;
	/* It has just gone, or the memory was not to be shared. */
	if (!count)
		wait_open(b, OPEN_BUSY);
	for (const struct process *child; (child = next_borrower(look, task, &again));)
		child_edge(context, task, child, b, RELATION_CHILD,
			   count == 1 ? EDGE_CAN_END | EDGE_HOLDER : EDGE_CAN_END);
	return COST_DONE;
}

static void vfork_describe(const struct kind_context *context, const struct look_task *task,
			   char *ret, size_t size)
{
	uint32_t at = 0;
	const struct process *child = next_borrower(context->look, task, &at);

	if (child)
		snprintf(ret, size, "child %" PRIu32 " that borrows its memory", child->pid);
	else
		snprintf(ret, size, "child that borrows its memory");
}

static const char *const vfork_wchan[] = {
	"kernel_clone", "wait_for_vfork_done", "_do_fork", "do_fork", "__do_sys_vfork", NULL,
};

const struct kind vfork_kind = {
	.kind = WAIT_VFORK,
	.wchan = vfork_wchan,
	.recognise = vfork_recognise,
	.resolve = vfork_resolve,
	.describe = vfork_describe,
};
