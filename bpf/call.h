/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Waits as calls: a wait begins at the entry of a call and ends at its exit, if
 * the task slept in between; else it was none.
 */
#ifndef DLTRACE_CALL_H
#define DLTRACE_CALL_H

#include "bpf/scope.h"
#include "bpf/semop.h"
#include "bpf/wait.h"
#include "bpf/waker.h"

/* include/uapi/linux/futex.h: operations that may sleep, without FUTEX_PRIVATE_FLAG and the clock
 */
#define FUTEX_WAIT	      0
#define FUTEX_LOCK_PI	      6
#define FUTEX_WAIT_BITSET     9
#define FUTEX_WAIT_REQUEUE_PI 11
#define FUTEX_LOCK_PI2	      13
#define FUTEX_WAITS                                                      \
	(1 << FUTEX_WAIT | 1 << FUTEX_LOCK_PI | 1 << FUTEX_WAIT_BITSET | \
	 1 << FUTEX_WAIT_REQUEUE_PI | 1 << FUTEX_LOCK_PI2)

static inline bool futex_waits(const struct pt_regs *regs)
{
	__u32 command = regs_arg2(regs) & FUTEX_CMD_MASK;

	return command < 32 && FUTEX_WAITS >> command & 1;
}

/* The kind of the wait that the call may be, or -1: of futex calls only some wait. */
static inline int call_wait_kind(const struct task_struct *task, const struct pt_regs *regs,
				 int call)
{
	if (call == CALL_FUTEX && !task_is_compat(task) && !futex_waits(regs))
		return -1;
	return wait_kind(call);
}

static inline void call_enter(struct task_struct *task, const struct pt_regs *regs, int call)
{
	int kind = call_wait_kind(task, regs, call);
	struct wait *wait;

	if (kind < 0)
		return;
	if (kind == WAIT_CALL_SEMOP && memory_readable && !task_is_compat(task))
		semop_enter(task, regs);
	wait = wait_of(task);
	if (!wait) {
		wait = wait_create(task, NULL);
		if (!wait)
			return;
		wait->in_scope = scope_has(task->tgid);
	}
	wait->switches = task->nvcsw;
	wait_begin(task, wait, call, kind, bpf_ktime_get_ns());
}

static inline void call_exit(struct task_struct *task, const struct pt_regs *regs, int call,
			     long result)
{
	int kind = call_wait_kind(task, regs, call);
	struct wait *wait;

	if (result > 0 && call_wakes(call))
		waker_note(task, regs, call, result);
	if (kind < 0)
		return;
	if (kind == WAIT_CALL_SEMOP && memory_readable && !task_is_compat(task))
		semop_exit(task, call, result);
	wait = wait_of(task);
	if (!wait || !wait->since)
		return;
	if ((__u32)task->nvcsw == wait->switches)
		wait->since = 0; /* did not sleep, so that no look can have reported it */
	else
		wait_end(task, wait, bpf_ktime_get_ns(), false);
}

#endif /* DLTRACE_CALL_H */
