/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The events of --uprobes name the sem_t by its address, so this also tells that a futex is a
 * semaphore where its words do not, as with musl.
 */
#include "kinds/sem_holder.h"

#include "core/history.h"
#include "kinds/futex_call.h"
#include "kinds/reasons.h"

void sem_holder_edge(const struct kind_context *context, const struct look_task *task,
		     const struct futex_call *call, struct wait_builder *b)
{
	struct person holder;

	if (!context->history ||
	    !history_sem_holder(context->history, context->look, task->pid, call->address, &holder))
		return;

	uint32_t node = look_find(context->look, holder.tid);

	if (holder.dead)
		node = graph_dead(context->graph, holder.tid, mix64(0, holder.start_ns) >> 2);
	if (node == NO_TASK)
		return;
	wait_edge_or_open(b, node, RELATION_HOLDS, EDGE_HOLDER);
	wait_saw_history(b, "sem_wait() of it returned, and no sem_post() has followed",
			 "taken by task %u", holder.tid);
}
