/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The ring buffer of live events, and the one place where loss is counted.
 */
#ifndef DLTRACE_RING_H
#define DLTRACE_RING_H

#include <bpf/bpf_helpers.h>

#include "bpf/event.h"
#include "bpf/task.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096); /* the loader sets it */
} events __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, LOSSES);
	__type(key, __u32);
	__type(value, __u64);
} losses __weak SEC(".maps");

/* include/uapi/linux/bpf.h; a trimmed vmlinux.h need not have it */
#define RINGBUF_NO_WAKEUP 1

/*
 * reason: enum loss, or the enum event_type of an event without room. Atomically: some programs may
 * be preempted between reading the count and writing it, which others have raised meanwhile.
 */
static inline void loss_count(__u32 reason)
{
	__u64 *count = bpf_map_lookup_elem(&losses, &reason);

	if (count)
		__sync_fetch_and_add(count, 1);
}

static inline struct event *event_reserve(enum event_type type)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		loss_count(type);
	return event;
}

/* Nobody sleeps until there are events, user space comes for them: an interrupt would be in vain.
 */
static inline void event_submit(struct event *event)
{
	bpf_ringbuf_submit(event, RINGBUF_NO_WAKEUP);
}

/* What all events have; the rest is 0 or, of the call, none. */
static inline void event_fill(struct event *event, enum event_type type,
			      const struct task_struct *task, __u64 time_ns)
{
	event->time_ns = time_ns;
	event->start_ns = task->start_boottime;
	event->object = 0;
	event->type = type;
	event->tid = task->pid;
	event->pid = task->tgid;
	event->call = -1;
	event->exit_code = 0;
	event->index = 0;
	event->units = 0;
	event->reserved = 0;
	for (int i = 0; i < TASK_NAME_LEN; i++)
		event->name[i] = task->comm[i];
}

#endif /* DLTRACE_RING_H */
