/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sem_wait(). A semaphore has no owner: whoever can reach it may post it. Where
 * takers and givers were followed (--uprobes) and it was used as a lock, custom
 * has it that its taker gives it back.
 */
#include "kinds/futex_call.h"
#include "kinds/futex_named.h"
#include "kinds/kinds.h"
#include "kinds/mappers.h"
#include "kinds/reasons.h"
#include "kinds/sem_holder.h"
#include "kinds/sem_word.h"

static bool sem_recognise(const struct kind_context *context, const struct look_task *task)
{
	struct futex_call call;
	struct sem_word word;

	(void)context;
	return sem_word_decode(task, &call, &word);
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
	/* What lies behind a condition variable's word may look like a semaphore's; not so before.
	 */
	if (budget >= COST_READ && futex_name(context, task, &call) == WAIT_COND) {
		b->wait->kind = WAIT_COND;
		return futex_kind.resolve(context, task, budget, b);
	}
	sem_word_resolve(task, &call, &word, b);
	sem_holder_edge(context, task, &call, b);
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
