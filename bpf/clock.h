/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The scheduler's clock, in which the kernel notes when a task was switched in, and which a
 * context switch has just read: so it is the cheaper one there (measured on an AMD EPYC with
 * 6.18: half of what the hook in the context switch adds to the kernel's own cost of calling it).
 * It is not slewed as CLOCK_MONOTONIC is: after weeks they are seconds apart.
 */
#ifndef DLTRACE_CLOCK_H
#define DLTRACE_CLOCK_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* What to add to the scheduler's clock for CLOCK_MONOTONIC; 0: not known yet, or never. */
__s64 clock_offset_ns __weak = 0;

/* How late the clock was read when the offset was measured is in it; keep the best for a while. */
#define CLOCK_DRIFT_NS 1000000

/*
 * A new offset is smaller because it was measured better, or greater because the clocks drifted,
 * or measured worse: waits that last from one offset to the next should not notice.
 */
static inline void clock_set(__s64 offset_ns)
{
	if (!clock_offset_ns || offset_ns < clock_offset_ns ||
	    offset_ns > clock_offset_ns + CLOCK_DRIFT_NS)
		clock_offset_ns = offset_ns;
}

/* What leads from a task to the clock of its run queue, in kernels with CONFIG_FAIR_GROUP_SCHED. */
struct rq___group {
	__u64 clock;
} __attribute__((preserve_access_index));

struct cfs_rq___group {
	struct rq___group *rq;
} __attribute__((preserve_access_index));

struct sched_entity___group {
	struct cfs_rq___group *cfs_rq;
} __attribute__((preserve_access_index));

/* Now, CLOCK_MONOTONIC, in a context switch. task: the one that is being switched out or in. */
static inline __u64 clock_of_switch(const struct task_struct *task)
{
	const struct sched_entity___group *entity = (const void *)&task->se;

	if (!clock_offset_ns || !bpf_core_field_exists(entity->cfs_rq) ||
	    !bpf_core_field_exists(struct cfs_rq___group, rq))
		return bpf_ktime_get_ns();
	return entity->cfs_rq->rq->clock + clock_offset_ns;
}

#endif /* DLTRACE_CLOCK_H */
