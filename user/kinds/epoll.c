/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for an epoll instance. */
#include <stdio.h>
#include <string.h>

#include "kinds/epoll_set.h"
#include "kinds/file_call.h"
#include "kinds/kinds.h"
#include "kinds/pause.h"
#include "kinds/reasons.h"
#include "kinds/signals.h"

static bool is_timed(const struct look_task *task)
{
	return call_of(task) == CALL_EPOLL2 ? task->args[3] : (int32_t)task->args[3] >= 0;
}

/* epoll_wait() has no mask, and leaves whatever is in the argument. */
static bool has_mask(const struct look_task *task)
{
	return strcmp(call_name(task->call), "epoll_wait") && task->args[4];
}

/* Reasons with which custom does not reckon must wait until the holders are known. */
static bool is_cleared(const struct wait_builder *b)
{
	return b->wait->open & ~OPEN_SOFT_HELD;
}

static enum cost epoll_resolve(const struct kind_context *context, const struct look_task *task,
			       enum cost budget, struct wait_builder *b)
{
	const struct watch watch = { .fd = (int32_t)task->args[0] };
	bool wakes_itself = false;

	if (is_timed(task)) {
		wait_open(b, OPEN_TIMED);
		return COST_DONE;
	}
	if (budget < COST_READ)
		return COST_READ;
	wait_object(b, task->start_ns, task->tid, 0);

	enum cost next = epoll_watch(context, task, &watch, budget, b, &wakes_itself);

	if (is_cleared(b))
		return COST_DONE;
	if (next)
		return next;
	if (wakes_itself)
		b->wait->held = 0;
	return signals_resolve(context, task, budget, b,
			       has_mask(task) ? HANDLER_ENDS_ANY : HANDLER_MAY_END);
}

static void epoll_describe(const struct kind_context *context, const struct look_task *task,
			   char *ret, size_t size)
{
	const struct epoll_target *targets;
	const struct open_file *file;
	struct answer answer;
	int fd = (int32_t)task->args[0];

	if (probe_epoll(context->probe, file_table(context->look, task), fd, &answer) ||
	    !answer.count) {
		snprintf(ret, size, "epoll instance %d", fd);
		return;
	}
	targets = answer.items;
	if (file_of_call(context, task, targets[0].fd, &file))
		snprintf(ret, size, "epoll instance %d of %u files", fd, answer.count);
	else
		snprintf(ret, size, "epoll instance %d of %u files, the first a %s", fd,
			 answer.count, file_kind_name(file->kind));
}

static bool epoll_recognise(const struct kind_context *context, const struct look_task *task)
{
	enum call call = call_of(task);

	(void)context;
	return call == CALL_EPOLL || call == CALL_EPOLL2;
}

static const char *const epoll_wchan[] = { "ep_poll", "do_epoll_wait", "ep_", NULL };

const struct kind epoll_kind = {
	.kind = WAIT_EPOLL,
	.wchan = epoll_wchan,
	.recognise = epoll_recognise,
	.resolve = epoll_resolve,
	.describe = epoll_describe,
};
