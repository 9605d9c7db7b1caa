/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * References that calls in progress hold. A call on a descriptor takes one if
 * its table is shared (fs/file.c: __fget_light()). A sleeping poll or select
 * keeps one for each queue that it waits on (fs/select.c: __pollwait()), and a
 * pipe has one for each direction that the description is open for (fs/pipe.c:
 * pipe_poll()), whatever events were asked for.
 */
#include "kinds/file_use.h"

#include "kinds/poll_set.h"

static uint32_t polled_uses(const struct kind_context *context, const struct look_task *thread,
			    const struct open_file *holder)
{
	__attribute__((cleanup(poll_set_deinit))) struct poll_set set = { 0 };
	uint32_t queues = (holder->mode & 1) + (holder->mode >> 1 & 1), uses = 0;

	if (poll_set_read(context->probe, thread, &set))
		return 0;
	for (size_t i = 0; i < set.count; i++)
		if (set.items[i].fd == holder->fd)
			uses += queues;
	return uses;
}

static uint32_t thread_uses(const struct kind_context *context, const struct look_task *thread,
			    const struct open_file *holder)
{
	if (!(thread->flags & TASK_SLEEPING) || thread->files != holder->table)
		return 0;
	switch (call_of(thread)) {
	case CALL_READ:
	case CALL_WRITE:
		return thread->files_users > 1 && (int32_t)thread->args[0] == holder->fd;
	case CALL_POLL:
	case CALL_PPOLL:
	case CALL_SELECT:
	case CALL_PSELECT:
		return polled_uses(context, thread, holder);
	default:
		return 0;
	}
}

uint32_t file_uses_in_process(const struct kind_context *context, const struct open_file *holder)
{
	const struct process *process = look_process(context->look, holder->pid);
	uint32_t uses = 0;

	for (uint32_t i = 0; process && i < process->count; i++)
		uses += thread_uses(context, &context->look->tasks[process->first + i], holder);
	return uses;
}
