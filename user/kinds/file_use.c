/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * References that calls in progress hold. A call on a descriptor takes one if
 * its table is shared when it begins (fs/file.c: __fget_light()); whether it was
 * can no longer be told once all others who shared it have gone. A sleeping poll or select
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

static void thread_uses(const struct kind_context *context, const struct look_task *thread,
			const struct open_file *holder, struct file_uses *uses)
{
	if (!(thread->flags & TASK_SLEEPING) || thread->files != holder->table)
		return;
	switch (call_of(thread)) {
	case CALL_READ:
	case CALL_WRITE:
	case CALL_FLOCK:
	case CALL_FCNTL:
		if ((int32_t)thread->args[0] != holder->fd)
			break;
		uses->certain += thread->files_users > 1;
		uses->possible += thread->files_users == 1;
		break;
	case CALL_POLL:
	case CALL_PPOLL:
	case CALL_SELECT:
	case CALL_PSELECT:
		uses->certain += polled_uses(context, thread, holder);
		break;
	default:
		break;
	}
}

void file_uses_add(const struct kind_context *context, const struct open_file *holder,
		   struct file_uses *uses)
{
	const struct process *process = look_process(context->look, holder->pid);

	for (uint32_t i = 0; process && i < process->count; i++)
		thread_uses(context, &context->look->tasks[process->first + i], holder, uses);
}
