/* SPDX-License-Identifier: BSD-2-Clause */
/* Whatever no other kind knows: open, with the best reason there is. */
#include <stdio.h>
#include <string.h>

#include "kinds/file_call.h"
#include "kinds/file_name.h"
#include "kinds/kernel_place.h"
#include "kinds/kinds.h"

static const uint8_t call_reason[CALLS] = {
	[CALL_UNKNOWN] = OPEN_UNKNOWN_CALL,
	[CALL_FUTEX] = OPEN_UNKNOWN_FUTEX,
	[CALL_FUTEX_WAIT] = OPEN_UNKNOWN_FUTEX,
	[CALL_FUTEX_WAITV] = OPEN_UNKNOWN_FUTEX,
	[CALL_WAIT4] = OPEN_UNKNOWN_CALL,
	[CALL_WAITID] = OPEN_UNKNOWN_CALL,
	[CALL_READ] = OPEN_UNKNOWN_CALL,
	[CALL_WRITE] = OPEN_UNKNOWN_CALL,
	[CALL_POLL] = OPEN_UNKNOWN_CALL,
	[CALL_PPOLL] = OPEN_UNKNOWN_CALL,
	[CALL_SELECT] = OPEN_UNKNOWN_CALL,
	[CALL_PSELECT] = OPEN_UNKNOWN_CALL,
	[CALL_SEMOP] = OPEN_UNKNOWN_CALL,
	[CALL_SEMTIMEDOP] = OPEN_UNKNOWN_CALL,
	[CALL_MSGRCV] = OPEN_UNKNOWN_CALL,
	[CALL_MSGSND] = OPEN_UNKNOWN_CALL,
	[CALL_MQ_RECEIVE] = OPEN_UNKNOWN_CALL,
	[CALL_MQ_SEND] = OPEN_UNKNOWN_CALL,
	[CALL_FLOCK] = OPEN_UNKNOWN_CALL,
	[CALL_FCNTL] = OPEN_UNKNOWN_CALL,
	[CALL_CLONE] = OPEN_IN_KERNEL,
	[CALL_SIGWAIT] = OPEN_AWAITED_SIGNAL,
	[CALL_PAUSE] = OPEN_SIGNAL,
	[CALL_SIGSUSPEND] = OPEN_SIGNAL,
	[CALL_SLEEP] = OPEN_TIMED,
	[CALL_ACCEPT] = OPEN_SOCKET,
	[CALL_CONNECT] = OPEN_SOCKET,
	[CALL_RECEIVE] = OPEN_SOCKET,
	[CALL_SEND] = OPEN_SOCKET,
	[CALL_EPOLL] = OPEN_UNKNOWN_CALL,
	[CALL_EPOLL2] = OPEN_UNKNOWN_CALL,
	[CALL_SPLICE] = OPEN_UNKNOWN_CALL,
	[CALL_TEE] = OPEN_UNKNOWN_CALL,
	[CALL_VMSPLICE] = OPEN_UNKNOWN_CALL,
	[CALL_SENDFILE] = OPEN_UNKNOWN_CALL,
	[CALL_OPEN] = OPEN_UNKNOWN_CALL,
	[CALL_OPENAT] = OPEN_UNKNOWN_CALL,
	[CALL_RESTART] = OPEN_TIMED,
};

static bool other_recognise(const struct kind_context *context, const struct look_task *task)
{
	(void)context;
	(void)task;
	return true;
}

static bool is_timed(const struct look_task *task, enum call call)
{
	switch (call) {
	case CALL_EPOLL:
		return (int32_t)task->args[3] >= 0;
	case CALL_SEMTIMEDOP:
		return task->args[3];
	default:
		return false;
	}
}

static enum cost other_resolve(const struct kind_context *context, const struct look_task *task,
			       enum cost budget, struct wait_builder *b)
{
	enum call call = call_of(task);

	(void)context;
	(void)budget;
	wait_open(b, is_timed(task, call) ? OPEN_TIMED : call_reason[call]);
	return COST_DONE;
}

static bool describe_file(const struct kind_context *context, const struct look_task *task,
			  char *ret, size_t size)
{
	struct file_side side[FILE_CALL_SIDES];
	const struct open_file *file;

	if (!file_call_sides(task, side) || file_of_call(context, task, side[0].fd, &file))
		return false;
	file_describe(context, task, side[0].fd, file, ret, size);
	return true;
}

/* Of a task there the kernel may tell nothing until it is done, which may be never (probe/state.c).
 */
static bool is_execve(const struct look_task *task)
{
	const char *call = call_name(task->call);

	return !strcmp(call, "execve") || !strcmp(call, "execveat");
}

static void other_describe(const struct kind_context *context, const struct look_task *task,
			   char *ret, size_t size)
{
	const char *function, *place = NULL;
	bool read = !is_execve(task) && !probe_wchan(context->probe, task->tid, &function);

	if (read)
		place = kernel_place(function);
	if (place)
		snprintf(ret, size, "%s", place);
	else if (read && (task->flags & TASK_UNINTERRUPTIBLE || task->call < 0))
		snprintf(ret, size, "the kernel, in %s", function);
	else if (!describe_file(context, task, ret, size))
		snprintf(ret, size, "system call %s", call_name(task->call));
}

const struct kind other_kind = {
	.kind = WAIT_OTHER,
	.wchan = NULL,
	.recognise = other_recognise,
	.resolve = other_resolve,
	.describe = other_describe,
};
