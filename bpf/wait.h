/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Live waits. Short waits are the rule and must cost nothing but the note of
 * when they began, so an event is sent only for a wait that a look finds older
 * than the threshold, and its end is sent only if its beginning was.
 *
 * A task's storage is created by the look, never by the hook: the hook runs with
 * the run queue locked, where an allocation may wake kswapd and need that lock.
 *
 * The hook and a look meet in one word, wait.since: 0 while awake, else the start
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
#include "bpf/event.h"
#include "bpf/task.h"

#define WAIT_REPORTED 1ULL

struct wait {
	__u64 since; /* CLOCK_MONOTONIC, without bit 0: WAIT_REPORTED */
	__s32 call;
	__u32 reserved;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, 1 /* BPF_F_NO_PREALLOC, which task storage demands */);
	__type(key, int);
	__type(value, struct wait);
} waits __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096); /* the loader sets it */
} events __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, EVENT_TYPES);
	__type(key, __u32);
	__type(value, __u64);
} lost __weak SEC(".maps");

/* The one place where loss is counted: by the type of the event. */
static inline struct event *event_reserve(enum event_type type)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event) {
		__u32 key = type;
		__u64 *count = bpf_map_lookup_elem(&lost, &key);

		if (count)
			++*count;
	}
	return event;
}

static inline void event_fill(struct event *event, enum event_type type,
			      const struct task_struct *task, __u64 time_ns, int call)
{
	event->time_ns = time_ns;
	event->start_ns = task->start_boottime;
	event->type = type;
	event->tid = task->pid;
	event->pid = task->tgid;
	event->call = call;
	event->exit_code = type == EVENT_EXIT ? task_exit_code(task) : 0;
	event->reserved = 0;
	for (int i = 0; i < TASK_NAME_LEN; i++)
		event->name[i] = task->comm[i];
}

/* The calls whose waits are followed live. */
static inline bool call_is_followed(int call)
{
	static const int followed[] = {
		CALL_FUTEX,  CALL_FUTEX_WAIT, CALL_FUTEX_WAITV, CALL_WAIT4,
		CALL_WAITID, CALL_SEMOP,      CALL_SEMTIMEDOP,
	};

	for (unsigned int i = 0; i < sizeof(followed) / sizeof(followed[0]); i++)
		if (call == followed[i])
			return true;
	return false;
}

/* The look's part: task sleeps in `call` since slept_ns, as far as the look can tell. */
static inline void wait_look(struct task_struct *task, int call, __u64 slept_ns)
{
	struct wait *wait;
	struct event *event;
	__u64 since;

	wait = bpf_task_storage_get(&waits, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!wait)
		return;
	if (!wait->since) { /* asleep since before it had storage */
		wait->call = call;
		__sync_val_compare_and_swap(&wait->since, 0, slept_ns & ~WAIT_REPORTED);
	}
	since = wait->since;
	if (!since || since & WAIT_REPORTED || since + threshold_ns > bpf_ktime_get_ns())
		return;
	event = event_reserve(EVENT_WAIT);
	if (!event)
		return;
	event_fill(event, EVENT_WAIT, task, since, call);
	if (__sync_val_compare_and_swap(&wait->since, since, since | WAIT_REPORTED) == since)
		bpf_ringbuf_submit(event, 0);
	else
		bpf_ringbuf_discard(event, 0);
}

#endif /* DLTRACE_WAIT_H */
