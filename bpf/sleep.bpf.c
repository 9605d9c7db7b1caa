// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Waits as sleeps: a task that is switched out because it sleeps inside one of
 * the calls begins to wait, and has waited when it is switched in. Calls that do
 * not sleep cost nothing. A call that sleeps twice waits twice.
 *
 * Not every switch is seen: a kernel that hides a process from the iterators runs no programs
 * in its context either, and so none when one of its threads gives the CPU to a waiter (6.18,
 * the same machine that hides its first process). What a waiter does in its own context is
 * seen, so a wait that is still open at the next sleep has ended when that run began.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/clock.h"
#include "bpf/task.h"
#include "bpf/wait.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* When the task fell asleep, or 0 if that is of no interest. */
static inline __u64 sleep_begin(struct task_struct *task)
{
	struct wait *wait = wait_of(task);
	int call, kind;
	__u64 now_ns;

	if (!wait)
		return 0;
	call = task_call(task);
	kind = wait_kind(call);
	if (kind < 0 && !wait->since)
		return 0;
	now_ns = clock_of_switch(task);
	if (wait->since)
		wait_end(task, wait, now_ns - task_slice_ns(task), true);
	if (kind >= 0)
		wait_begin(task, wait, call, kind, now_ns);
	return now_ns;
}

/*
 * A waker on another CPU may change __state at this moment, so prev_state decides
 * (Linux 5.18 and later); only 0 says for certain that prev stays on its run queue, for
 * up to 6.12 the argument is not told of a signal that came just before the sleep.
 */
SEC("tp_btf/sched_switch")
int BPF_PROG(sleep__sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next,
	     unsigned int prev_state)
{
	struct wait *wait;
	__u64 now_ns = 0;

	if (!preempt && prev_state & STATE_INTERRUPTIBLE && prev->__state)
		now_ns = sleep_begin(prev);
	wait = wait_of(next);
	if (wait && wait->since)
		wait_end(next, wait, now_ns ? now_ns : clock_of_switch(next), true);
	return 0;
}
