// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The user registers of one task, from which its stack is unwound. Apart from
 * the look, which would pay for them 20,000 times where a report needs a few: the
 * link is made for one tid (6.1 and later; earlier kernels run through all tasks,
 * and the reader picks the one).
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "bpf/event.h"
#include "bpf/task.h"

SEC("iter/task")
int regs__task(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct task_regs record = {};

	/* a task that runs has its registers in the CPU; those of a 32-bit call are others */
	if (!task || !task_is_user(task) || !task_is_asleep(task) || !task_is_off(task) ||
	    task_is_compat(task))
		return 0;
	record.start_ns = task->start_boottime;
	record.switches = task->nvcsw + task->nivcsw;
	record.tid = task->pid;
	record.pid = task->tgid;
	regs_fill((const struct pt_regs *)bpf_task_pt_regs(task), record.regs);
	bpf_seq_write(ctx->meta->seq, &record, sizeof(record));
	return 0;
}
