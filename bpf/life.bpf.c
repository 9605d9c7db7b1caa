// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Births and deaths: a new task's waits are followed from its first on, and who
 * ends is told at once.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/config.h"
#include "bpf/scope.h"
#include "bpf/task.h"
#include "bpf/wait.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static void follow_child(struct task_struct *parent, struct task_struct *child)
{
	struct wait *of_parent = wait_of(parent);
	struct wait *of_child = wait_create(child, NULL);

	if (of_child)
		of_child->in_scope = of_parent ? of_parent->in_scope : scope_has(parent->tgid);
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(life__sched_process_fork, struct task_struct *parent, struct task_struct *child)
{
	struct event *event;

	follow_child(parent, child);
	if (!ownership_wanted || child->pid != child->tgid)
		return 0;
	event = event_reserve(EVENT_FORK);
	if (!event)
		return 0;
	event_fill(event, EVENT_FORK, child, bpf_ktime_get_ns());
	event->object = parent->start_boottime;
	event->index = parent->pid;
	event_submit(event);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(life__sched_process_exec, struct task_struct *task)
{
	struct event *event;

	if (!ownership_wanted)
		return 0;
	event = event_reserve(EVENT_EXEC);
	if (!event)
		return 0;
	event_fill(event, EVENT_EXEC, task, bpf_ktime_get_ns());
	event_submit(event);
	return 0;
}

/* Who ends does not wait; see sleep.bpf.c for how an end may not have been seen. */
static void end_last_wait(struct task_struct *task)
{
	struct wait *wait = wait_of(task);

	if (wait && wait->since)
		wait_end(task, wait, bpf_ktime_get_ns() - task_slice_ns(task), false);
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(life__sched_process_exit, struct task_struct *task)
{
	struct event *event;

	end_last_wait(task);
	event = event_reserve(EVENT_EXIT);
	if (!event)
		return 0;
	event_fill(event, EVENT_EXIT, task, bpf_ktime_get_ns());
	event->object = task->start_time;
	event->exit_code = task_exit_code(task);
	event_submit(event);
	return 0;
}
