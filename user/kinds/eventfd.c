/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading an eventfd whose counter is 0, and writing to one that is full. */
#include <asm/poll.h>
#include <errno.h>
#include <stdio.h>

#include "kinds/eventfd_users.h"
#include "kinds/file_call.h"
#include "kinds/kinds.h"
#include "kinds/reasons.h"
#include "kinds/signals.h"

static enum cost eventfd_resolve(const struct kind_context *context, const struct look_task *task,
				 enum cost budget, struct wait_builder *b)
{
	struct file_side side[FILE_CALL_SIDES] = { 0 };
	const struct open_file *file;

	if (budget < COST_READ)
		return COST_READ;
	file_call_sides(task, side);

	int error = file_of_call(context, task, side[0].fd, &file);

	if (error || file->kind != FILE_EVENTFD) {
		wait_open_error(b, error ? error : -EBUSY);
		return COST_DONE;
	}

	bool reads = side[0].events == POLLIN;

	wait_object(b, WAIT_EVENTFD, file->target, reads);
	if (budget < COST_TABLE)
		return COST_TABLE;
	eventfd_edge(context, task, file, reads, !reads, false, b);
	return signals_resolve(context, task, budget, b, HANDLER_MAY_END);
}

static void eventfd_describe(const struct kind_context *context, const struct look_task *task,
			     char *ret, size_t size)
{
	struct file_side side[FILE_CALL_SIDES] = { 0 };
	const struct open_file *file;

	file_call_sides(task, side);
	if (file_of_call(context, task, side[0].fd, &file))
		snprintf(ret, size, "descriptor %d", side[0].fd);
	else
		snprintf(ret, size, "eventfd %u", file->target);
}

/* Never at first sight: what a descriptor is takes a read of /proc (pipe.c). */
static bool eventfd_recognise(const struct kind_context *context, const struct look_task *task)
{
	(void)context;
	(void)task;
	return false;
}

/* kernel/sched/wait.c, in place of eventfd_read() and eventfd_write() */
static const char *const eventfd_wchan[] = { "do_wait_intr_irq", "eventfd_read", "eventfd_write",
					     NULL };

const struct kind eventfd_kind = {
	.kind = WAIT_EVENTFD,
	.wchan = eventfd_wchan,
	.recognise = eventfd_recognise,
	.resolve = eventfd_resolve,
	.describe = eventfd_describe,
};
