// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Who takes and gives back units of a sem_t, at the functions of the C library.
 * One of them may call another (musl's sem_wait calls sem_timedwait), perhaps as
 * its last jump, so that several returns belong to one call: the first one counts.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/config.h"
#include "bpf/event.h"
#include "bpf/ring.h"
#include "bpf/scope.h"
#include "bpf/task.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* The sem_t of the call that a task is in, or 0. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, 1 /* BPF_F_NO_PREALLOC */);
	__type(key, int);
	__type(value, __u64);
} acquiring __weak SEC(".maps");

static int event_send(enum event_type type, const struct task_struct *task, __u64 address)
{
	struct event *event = event_reserve(type);

	if (!event)
		return 0;
	event_fill(event, type, task, bpf_ktime_get_ns());
	event->object = address;
	event_submit(event);
	return 0;
}

SEC("uprobe")
int BPF_KPROBE(uprobes__sem_wait, __u64 address)
{
	__u64 *sem = bpf_task_storage_get(&acquiring, bpf_get_current_task_btf(), NULL,
					  BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (sem)
		*sem = address;
	else
		loss_count(LOSS_STORAGE);
	return 0;
}

SEC("uretprobe")
int BPF_KRETPROBE(uprobes__sem_wait_exit, int result)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 *sem = bpf_task_storage_get(&acquiring, task, NULL, 0);
	__u64 address;

	if (!sem || !*sem)
		return 0;
	address = *sem;
	*sem = 0;
	return result ? 0 : event_send(EVENT_SEM_ACQUIRE, task, address);
}

/* At the entry: the event must come before that of whoever takes the unit. */
SEC("uprobe")
int BPF_KPROBE(uprobes__sem_post, __u64 address)
{
	return event_send(EVENT_SEM_POST, bpf_get_current_task_btf(), address);
}

/* The semaphores of the program before are gone. life.bpf.c tells, too, but only if it is asked. */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(uprobes__sched_process_exec, struct task_struct *task)
{
	if (ownership_wanted || !scope_has(task->tgid))
		return 0;
	return event_send(EVENT_EXEC, task, 0);
}
