/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Who owns a lock of the kernel's own, which is known by its address alone: bpf_rdonly_cast(), of
 * 6.2, says what is there. Global functions, to be defined in the one object that may call it:
 * libbpf 1.1 cannot link two that call the same function of the kernel.
 */
#ifndef DLTRACE_BPF_LOCK_OWNER_H
#define DLTRACE_BPF_LOCK_OWNER_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* kernel/locking/mutex.h, rwsem.c: flags beside the owner's address, and the one of readers */
#define OWNER_FLAGS    7ULL
#define READERS_OWN_IT 1ULL

/* Not so where PREEMPT_RT makes both of rt_mutexes. */
struct mutex___owner {
	atomic_long_t owner;
} __attribute__((preserve_access_index));

struct rw_semaphore___owner {
	atomic_long_t owner;
} __attribute__((preserve_access_index));

extern void *bpf_rdonly_cast(const void *pointer, __u32 type) __ksym __weak;

#define CAST(address, type) \
	((const type *)bpf_rdonly_cast((const void *)(address), bpf_core_type_id_kernel(type)))

static __always_inline __u32 task_number(__u64 owner)
{
	owner &= ~OWNER_FLAGS;
	return owner ? CAST(owner, struct task_struct)->pid : 0;
}

/* Its tid; 0: nobody, or unknown. */
__noinline __u32 mutex_owner(__u64 mutex)
{
	const struct mutex___owner *type = (const void *)mutex;

	if (!bpf_rdonly_cast || !bpf_core_field_exists(type->owner))
		return 0;
	return task_number(CAST(mutex, struct mutex___owner)->owner.counter);
}

/* 0 if readers have it: no more than the last one is kept, which says nothing of the others. */
__noinline __u32 rwsem_owner(__u64 rwsem)
{
	const struct rw_semaphore___owner *type = (const void *)rwsem;
	__u64 owner;

	if (!bpf_rdonly_cast || !bpf_core_field_exists(type->owner))
		return 0;
	owner = CAST(rwsem, struct rw_semaphore___owner)->owner.counter;
	return owner & READERS_OWN_IT ? 0 : task_number(owner);
}

#endif /* DLTRACE_BPF_LOCK_OWNER_H */
