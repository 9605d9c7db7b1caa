/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Live waits. Short waits are the rule and must cost nothing but the note of
 * when they began and one addition when they end, so an event is sent only for a
 * wait that a look finds older than the threshold, and its end is sent only if its
 * beginning was. Whatever finds out that waits begin and end (sleep.bpf.c,
 * syscall.bpf.c, fentry.bpf.c) calls wait_begin() and wait_end().
 *
 * A task's storage is created by the look, at its birth, or at the entry of a
 * call; never in the context switch, which has the run queue locked, where an
 * allocation may wake kswapd and need that lock.
 *
 * The hooks and a look meet in one word, wait.since: 0 while awake, else the start
 * with bit 0 telling that the wait was reported. The look reserves its event first
 * and sets the bit last, with compare-and-swap; the hook takes the word with an
 * exchange. So whoever comes first, a reported wait has exactly one end, after
 * its beginning in the ring buffer; and a look that the iterator repeats at the
 * edge of a buffer finds the bit and does nothing.
 */
#ifndef DLTRACE_WAIT_H
#define DLTRACE_WAIT_H

#include <bpf/bpf_helpers.h>

#include "bpf/config.h"
#include "bpf/durations.h"
#include "bpf/event.h"
#include "bpf/ring.h"
#include "bpf/task.h"

#define WAIT_REPORTED 1ULL

struct wait {
	__u64 since;	/* CLOCK_MONOTONIC, without bit 0: WAIT_REPORTED */
	__u32 switches; /* voluntary ones, when the call was entered */
	__s16 call;
	__u8 kind;     /* enum wait_call */
	__u8 in_scope; /* its durations are asked for */
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, 1 /* BPF_F_NO_PREALLOC, which task storage demands */);
	__type(key, int);
	__type(value, struct wait);
} waits __weak SEC(".maps");

static inline struct wait *wait_of(struct task_struct *task)
{
	return bpf_task_storage_get(&waits, task, NULL, 0);
}

/* What it is at first, unless another CPU was faster; NULL: nothing, not waiting. */
static inline struct wait *wait_create(struct task_struct *task, struct wait *first)
{
	struct wait *wait =
		bpf_task_storage_get(&waits, task, first, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!wait)
		loss_count(LOSS_STORAGE);
	return wait;
}

/* The calls whose waits are followed live: enum wait_call, or -1. */
static inline int wait_kind(int call)
{
	switch (call) {
	case CALL_FUTEX:
	case CALL_FUTEX_WAIT:
	case CALL_FUTEX_WAITV:
	case CALL_FUTEX_REQUEUE:
		return WAIT_CALL_FUTEX;
	case CALL_WAIT4:
		return WAIT_CALL_WAIT4;
	case CALL_WAITID:
		return WAIT_CALL_WAITID;
	case CALL_SEMOP:
	case CALL_SEMTIMEDOP:
		return WAIT_CALL_SEMOP;
	}
	return -1;
}

static inline void wait_report_end(const struct task_struct *task, int call, __u64 now_ns)
{
	struct event *event = event_reserve(EVENT_WAKE);

	if (!event)
		return;
	event_fill(event, EVENT_WAKE, task, now_ns);
	event->call = call;
	event_submit(event);
}

/*
 * The task that runs, or is being switched out, begins to wait. If its last wait was reported and
 * nobody saw the end, it is over now at the latest: fexit does not see a call return that was
 * entered before it was attached.
 */
static inline void wait_begin(const struct task_struct *task, struct wait *wait, int call, int kind,
			      __u64 now_ns)
{
	if (wait->since & WAIT_REPORTED)
		wait_report_end(task, wait->call, now_ns);
	wait->call = call;
	wait->kind = kind;
	wait->since = now_ns & ~WAIT_REPORTED;
}

/* The task has waited until end_ns: wait->since is not 0. undisturbed: interrupts are off. */
static inline void wait_end(const struct task_struct *task, struct wait *wait, __u64 end_ns,
			    bool undisturbed)
{
	__u64 since = __sync_lock_test_and_set(&wait->since, 0);
	__u64 begun_ns = since & ~WAIT_REPORTED;

	if (wait->in_scope) /* a look dates by another clock, which may be a little ahead */
		duration_add(wait->kind, end_ns > begun_ns ? end_ns - begun_ns : 0, undisturbed);
	if (since & WAIT_REPORTED)
		wait_report_end(task, wait->call, end_ns);
}

#endif /* DLTRACE_WAIT_H */
