/* SPDX-License-Identifier: BSD-2-Clause */
/* Which arguments of a call are descriptors, and which way data goes: the calls' manual pages. */
#include "kinds/file_call.h"

#include <asm/poll.h>

struct side_row {
	uint8_t argument;
	uint8_t events;
};

static const struct {
	uint32_t count;
	struct side_row sides[FILE_CALL_SIDES];
} rows[CALLS] = {
	[CALL_READ] = { 1, { { 0, POLLIN } } },
	[CALL_WRITE] = { 1, { { 0, POLLOUT } } },
	[CALL_RECEIVE] = { 1, { { 0, POLLIN } } },
	[CALL_SEND] = { 1, { { 0, POLLOUT } } },
	[CALL_ACCEPT] = { 1, { { 0, POLLIN } } },
	[CALL_CONNECT] = { 1, { { 0, POLLOUT } } },
	[CALL_FLOCK] = { 1, { { 0, 0 } } },
	[CALL_FCNTL] = { 1, { { 0, 0 } } },
	[CALL_EPOLL] = { 1, { { 0, 0 } } },
	[CALL_EPOLL2] = { 1, { { 0, 0 } } },
	[CALL_SPLICE] = { 2, { { 0, POLLIN }, { 2, POLLOUT } } },
	[CALL_TEE] = { 2, { { 0, POLLIN }, { 1, POLLOUT } } },
	[CALL_SENDFILE] = { 2, { { 1, POLLIN }, { 0, POLLOUT } } },
	/* which way it goes, the descriptor tells by how it was opened */
	[CALL_VMSPLICE] = { 1, { { 0, POLLIN | POLLOUT } } },
};

uint32_t file_call_sides(const struct look_task *task, struct file_side ret[FILE_CALL_SIDES])
{
	enum call call = call_of(task);

	for (uint32_t i = 0; i < rows[call].count; i++)
		ret[i] =
			(struct file_side){ .fd = (int32_t)task->args[rows[call].sides[i].argument],
					    .events = rows[call].sides[i].events };
	return rows[call].count;
}

/* Among the threads of a process that live, /proc shows the first one's (probe/procfs.c). */
uint32_t file_table(const struct look *look, const struct look_task *task)
{
	const struct process *process = look_process(look, task->pid);

	for (uint32_t i = 0; process && i < process->count; i++) {
		const struct look_task *thread = &look->tasks[process->first + i];

		if (!(thread->flags & TASK_DEAD))
			return thread->files == task->files ? task->pid : task->tid;
	}
	return task->pid;
}

int file_of_call(const struct kind_context *context, const struct look_task *task, int fd,
		 const struct open_file **ret_file)
{
	return probe_descriptor(context->probe, file_table(context->look, task), fd, ret_file);
}
