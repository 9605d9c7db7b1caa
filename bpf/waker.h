/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Who last woke somebody at which futex: the one trace that an object without an
 * owner leaves of its users. Only calls that did wake are noted, when they return;
 * the least recently used notes make room for new ones.
 */
#ifndef DLTRACE_WAKER_H
#define DLTRACE_WAKER_H

#include <bpf/bpf_helpers.h>

#include "bpf/config.h"
#include "bpf/event.h"
#include "bpf/ring.h"
#include "bpf/task.h"

/* include/uapi/linux/futex.h: operations that wake */
#define FUTEX_CMD_MASK	     0x7f
#define FUTEX_WAKE	     1
#define FUTEX_REQUEUE	     3
#define FUTEX_CMP_REQUEUE    4
#define FUTEX_WAKE_OP	     5
#define FUTEX_WAKE_BITSET    10
#define FUTEX_CMP_REQUEUE_PI 12
/* ... at their first address only */
#define FUTEX_WAKES                                                                               \
	(1 << FUTEX_WAKE | 1 << FUTEX_REQUEUE | 1 << FUTEX_CMP_REQUEUE | 1 << FUTEX_WAKE_BITSET | \
	 1 << FUTEX_CMP_REQUEUE_PI)

/* include/uapi/linux/futex.h: struct futex_waitv, two of which futex_requeue() is given */
struct waitv {
	__u64 value;
	__u64 address;
	__u32 flags;
	__u32 reserved;
};

struct {
	__uint(type, 9 /* BPF_MAP_TYPE_LRU_HASH */);
	__uint(max_entries, 16384);
	__type(key, struct waker_key);
	__type(value, struct waker);
} wakers __weak SEC(".maps");

static inline void waker_put(const struct task_struct *task, const struct waker_key *key)
{
	struct waker waker = {};

	waker.time_ns = bpf_ktime_get_ns();
	waker.start_ns = task->start_boottime;
	waker.tid = task->pid;
	waker.pid = task->tgid;
	for (int i = 0; i < TASK_NAME_LEN; i++)
		waker.name[i] = task->comm[i];
	bpf_map_update_elem(&wakers, key, &waker, 0 /* BPF_ANY */);
}

/* Most wake the same again and again: then only the time is new, and the dear update is saved. */
static inline void waker_note_at(const struct task_struct *task, __u64 address)
{
	struct waker_key key = {};
	struct waker *last;

	key.mm = (__u64)task->mm;
	key.address = address;
	last = bpf_map_lookup_elem(&wakers, &key);
	if (last && last->tid == (__u32)task->pid && last->start_ns == task->start_boottime)
		last->time_ns = bpf_ktime_get_ns();
	else
		waker_put(task, &key);
}

/*
 * FUTEX_WAKE_OP wakes at two addresses, and returns how many in all: noted is where some must have
 * been among them. However few are asked for, one is woken (kernel/futex/waitwake.c:
 * futex_wake_op()).
 */
static inline void waker_note_two(const struct task_struct *task, const __u64 *args, long woken)
{
	__u32 most = args[2], most_of_other = args[3];

	if (woken > (most_of_other ? most_of_other : 1))
		waker_note_at(task, args[0]);
	if (woken > (most ? most : 1))
		waker_note_at(task, args[4]);
}

static inline void waker_note_futex(const struct task_struct *task, const __u64 *args, long woken)
{
	__u32 command = args[1] & FUTEX_CMD_MASK;

	if (command == FUTEX_WAKE_OP)
		waker_note_two(task, args, woken);
	else if (command < 32 && FUTEX_WAKES >> command & 1)
		waker_note_at(task, args[0]);
}

/* Its addresses are behind its first argument. */
static inline void waker_note_requeue(const struct task_struct *task, const __u64 *args)
{
	struct waitv from;

	if (!memory_readable)
		return;
	if (bpf_probe_read_user(&from, sizeof(from), (void *)args[0]))
		loss_count(LOSS_MEMORY);
	else
		waker_note_at(task, from.address);
}

static inline bool call_wakes(int call)
{
	return call == CALL_FUTEX || call == CALL_FUTEX_WAKE || call == CALL_FUTEX_REQUEUE;
}

/* Such a call has returned the number of those whom it woke, or moved on to another word. */
static inline void waker_note(const struct task_struct *task, const struct pt_regs *regs, int call,
			      long woken)
{
	__u64 args[CALL_ARGS];

	if (task_is_compat(task))
		regs_compat_args(regs, args);
	else
		regs_args(regs, args);
	switch (call) {
	case CALL_FUTEX:
		waker_note_futex(task, args, woken);
		break;
	case CALL_FUTEX_WAKE:
		waker_note_at(task, args[0]);
		break;
	case CALL_FUTEX_REQUEUE:
		waker_note_requeue(task, args);
		break;
	}
}

#endif /* DLTRACE_WAKER_H */
