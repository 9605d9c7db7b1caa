/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sem_wait(). A semaphore has no owner: whoever can reach it may post it. Where
 * takers and givers were followed (--uprobes) and it was used as a lock, custom
 * has it that its taker gives it back.
 */
#include "core/history.h"
#include "kinds/futex_call.h"
#include "kinds/kinds.h"
#include "kinds/mappers.h"
#include "kinds/reasons.h"
#include "kinds/sem_word.h"

static bool sem_recognise(const struct kind_context *context, const struct look_task *task)
{
	struct futex_call call;
	struct sem_word word;

	(void)context;
	return sem_word_decode(task, &call, &word);
}

static void holder_edge(const struct kind_context *context, const struct look_task *task,
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

static enum cost sem_resolve(const struct kind_context *context, const struct look_task *task,
			     enum cost budget, struct wait_builder *b)
{
	struct futex_call call;
	struct sem_word word;

	if (!sem_word_decode(task, &call, &word)) {
		wait_open(b, OPEN_BUSY);
		return COST_DONE;
	}
	if (call.timed) {
		wait_open(b, OPEN_TIMED);
		return COST_DONE;
	}
	sem_word_resolve(task, &call, &word, b);
	holder_edge(context, task, &call, b);
	return futex_wakers(context, task, &call, budget, b, RELATION_MAY_POST);
}

static void sem_describe(const struct kind_context *context, const struct look_task *task,
			 char *ret, size_t size)
{
	(void)context;
	futex_call_describe(task, "semaphore", ret, size);
}

const struct kind sem_kind = {
	.kind = WAIT_SEM,
	.wchan = futex_wchan,
	.recognise = sem_recognise,
	.resolve = sem_resolve,
	.describe = sem_describe,
};
