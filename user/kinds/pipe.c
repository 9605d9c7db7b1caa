/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading from an empty pipe and writing to a full one. Whoever holds the other
 * end can end it, by using it or by closing it. Any other file leads out of the
 * model.
 *
 * Nothing is said before the tables are read: the holders of the other end are
 * responsible whatever else could end the wait.
 */
#include <stdio.h>

#include "kinds/file_name.h"
#include "kinds/file_call.h"
#include "kinds/kinds.h"
#include "kinds/pipe_ends.h"
#include "kinds/reasons.h"
#include "kinds/signals.h"

/* To the kind whose waits are on such a file. */
static enum cost hand_over(const struct kind_context *context, const struct look_task *task,
			   const struct open_file *file, struct wait_builder *b)
{
	static const uint8_t kind_of[FILE_KINDS] = {
		[FILE_SOCKET] = WAIT_UNIX_SOCKET, [FILE_EVENTFD] = WAIT_EVENTFD
	};
	enum wait_kind kind = file->kind < FILE_KINDS ? kind_of[file->kind] : WAIT_NONE;

	b->wait->kind = kind ? kind : WAIT_OTHER;
	if (kind)
		return COST_TABLE; /* the other kind is asked at once */
	wait_open_descriptor(context, task, (int32_t)task->args[0], file, b);
	return COST_DONE;
}

static enum cost pipe_resolve(const struct kind_context *context, const struct look_task *task,
			      enum cost budget, struct wait_builder *b)
{
	bool reads = call_of(task) == CALL_READ;
	const struct open_file *file;

	if (budget < COST_READ)
		return COST_READ;

	int error = file_of_call(context, task, (int32_t)task->args[0], &file);

	if (error) {
		wait_open_error(b, error);
		return COST_DONE;
	}
	if (file->kind != FILE_PIPE)
		return hand_over(context, task, file, b);
	wait_object(b, file->dev, file->inode, reads);
	if (budget < COST_TABLE)
		return COST_TABLE;
	pipe_end_edge(context, task, file, reads ? PIPE_WRITE_END : PIPE_READ_END,
		      reads ? PIPE_DATA : PIPE_ROOM, b);
	return signals_resolve(context, task, budget, b, HANDLER_MAY_END);
}

static void pipe_describe(const struct kind_context *context, const struct look_task *task,
			  char *ret, size_t size)
{
	const struct open_file *file;
	int fd = (int32_t)task->args[0];

	if (file_of_call(context, task, fd, &file))
		snprintf(ret, size, "descriptor %d", fd);
	else
		file_describe(context, task, fd, file, ret, size);
}

static bool pipe_read_recognise(const struct kind_context *context, const struct look_task *task)
{
	(void)context;
	return call_of(task) == CALL_READ;
}

static bool pipe_write_recognise(const struct kind_context *context, const struct look_task *task)
{
	(void)context;
	return call_of(task) == CALL_WRITE;
}

/* pipe_read() and pipe_write() up to 6.14, then one for pipes without a name and one for fifos. */
static const char *const pipe_read_wchan[] = { "pipe_read", "anon_pipe_read", "fifo_pipe_read",
					       "pipe_wait", NULL };
static const char *const pipe_write_wchan[] = { "pipe_write", "anon_pipe_write", "fifo_pipe_write",
						"pipe_wait", NULL };

const struct kind pipe_read_kind = {
	.kind = WAIT_PIPE_READ,
	.wchan = pipe_read_wchan,
	.recognise = pipe_read_recognise,
	.resolve = pipe_resolve,
	.describe = pipe_describe,
};

const struct kind pipe_write_kind = {
	.kind = WAIT_PIPE_WRITE,
	.wchan = pipe_write_wchan,
	.recognise = pipe_write_recognise,
	.resolve = pipe_resolve,
	.describe = pipe_describe,
};
