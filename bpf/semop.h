/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Who took and gave back units of System V semaphores: the operations, read from
 * user memory when the call is entered, are sent one by one if it succeeds.
 * Lockdown in confidentiality mode refuses bpf_probe_read_user, so the loader tries
 * whether `memory_readable` may be set.
 */
#ifndef DLTRACE_SEMOP_H
#define DLTRACE_SEMOP_H

#include <bpf/bpf_helpers.h>

#include "bpf/config.h"
#include "bpf/event.h"
#include "bpf/ring.h"
#include "bpf/task.h"

#define SOPS 8 /* of one call; more are rare, and counted */

/* include/uapi/linux/sem.h */
struct sembuf {
	__u16 sem_num;
	__s16 sem_op;
	__s16 sem_flg;
};

struct semop {
	__u32 semid;
	__u32 count;
	struct sembuf sops[SOPS];
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, 1 /* BPF_F_NO_PREALLOC */);
	__type(key, int);
	__type(value, struct semop);
} semops __weak SEC(".maps");

static inline void semop_enter(struct task_struct *task, const struct pt_regs *regs)
{
	struct semop *semop =
		bpf_task_storage_get(&semops, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	__u64 args[CALL_ARGS];
	__u32 count;

	if (!semop) {
		loss_count(LOSS_STORAGE);
		return;
	}
	regs_args(regs, args);
	count = args[2];
	if (count > SOPS) {
		loss_count(LOSS_MANY);
		count = SOPS;
	}
	semop->semid = args[0];
	semop->count = count;
	if (bpf_probe_read_user(semop->sops, count * sizeof(struct sembuf), (void *)args[1])) {
		loss_count(LOSS_MEMORY);
		semop->count = 0;
	}
}

static inline void semop_send(const struct task_struct *task, int call, __u32 semid,
			      const struct sembuf *sop)
{
	struct event *event = event_reserve(EVENT_SEMOP);

	if (!event)
		return;
	event_fill(event, EVENT_SEMOP, task, bpf_ktime_get_ns());
	event->call = call;
	event->object = semid;
	event->index = sop->sem_num;
	event->units = sop->sem_op;
	event_submit(event);
}

static inline void semop_exit(struct task_struct *task, int call, long result)
{
	struct semop *semop = bpf_task_storage_get(&semops, task, NULL, 0);

	if (!semop || result)
		return;
	for (__u32 i = 0; i < SOPS && i < semop->count; i++)
		if (semop->sops[i].sem_op) /* 0 waits for zero, and changes nothing */
			semop_send(task, call, semop->semid, &semop->sops[i]);
	semop->count = 0;
}

#endif /* DLTRACE_SEMOP_H */
