/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A futex of which nothing better is known: condition variables, barriers,
 * the locks of Rust, Go and C++, whatever waits for a word to change.
 * Whoever can reach the word may wake it, and nobody else.
 */
#include "kinds/futex_call.h"
#include "kinds/futex_named.h"
#include "kinds/guard_lock.h"
#include "kinds/guards.h"
#include "kinds/kinds.h"
#include "kinds/library_wait.h"
#include "kinds/mappers.h"
#include "kinds/once.h"
#include "kinds/reasons.h"
#include "kinds/sem_holder.h"
#include "kinds/waker.h"

static bool futex_recognise(const struct kind_context *context, const struct look_task *task)
{
	struct futex_call call;

	(void)context;
	return futex_call_decode(task, &call);
}

/* No handler gives it back. */
static enum cost guarded_resolve(const struct kind_context *context, const struct look_task *task,
				 const struct guard_lock *lock, struct wait_builder *b)
{
	futex_call_saw(task, &lock->call, b, sizeof(uint32_t), lock->meaning);
	guards_edges(context, task, lock, b);
	memory_edge(context, task, b, RELATION_MAY_WAKE);
	waker_saw(context, task, lock->call.address, false, b);
	return COST_DONE;
}

static enum cost futex_resolve(const struct kind_context *context, const struct look_task *task,
			       enum cost budget, struct wait_builder *b)
{
	struct futex_call call;

	if (!futex_call_decode(task, &call))
		return COST_DONE;
	if (call.timed) {
		wait_open(b, OPEN_TIMED);
		return COST_DONE;
	}
	if (!call.wait) {
		wait_object(b, task->mm, task->args[0], 1);
		wait_open(b, OPEN_UNKNOWN_FUTEX);
		return COST_DONE;
	}
	if (budget >= COST_READ && b->wait->kind == WAIT_FUTEX)
		b->wait->kind = futex_name(context, task, &call);
	futex_call_object(task, &call, b);
	/* Nothing is said before the stacks were read: who holds it is responsible, whoever lives.
	 */
	if (guard_lock_suspect(task)) {
		struct guard_lock lock;

		if (budget < COST_SEARCH)
			return COST_SEARCH;
		if (b->wait->kind == WAIT_FUTEX && guard_lock_decode(context, task, &lock))
			return guarded_resolve(context, task, &lock, b);
	}
	futex_call_saw(task, &call, b, sizeof(uint32_t), "the word that is waited for");
	sem_holder_edge(context, task, &call, b);
	return futex_wakers(context, task, &call, budget, b, RELATION_MAY_WAKE);
}

static void futex_describe(const struct kind_context *context, const struct look_task *task,
			   char *ret, size_t size)
{
	struct guard_lock lock;
	bool known = guard_lock_suspect(task) && guard_lock_decode(context, task, &lock);

	futex_call_describe(task, known ? lock.name : "futex", ret, size);
}

static bool futex_describe_by_stack(const struct look_task *task, const struct stack_frame *frames,
				    size_t count, char *ret, size_t size)
{
	const char *name = library_wait_name(frames, count);

	if (name)
		futex_call_describe(task, name, ret, size);
	return name;
}

const struct kind futex_kind = {
	.kind = WAIT_FUTEX,
	.wchan = futex_wchan,
	.recognise = futex_recognise,
	.resolve = futex_resolve,
	.by_stack = once_by_stack,
	.describe_by_stack = futex_describe_by_stack,
	.describe = futex_describe,
};
