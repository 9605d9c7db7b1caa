// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The look: one record for each task there is, streamed through the iterator's
 * descriptor, which loses nothing. For tasks that sleep in a system call also
 * the call, and for futexes the words waited on.
 *
 * The kernel runs the program a second time for a task whose record did not fit
 * into the buffer any more, so nothing here may count.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "bpf/blocker.h"
#include "bpf/clock.h"
#include "bpf/config.h"
#include "bpf/event.h"
#include "bpf/object.h"
#include "bpf/object_seen.h"
#include "bpf/scope.h"
#include "bpf/task.h"
#include "bpf/wait.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define SIGNALS	     64
#define SIGKILL_BIT  (1ULL << 8)
#define TIMER_QUEUED 1 /* include/linux/hrtimer.h: HRTIMER_STATE_ENQUEUED */

/* include/linux/sched/jobctl.h: stopped, or on its way to be */
#define JOBCTL_STOP	   (1UL << 17 | 1UL << 19 | 1UL << 22 | 1UL << 26)
#define JOBCTL_STOP_SIGNAL 0xffff
#define JOBCTL_FREEZE	   (1UL << 23)

/* A list in 6.1, an hlist in 6.12. */
struct signal_struct___6_1 {
	struct list_head posix_timers;
} __attribute__((preserve_access_index));

struct signal_struct___6_12 {
	struct hlist_head posix_timers;
} __attribute__((preserve_access_index));

/* Set just before a look: when its reader last began to run, CLOCK_MONOTONIC ... */
volatile __u64 reader_woke_ns = 0;
/* ... and how often it had been switched out before. */
volatile __u64 reader_switches = 0;

/* The reader's own last arrival is known in both clocks, unless there was one more meanwhile. */
static void clock_compare(void)
{
	const struct task_struct *reader = bpf_get_current_task_btf();

	if (!reader_woke_ns || !bpf_core_field_exists(reader->sched_info.last_arrival))
		return;
	if (clock_offset_ns && reader->nvcsw + reader->nivcsw != reader_switches)
		return;
	clock_set(reader_woke_ns - reader->sched_info.last_arrival);
}

/*
 * When it was switched out: when it was last switched in, and for how long it ran
 * then. 0 if the kernel does not say. Where no slice is noted (task_slice_ns) this is
 * when the slice began, so the wait looks too old.
 */
static __u64 slept_ns(const struct task_struct *task)
{
	if (!bpf_core_field_exists(task->sched_info.last_arrival))
		return 0;
	return task->sched_info.last_arrival + task_slice_ns(task) + clock_offset_ns;
}

/*
 * A loop over a pointer, not unrolled: one relocation, where 64 would fill the
 * stack. Collected in bytes for the reason that flag_set() has.
 */
static __noinline __u64 caught_signals(const struct task_struct *task)
{
	const struct k_sigaction *action = task->sighand->action;
	volatile __u8 caught[SIGNALS / 8] = {};

	for (int i = 0; i < SIGNALS; i++) {
		if ((__u64)action->sa.sa_handler > 1) /* neither SIG_DFL nor SIG_IGN */
			caught[i / 8] |= 1 << i % 8;
		action = (const void *)action + bpf_core_type_size(struct k_sigaction);
	}
	return *(volatile __u64 *)caught;
}

static bool has_posix_timers(const struct signal_struct *signal)
{
	const struct signal_struct___6_12 *new = (const void *)signal;
	const struct signal_struct___6_1 *old = (const void *)signal;

	if (bpf_core_field_exists(new->posix_timers.first))
		return new->posix_timers.first != NULL;
	return old->posix_timers.next != &old->posix_timers;
}

/* Where the kernel keeps the state of a timer elsewhere, every process counts as having one. */
static bool has_timer(const struct signal_struct *signal)
{
	if (!bpf_core_field_exists(signal->real_timer.state) ||
	    signal->real_timer.state & TIMER_QUEUED)
		return true;
	return signal->posix_cputimers.timers_active || has_posix_timers(signal);
}

/*
 * Through memory, and never tested again: up to 6.1 the verifier follows each
 * combination of known values apart, and what it knows of a stack slot it forgets
 * when only a part of the slot is written.
 */
static void flag_set(struct look_task *record, enum task_flag flag)
{
	*(volatile __u32 *)&record->flags |= flag;
}

static void fill_state(const struct task_struct *task, struct look_task *record)
{
	__u32 state = task->__state;

	if (state & STATE_SLEEPING)
		flag_set(record, TASK_SLEEPING);
	if (state & STATE_UNINTERRUPTIBLE)
		flag_set(record, TASK_UNINTERRUPTIBLE);
	if (state & STATE_TRACED || task->ptrace)
		flag_set(record, TASK_TRACED);
	if (state & STATE_STOPPED || task->jobctl & JOBCTL_STOP ||
	    task->signal->flags & SIGNAL_STOP_STOPPED) {
		flag_set(record, TASK_STOPPED);
		record->stop_signal = task->jobctl & JOBCTL_STOP_SIGNAL;
	} else if (state & STATE_FROZEN || task->jobctl & JOBCTL_FREEZE ||
		   (task->flags & PF_FROZEN && task_is_user(task)) ||
		   (BPF_CORE_READ_BITFIELD(task, frozen) && !(state & STATE_UNINTERRUPTIBLE)))
		flag_set(record,
			 TASK_FROZEN); /* `frozen` are also the stopped, and who is in vfork */
}

static void fill_signals(const struct task_struct *task, struct look_task *record)
{
	const struct signal_struct *signal = task->signal;
	__u64 pending = task->pending.signal.sig[0] | signal->shared_pending.signal.sig[0];

	record->caught = caught_signals(task);
	record->blocked_signals = task->blocked.sig[0];
	if (pending & ~task->blocked.sig[0])
		flag_set(record, TASK_SIGPENDING);
	if (task->flags & PF_EXITING || signal->flags & SIGNAL_GROUP_EXIT ||
	    signal->group_exec_task || signal->core_state || pending & SIGKILL_BIT)
		flag_set(record, TASK_EXITING);
}

/*
 * The verifier accepts only constant indices into pid->numbers. Namespaces nest
 * up to 32 deep (MAX_PID_NS_LEVEL); containers in containers need three or four.
 */
#define NAMESPACE_LEVEL(n)                                                      \
	case n:                                                                 \
		record->ns_tid = pid->numbers[n].nr;                            \
		record->ns_pid = task->group_leader->thread_pid->numbers[n].nr; \
		record->pid_ns = pid->numbers[n].ns->ns.inum;                   \
		break

static void fill_namespace(const struct task_struct *task, struct look_task *record)
{
	const struct pid *pid = task->thread_pid;

	record->ns_level = pid->level;
	switch (pid->level) {
		NAMESPACE_LEVEL(0);
		NAMESPACE_LEVEL(1);
		NAMESPACE_LEVEL(2);
		NAMESPACE_LEVEL(3);
		NAMESPACE_LEVEL(4);
		NAMESPACE_LEVEL(5);
		NAMESPACE_LEVEL(6);
		NAMESPACE_LEVEL(7);
		NAMESPACE_LEVEL(8);
	default:
		record->pid_ns = task->nsproxy->pid_ns_for_children->ns.inum;
	}
}

static void fill_identity(const struct task_struct *task, struct look_task *record)
{
	record->start_ns = task->start_boottime;
	record->switches = task->nvcsw + task->nivcsw;
	record->tid = task->pid;
	record->pid = task->tgid;
	record->ppid = task->real_parent->tgid;
	if (task->ptrace)
		record->tracer = task->parent->tgid;
	record->uid = task->cred->uid.val;
	record->threads = task->signal->nr_threads;
	record->call = -1;
	for (int i = 0; i < TASK_NAME_LEN; i++)
		record->name[i] = task->comm[i];
}

static void fill_process(const struct task_struct *task, struct look_task *record)
{
	record->thread_pointer = task_thread_pointer(task);
	record->clear_child_tid = (__u64)task->clear_child_tid;
	record->mm = (__u64)task->mm;
	record->mm_users = task->mm->mm_users.counter;
	record->files = (__u64)task->files;
	record->files_users = task->files->count.counter;
	if (task->io_uring || task->mm->ioctx_table)
		flag_set(record, TASK_ASYNC_IO);
	if (has_timer(task->signal))
		flag_set(record, TASK_TIMER);
	if (task->ptraced.next != &task->ptraced)
		flag_set(record, TASK_TRACER);
	if (BPF_CORE_READ_BITFIELD(task->signal, is_child_subreaper))
		flag_set(record, TASK_SUBREAPER);
	if (task_is_compat(task))
		flag_set(record, TASK_COMPAT);
	if (!(task->flags & PF_FORKNOEXEC))
		flag_set(record, TASK_EXECED);
}

static void fill_object(struct task_struct *task, __u64 address, struct look_task *record)
{
	if (seen_take(address, record))
		return;
	object_look(task, address, record);
	seen_keep(address, record);
}

static void fill_call(struct task_struct *task, struct look_task *record)
{
	const struct pt_regs *regs = (const struct pt_regs *)bpf_task_pt_regs(task);

	record->slept_ns = slept_ns(task);
	record->sp = regs_sp(regs);
	record->ip = regs_ip(regs);
	record->call = task_call(task);
	if (task_is_compat(task)) {
		regs_compat_args(regs, record->args);
		if (record->call < 0)
			record->call = CALL_OTHER;
	} else {
		regs_args(regs, record->args);
	}
	blocker_fill(task, record);
	if (record->call == CALL_FUTEX || record->call == CALL_FUTEX_WAIT)
		fill_object(task, record->args[0], record);
}

/* Only threads of user programs that are alive have more than a name. */
static void fill_alive(struct task_struct *task, struct look_task *record)
{
	fill_state(task, record);
	if (task->flags & PF_KTHREAD) {
		flag_set(record, TASK_KTHREAD);
		return;
	}
	if (!task_is_user(task)) {
		flag_set(record, TASK_IO_WORKER);
		return;
	}
	fill_signals(task, record);
	fill_process(task, record);
	if (task_is_asleep(task) && task_is_off(task))
		fill_call(task, record);
}

/*
 * From now on the task's waits are followed. One that it is in has begun before, and is dated as
 * far as the look can tell: it comes to be together with the storage, so that no hook can see
 * half of it. Taken back if the task woke up meanwhile, for then nothing would end it.
 */
static struct wait *wait_follow(struct task_struct *task, const struct look_task *record)
{
	int kind = wait_kind(record->call);
	struct wait begun = {};
	struct wait *wait;

	if (kind >= 0) {
		begun.since = record->slept_ns & ~WAIT_REPORTED;
		begun.call = record->call;
		begun.kind = kind;
	}
	wait = wait_create(task, &begun);
	if (wait && begun.since && !task_is_asleep(task))
		__sync_val_compare_and_swap(&wait->since, begun.since, 0);
	return wait;
}

/* Reports a wait that has lasted long enough; see wait.h. */
static void wait_report(const struct task_struct *task, struct wait *wait, int call)
{
	__u64 since = wait->since;
	struct event *event;

	if (!since || since & WAIT_REPORTED || since + threshold_ns > bpf_ktime_get_ns())
		return;
	event = event_reserve(EVENT_WAIT);
	if (!event)
		return;
	event_fill(event, EVENT_WAIT, task, since);
	event->call = call;
	if (__sync_val_compare_and_swap(&wait->since, since, since | WAIT_REPORTED) == since)
		event_submit(event);
	else
		bpf_ringbuf_discard(event, 0);
}

static void look_wait(struct task_struct *task, const struct look_task *record)
{
	struct wait *wait = wait_of(task);

	if (!wait)
		wait = wait_follow(task, record);
	if (!wait)
		return;
	wait->in_scope = scope_has(record->pid);
	if (wait_kind(record->call) >= 0)
		wait_report(task, wait, record->call);
}

SEC("iter.s/task")
int look__task(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct look_task record = {};

	if (!task)
		return 0;
	if (ctx->meta->seq_num == 0) {
		clock_compare();
		seen_forget();
	}

	fill_identity(task, &record);
	fill_namespace(task, &record);
	if (task->exit_state) {
		record.flags = TASK_DEAD;
		record.exit_code = task_exit_code(task);
	} else {
		fill_alive(task, &record);
	}
	if (waits_attached && !task->exit_state && task_is_user(task))
		look_wait(task, &record);
	bpf_seq_write(ctx->meta->seq, &record, sizeof(record));
	return 0;
}
