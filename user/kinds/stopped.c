/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A task that is kept from running: by job control, by its tracer, or by a cgroup. Whoever did
 * that may undo it, so the wait is open; the chain says who it was as far as the kernel tells: of
 * a signal it keeps the number and not the sender.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kinds/kinds.h"

#define KEPT (TASK_STOPPED | TASK_FROZEN)

static bool is_trace_stop(const struct look_task *task)
{
	return task->flags & TASK_TRACED && !(task->flags & TASK_SLEEPING);
}

static bool stopped_recognise(const struct kind_context *context, const struct look_task *task)
{
	(void)context;
	return task->flags & KEPT || is_trace_stop(task);
}

static enum cost stopped_resolve(const struct kind_context *context, const struct look_task *task,
				 enum cost budget, struct wait_builder *b)
{
	(void)context;
	(void)budget;
	wait_open(b,
		  task->flags & TASK_STOPPED || is_trace_stop(task) ? OPEN_STOPPED : OPEN_FROZEN);
	return COST_DONE;
}

static void describe_tracer(const struct look *look, uint32_t pid, char *ret, size_t size)
{
	uint32_t tracer = look_find(look, pid);

	if (tracer == NO_TASK)
		snprintf(ret, size, "its tracer");
	else
		snprintf(ret, size, "its tracer %.*s[%" PRIu32 "]", TASK_NAME_LEN,
			 look->tasks[tracer].name, pid);
}

static void stopped_describe(const struct kind_context *context, const struct look_task *task,
			     char *ret, size_t size)
{
	const char *name = sigabbrev_np((int)task->stop_signal), *group;

	if (is_trace_stop(task))
		describe_tracer(context->look, task->tracer, ret, size);
	else if (task->flags & TASK_STOPPED && name)
		snprintf(ret, size, "signal %" PRIu32 " (%s)", task->stop_signal, name);
	else if (task->flags & TASK_STOPPED)
		snprintf(ret, size, "a signal");
	else if (probe_cgroup(context->probe, task->tid, &group))
		snprintf(ret, size, "a cgroup");
	else
		snprintf(ret, size, "cgroup %s", group);
}

const struct kind stopped_kind = {
	.kind = WAIT_STOPPED,
	.wchan = NULL,
	.recognise = stopped_recognise,
	.resolve = stopped_resolve,
	.describe = stopped_describe,
};
