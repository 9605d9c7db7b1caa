// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The live hooks: when a wait begins and ends, at the context switch, which costs
 * nothing on calls that do not sleep; and who dies. wait.h has the protocol.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/event.h"
#include "bpf/task.h"
#include "bpf/wait.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static void wait_begin(struct task_struct *task)
{
	struct wait *wait;
	int call;

	if (!task_is_asleep(task))
		return;
	wait = bpf_task_storage_get(&waits, task, NULL, 0);
	if (!wait)
		return;
	call = regs_call((const struct pt_regs *)bpf_task_pt_regs(task));
	if (!call_is_followed(call))
		return;
	wait->call = call;
	wait->since = bpf_ktime_get_ns() & ~WAIT_REPORTED;
}

static void wait_end(struct task_struct *task)
{
	struct wait *wait = bpf_task_storage_get(&waits, task, NULL, 0);
	struct event *event;

	if (!wait || !wait->since)
		return;
	if (!(__sync_lock_test_and_set(&wait->since, 0) & WAIT_REPORTED))
		return;
	event = event_reserve(EVENT_WAKE);
	if (!event)
		return;
	event_fill(event, EVENT_WAKE, task, bpf_ktime_get_ns(), wait->call);
	bpf_ringbuf_submit(event, 0);
}

SEC("tp_btf/sched_switch")
int BPF_PROG(waits__sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	if (!preempt)
		wait_begin(prev);
	wait_end(next);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(waits__sched_process_exit, struct task_struct *task)
{
	struct event *event = event_reserve(EVENT_EXIT);

	if (!event)
		return 0;
	event_fill(event, EVENT_EXIT, task, bpf_ktime_get_ns(), -1);
	bpf_ringbuf_submit(event, 0);
	return 0;
}
