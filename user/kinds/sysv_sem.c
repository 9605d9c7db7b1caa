/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * semop() and semtimedop(). A set is named by its key and id, and whoever has
 * the permission may operate on it at any time, so the wait is open.
 */
#include <inttypes.h>
#include <stdio.h>

#include "kinds/kinds.h"
#include "kinds/reasons.h"

static bool sysv_sem_recognise(const struct kind_context *context, const struct look_task *task)
{
	enum call call = call_of(task);

	(void)context;
	return call == CALL_SEMOP || call == CALL_SEMTIMEDOP;
}

static enum cost sysv_sem_resolve(const struct kind_context *context, const struct look_task *task,
				  enum cost budget, struct wait_builder *b)
{
	(void)context;
	(void)budget;
	wait_object(b, 0, task->args[0], 0);
	if (call_of(task) == CALL_SEMTIMEDOP && task->args[3])
		wait_open(b, OPEN_TIMED);
	else
		wait_open_clients(b);
	return COST_DONE;
}

static void sysv_sem_describe(const struct kind_context *context, const struct look_task *task,
			      char *ret, size_t size)
{
	(void)context;
	snprintf(ret, size, "semaphore set %" PRIu64, (uint64_t)task->args[0]);
}

/* ipc/sem.c */
static const char *const sysv_sem_wchan[] = { "do_semtimedop", "__do_semtimedop", "ksys_semtimedop",
					      NULL };

const struct kind sysv_sem_kind = {
	.kind = WAIT_SYSV_SEM,
	.wchan = sysv_sem_wchan,
	.recognise = sysv_sem_recognise,
	.resolve = sysv_sem_resolve,
	.describe = sysv_sem_describe,
};
