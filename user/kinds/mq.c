/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mq_receive() from an empty POSIX queue, and mq_send() to a full one. A queue is
 * a file of the mqueue file system: whoever has a descriptor that is open for the
 * other direction can end the wait. It has a name by which others may come, so
 * this is never certain.
 */
#include <inttypes.h>
#include <stdio.h>

#include "kinds/description.h"
#include "kinds/file_call.h"
#include "kinds/kinds.h"
#include "kinds/reasons.h"
#include "kinds/signals.h"

#define MAY_READ  1 /* as in open_file.mode */
#define MAY_WRITE 2

static bool was_said(const struct open_file *files, uint32_t at)
{
	for (uint32_t i = 0; i < at; i++)
		if (files[i].description == files[at].description && files[i].description)
			return true;
	return false;
}

static void saw_holder(const struct open_file *file, struct wait_builder *b)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/fdinfo/%d", file->pid, file->fd);
	wait_saw_proc(b, path, "the queue's file", "ino: %" PRIu64, (uint64_t)file->inode);
}

/* An edge for each description that is open for the direction. Returns whether others share it. */
static bool other_end_edges(const struct kind_context *context, const struct look_task *task,
			    const struct answer *holders, bool receives, struct wait_builder *b)
{
	const struct open_file *files = holders->items;
	bool others = false;

	for (uint32_t i = 0; i < holders->count; i++) {
		uint32_t node;

		others |= files[i].pid != task->pid;
		if (!(files[i].mode & (receives ? MAY_WRITE : MAY_READ)) || was_said(files, i))
			continue;

		int err = description_group(context, files[i].dev, files[i].inode,
					    files[i].description, &node);

		if (err) {
			wait_open_error(b, err);
			continue;
		}
		wait_edge_or_open(b, node, receives ? RELATION_WRITER : RELATION_READER,
				  group_has_others(context->graph, node, task->pid)
					  ? EDGE_CAN_END | EDGE_HOLDER | EDGE_NOT_SELF
					  : EDGE_CAN_END);
		saw_holder(&files[i], b);
	}
	return others;
}

static enum cost mq_resolve(const struct kind_context *context, const struct look_task *task,
			    enum cost budget, struct wait_builder *b)
{
	bool receives = call_of(task) == CALL_MQ_RECEIVE;
	const struct open_file *file;
	struct answer holders;

	if (task->args[4]) {
		wait_open(b, OPEN_TIMED);
		return COST_DONE;
	}
	if (budget < COST_READ)
		return COST_READ;

	int err = file_of_call(context, task, (int32_t)task->args[0], &file);

	if (!err)
		wait_object(b, file->dev, file->inode, receives);
	if (!err && budget < COST_TABLE)
		return COST_TABLE;
	if (!err)
		err = probe_holders(context->probe, file->dev, file->inode, &holders);
	if (err) {
		wait_open_error(b, err);
		return COST_DONE;
	}
	if (other_end_edges(context, task, &holders, receives, b) && !holders.partial)
		wait_open(b, OPEN_NAME);
	else
		wait_open_clients(b);
	return signals_resolve(context, task, budget, b, HANDLER_MAY_END);
}

static void mq_describe(const struct kind_context *context, const struct look_task *task, char *ret,
			size_t size)
{
	int fd = (int32_t)task->args[0];
	const char *path;

	if (probe_path(context->probe, file_table(context->look, task), fd, &path))
		snprintf(ret, size, "message queue of descriptor %d", fd);
	else
		snprintf(ret, size, "message queue %.100s", path);
}

static bool mq_recognise(const struct kind_context *context, const struct look_task *task)
{
	enum call call = call_of(task);

	(void)context;
	return call == CALL_MQ_RECEIVE || call == CALL_MQ_SEND;
}

/* ipc/mqueue.c */
static const char *const mq_wchan[] = { "wq_sleep", "do_mq_timedreceive", "do_mq_timedsend", NULL };

const struct kind mq_kind = {
	.kind = WAIT_MQ,
	.wchan = mq_wchan,
	.recognise = mq_recognise,
	.resolve = mq_resolve,
	.describe = mq_describe,
};
