/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Facts about a task that several programs need. Typed loads only: lockdown in
 * confidentiality mode refuses bpf_probe_read_kernel, and so BPF_CORE_READ. They
 * yield 0 where a pointer on the way is NULL, as many of a dead task's are.
 */
#ifndef DLTRACE_TASK_H
#define DLTRACE_TASK_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "bpf/arch.h"
#include "bpf/event.h"

#define NULL ((void *)0)

/* include/linux/sched.h. A sleeper's state has more bits (freezable, killable): never compare. */
#define STATE_INTERRUPTIBLE   0x1
#define STATE_UNINTERRUPTIBLE 0x2
#define STATE_STOPPED	      0x4
#define STATE_TRACED	      0x8
#define STATE_FROZEN	      0x8000 /* 6.1 and later */
#define STATE_SLEEPING	      (STATE_INTERRUPTIBLE | STATE_UNINTERRUPTIBLE)

#define PF_EXITING     0x4
#define PF_IO_WORKER   0x10
#define PF_USER_WORKER 0x4000
#define PF_FROZEN      0x10000 /* up to 6.0; later only kernel threads use this bit */
#define PF_KTHREAD     0x200000

/* include/linux/sched/signal.h */
#define SIGNAL_STOP_STOPPED 0x1
#define SIGNAL_GROUP_EXIT   0x4

/* The status that wait4 gives for it (kernel/exit.c, wait_task_zombie). */
static inline __u32 task_exit_code(const struct task_struct *task)
{
	if (task->signal->flags & SIGNAL_GROUP_EXIT)
		return task->signal->group_exit_code;
	return task->exit_code;
}

/* Only threads of user programs have user registers. */
static inline bool task_is_user(const struct task_struct *task)
{
	return !(task->flags & (PF_KTHREAD | PF_IO_WORKER | PF_USER_WORKER));
}

static inline bool task_is_asleep(const struct task_struct *task)
{
	return task->__state & STATE_SLEEPING && !task->exit_state;
}

#endif /* DLTRACE_TASK_H */
