/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pause() and sigsuspend(), which return only after a handler has run. Without
 * a handler the task waits for its own death, on purpose. sigwait() and the like
 * take a signal that anybody may send.
 */
#include "kinds/pause.h"

#include <stdio.h>

#include "kinds/kinds.h"
#include "kinds/signals.h"

enum cost pause_until_signal(const struct kind_context *context, const struct look_task *task,
			     enum cost budget, struct wait_builder *b)
{
	wait_object(b, task->start_ns, task->tid, 0);

	enum cost next = signals_resolve(context, task, budget, b, HANDLER_ENDS_ANY);

	b->wait->idle = !b->wait->open;
	return next;
}

static enum cost pause_resolve(const struct kind_context *context, const struct look_task *task,
			       enum cost budget, struct wait_builder *b)
{
	if (call_of(task) != CALL_SIGWAIT)
		return pause_until_signal(context, task, budget, b);
	wait_object(b, task->start_ns, task->tid, 0);
	wait_open(b, task->args[2] ? OPEN_TIMED : OPEN_AWAITED_SIGNAL);
	return COST_DONE;
}

static bool pause_recognise(const struct kind_context *context, const struct look_task *task)
{
	enum call call = call_of(task);

	(void)context;
	return call == CALL_PAUSE || call == CALL_SIGSUSPEND || call == CALL_SIGWAIT;
}

static void pause_describe(const struct kind_context *context, const struct look_task *task,
			   char *ret, size_t size)
{
	(void)context;
	(void)task;
	snprintf(ret, size, "signal");
}

/* The system call itself, under each name that its inlining leaves. */
static const char *const pause_wchan[] = {
	"__do_sys_pause",
	"__x64_sys_pause",
	"__se_sys_pause",
	"do_sys_pause",
	"sys_pause",
	"sigsuspend",
	"__do_sys_rt_sigsuspend",
	"__x64_sys_rt_sigsuspend",
	"__arm64_sys_rt_sigsuspend",
	"do_sigtimedwait",
	"__do_sys_rt_sigtimedwait",
	"__x64_sys_rt_sigtimedwait",
	"__arm64_sys_rt_sigtimedwait",
	NULL,
};

const struct kind pause_kind = {
	.kind = WAIT_PAUSE,
	.wchan = pause_wchan,
	.recognise = pause_recognise,
	.resolve = pause_resolve,
	.describe = pause_describe,
};
