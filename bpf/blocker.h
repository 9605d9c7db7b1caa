/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The kernel's own lock that a task sleeps for, and who holds it. Since 6.16 a kernel that looks
 * for hung tasks (CONFIG_DETECT_HUNG_TASK_BLOCKER) notes the lock's address, whose two low bits
 * say what it is (include/linux/hung_task.h); of these 6.16 sets the first two only. It notes
 * every wait for a mutex, and of rwsems those that nothing interrupts (kernel/locking/).
 *
 * What the address leads to may be freed at any time: what is then read is 0 or something else,
 * and the next look does not read it again.
 */
#ifndef DLTRACE_BPF_BLOCKER_H
#define DLTRACE_BPF_BLOCKER_H

#include <bpf/bpf_core_read.h>

#include "bpf/event.h"

/* include/linux/hung_task.h */
#define BLOCKED_BY_MUTEX	0
#define BLOCKED_BY_SEMAPHORE	1
#define BLOCKED_BY_RWSEM_READER 2
#define BLOCKED_BY_MASK		3UL

/* See lock_owner.h. */
__u32 mutex_owner(__u64 mutex);
__u32 rwsem_owner(__u64 rwsem);

struct task_struct___6_16 {
	unsigned long blocker;
} __attribute__((preserve_access_index));

static inline void blocker_fill(const struct task_struct *task, struct look_task *record)
{
	const struct task_struct___6_16 *new = (const void *)task;
	unsigned long blocker;

	if (!bpf_core_field_exists(new->blocker))
		return;
	blocker = new->blocker;
	if (!blocker)
		return;
	record->blocker = blocker & ~BLOCKED_BY_MASK;
	switch (blocker & BLOCKED_BY_MASK) {
	case BLOCKED_BY_MUTEX:
		record->blocker_kind = BLOCKER_MUTEX;
		record->blocker_owner = mutex_owner(record->blocker);
		break;
	case BLOCKED_BY_SEMAPHORE: /* which anybody may give back */
		record->blocker_kind = BLOCKER_SEMAPHORE;
		break;
	case BLOCKED_BY_RWSEM_READER:
		record->blocker_kind = BLOCKER_RWSEM_READ;
		record->blocker_owner = rwsem_owner(record->blocker);
		break;
	default:
		record->blocker_kind = BLOCKER_RWSEM_WRITE;
		record->blocker_owner = rwsem_owner(record->blocker);
	}
}

#endif /* DLTRACE_BPF_BLOCKER_H */
