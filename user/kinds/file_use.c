/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * References that calls in progress hold. A call on a descriptor takes one if
 * its table is shared when it begins (fs/file.c: __fget_light()); whether it was
 * can no longer be told once all others who shared it have gone. A sleeping poll or select
 * keeps one for each queue that it waits on (fs/select.c: __pollwait()): a pipe
 * has one for each direction that the description is open for (fs/pipe.c:
 * pipe_poll()), whatever events were asked for, a socket, an eventfd and an
 * epoll instance have one.
 */
#include "kinds/file_use.h"

#include "kinds/file_call.h"
#include "kinds/poll_set.h"

static uint32_t queue_count(const struct open_file *holder)
{
	if (holder->kind == FILE_PIPE || holder->kind == FILE_FIFO)
		return (holder->mode & 1) + (holder->mode >> 1 & 1);
	return holder->kind != FILE_REGULAR;
}

static uint32_t polled_uses(const struct kind_context *context, const struct look_task *thread,
			    const struct open_file *holder)
{
	__attribute__((cleanup(poll_set_deinit))) struct poll_set set = { 0 };
	uint32_t queues = queue_count(holder), uses = 0;

	if (poll_set_read(context->probe, thread, &set))
		return 0;
	for (size_t i = 0; i < set.count; i++)
		if (set.items[i].fd == holder->fd)
			uses += queues;
	return uses;
}

static void call_uses(const struct look_task *thread, const struct open_file *holder,
		      struct file_uses *uses)
{
	struct file_side sides[FILE_CALL_SIDES];
	uint32_t count = file_call_sides(thread, sides);

	for (uint32_t i = 0; i < count; i++) {
		if (sides[i].fd != holder->fd)
			continue;
		uses->certain += thread->files_users > 1;
		uses->possible += thread->files_users == 1;
	}
}

static void thread_uses(const struct kind_context *context, const struct look_task *thread,
			const struct open_file *holder, struct file_uses *uses)
{
	if (!(thread->flags & TASK_SLEEPING) || thread->files != holder->table)
		return;
	switch (call_of(thread)) {
	case CALL_POLL:
	case CALL_PPOLL:
	case CALL_SELECT:
	case CALL_PSELECT:
		uses->certain += polled_uses(context, thread, holder);
		break;
	default:
		call_uses(thread, holder, uses);
	}
}

void file_uses_add(const struct kind_context *context, const struct open_file *holder,
		   struct file_uses *uses)
{
	const struct process *process = look_process(context->look, holder->pid);

	for (uint32_t i = 0; process && i < process->count; i++)
		thread_uses(context, &context->look->tasks[process->first + i], holder, uses);
}
