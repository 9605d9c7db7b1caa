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
#define PF_FORKNOEXEC  0x40
#define PF_USER_WORKER 0x4000
#define PF_FROZEN      0x10000 /* up to 6.0; later only kernel threads use this bit */
#define PF_KTHREAD     0x200000

/* include/uapi/linux/sched.h */
#define SCHED_NORMAL 0
#define SCHED_BATCH  3
#define SCHED_IDLE   5

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

/* From 6.12 on a sleeper may stay on its run queue for a while (kernel/sched/fair.c). */
struct sched_entity___6_12 {
	unsigned char sched_delayed;
} __attribute__((preserve_access_index));

/*
 * True if the task is off its run queue. One that has set its state may still be running up to
 * its call of schedule(), or be preempted there for as long as others keep the CPU.
 */
static inline bool task_is_off(const struct task_struct *task)
{
	const struct sched_entity___6_12 *entity = (const void *)&task->se;

	if (!task->on_rq)
		return true;
	return bpf_core_field_exists(entity->sched_delayed) && entity->sched_delayed;
}

static inline bool task_is_asleep(const struct task_struct *task)
{
	return task->__state & STATE_SLEEPING && !task->exit_state;
}

/*
 * For how long it has run, or did run, since it was last switched in. Only the fair class notes
 * where a slice begins (se.prev_sum_exec_runtime); 0 for others.
 */
static inline __u64 task_slice_ns(const struct task_struct *task)
{
	if (task->policy != SCHED_NORMAL && task->policy != SCHED_BATCH &&
	    task->policy != SCHED_IDLE)
		return 0;
	return task->se.sum_exec_runtime - task->se.prev_sum_exec_runtime;
}

/* A call by its number in the task's own table, as a 64-bit program would make it; -1: none would.
 */
static inline int task_call_numbered(const struct task_struct *task, int number)
{
	return task_is_compat(task) ? compat_call_native(number) : number;
}

/* The call that a sleeping task is in. */
static inline int task_call(struct task_struct *task)
{
	return task_call_numbered(task, regs_call((const struct pt_regs *)bpf_task_pt_regs(task)));
}

#endif /* DLTRACE_TASK_H */
