/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Who last woke somebody at which futex: the one trace that an object without an
 * owner leaves of its users. Only calls that did wake are noted, when they return;
 * the least recently used notes make room for new ones.
 */
#ifndef DLTRACE_WAKER_H
#define DLTRACE_WAKER_H

#include <bpf/bpf_helpers.h>

#include "bpf/event.h"
#include "bpf/task.h"

/* include/uapi/linux/futex.h: operations that wake at their first address only */
#define FUTEX_CMD_MASK	  0x7f
#define FUTEX_WAKE	  1
#define FUTEX_REQUEUE	  3
#define FUTEX_CMP_REQUEUE 4
#define FUTEX_WAKE_BITSET 10
#define FUTEX_WAKES \
	(1 << FUTEX_WAKE | 1 << FUTEX_REQUEUE | 1 << FUTEX_CMP_REQUEUE | 1 << FUTEX_WAKE_BITSET)

struct {
	__uint(type, 9 /* BPF_MAP_TYPE_LRU_HASH */);
	__uint(max_entries, 16384);
	__type(key, struct waker_key);
	__type(value, struct waker);
} wakers __weak SEC(".maps");

static inline bool futex_wakes(const struct pt_regs *regs, int call)
{
	__u32 command = regs_arg2(regs) & FUTEX_CMD_MASK;

	return call == CALL_FUTEX_WAKE || (command < 32 && FUTEX_WAKES >> command & 1);
}

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

/*
 * A futex call has returned the number of those whom it woke, or moved on to another word. Most
 * wake the same again and again: then only the time is new, and the dear update is saved.
 */
static inline void waker_note(const struct task_struct *task, const struct pt_regs *regs, int call)
{
	struct waker_key key = {};
	struct waker *last;
	__u64 args[CALL_ARGS];

	if (task_is_compat(task) || !futex_wakes(regs, call))
		return;
	regs_args(regs, args);
	key.mm = (__u64)task->mm;
	key.address = args[0];
	last = bpf_map_lookup_elem(&wakers, &key);
	if (last && last->tid == (__u32)task->pid && last->start_ns == task->start_boottime)
		last->time_ns = bpf_ktime_get_ns();
	else
		waker_put(task, &key);
}

#endif /* DLTRACE_WAKER_H */
