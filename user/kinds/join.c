/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pthread_join(). glibc waits for the word that the kernel clears when the
 * thread ends (clone(2), CLONE_CHILD_CLEARTID). Until then that is the thread's
 * tid (glibc nptl/pthread_join_common.c, up to 2.42) or, since 2.43, how far it
 * has come. The kernel's own clear_child_tid names the thread, so nothing in
 * memory need be believed.
 *
 * musl waits for a word of the thread's own struct pthread, which lies at a
 * known place from its thread pointer (src/internal/pthread_impl.h, 1.1.17 and
 * later; src/thread/pthread_join.c): that names the thread as well.
 */
#include <stdio.h>

#include "kinds/futex_call.h"
#include "kinds/kinds.h"
#include "kinds/python_wait.h"
#include "kinds/reasons.h"
#include "kinds/signals.h"

#if defined(__x86_64__)
#define MUSL_DETACH_STATE 56 /* offset of detach_state from what the thread pointer points to */
#endif
#define MUSL_JOINABLE 2 /* DT_JOINABLE: it has not begun to end */

/*
 * Not where struct pthread lies below the thread pointer, by its size, which varies. A 32-bit
 * program's thread pointer is not what the look brings.
 */
static uint32_t joined_by_musl(const struct kind_context *context, const struct look_task *task,
			       const struct futex_call *call)
{
#ifdef MUSL_DETACH_STATE
	const struct process *process = look_process(context->look, task->pid);
	uint32_t thread = process && !(task->flags & TASK_COMPAT)
				  ? look_find_thread(context->look, process,
						     call->address - MUSL_DETACH_STATE)
				  : NO_TASK;

	if (thread != NO_TASK && !(context->look->tasks[thread].flags & TASK_DEAD))
		return thread;
#endif
	return NO_TASK;
}

/* nptl/descr.h of 2.43: pd->joinstate of a thread that has not ended */
#define JOINSTATE_MOST 2 /* 1: about to end, 2: may be joined */

/* The thread of that tid, as the task's namespace counts, or NO_TASK. */
static uint32_t thread_of_tid(const struct kind_context *context, const struct look_task *task,
			      uint32_t tid)
{
	bool known = false;
	uint32_t viewer = look_find(context->look, task->tid);
	uint32_t thread = viewer == NO_TASK
				  ? NO_TASK
				  : look_find_in_namespace(context->look, viewer, tid, &known);

	return known ? thread : NO_TASK;
}

/* True if the kernel clears that word when the thread of the task's process ends. */
static bool clears(const struct kind_context *context, const struct look_task *task,
		   uint32_t thread, uint64_t address)
{
	const struct look_task *joined = &context->look->tasks[thread];

	return joined->pid == task->pid && joined->clear_child_tid == address &&
	       !(joined->flags & TASK_DEAD);
}

/* Where the word is no tid; few other waits have these values. */
static uint32_t thread_of_word(const struct kind_context *context, const struct look_task *task,
			       const struct futex_call *call)
{
	const struct process *process = look_process(context->look, task->pid);

	if (!process || call->value > JOINSTATE_MOST)
		return NO_TASK;
	return look_find_clearing(context->look, process, call->address);
}

/* The thread that the task joins, or NO_TASK if this is no join or the thread has ended. */
static uint32_t joined_thread(const struct kind_context *context, const struct look_task *task)
{
	struct futex_call call;

	if (!futex_call_decode(task, &call) || !call.wait || !call.value)
		return NO_TASK;
	if (call.private_key)
		return call.value == MUSL_JOINABLE && !call.bitset
			       ? joined_by_musl(context, task, &call)
			       : NO_TASK;

	uint32_t thread = thread_of_tid(context, task, call.value);

	if (thread != NO_TASK && clears(context, task, thread, call.address))
		return thread;
	return thread_of_word(context, task, &call);
}

static bool join_recognise(const struct kind_context *context, const struct look_task *task)
{
	return joined_thread(context, task) != NO_TASK;
}

static enum cost join_resolve(const struct kind_context *context, const struct look_task *task,
			      enum cost budget, struct wait_builder *b)
{
	struct futex_call call;
	uint32_t thread = joined_thread(context, task);

	/* Python's joins are not the C library's; what is neither has just ended. */
	if (!futex_call_decode(task, &call) || thread == NO_TASK)
		return python_wait_resolve(context, task, budget, b);
	if (call.timed) {
		wait_open(b, OPEN_TIMED);
		return COST_DONE;
	}
	wait_object(b, task->mm, call.address, 0);
	wait_edge_or_open(b, thread, RELATION_JOINS, EDGE_CAN_END | EDGE_HOLDER);
	wait_saw_own_memory(
		b, task, call.address, &call.value, sizeof(call.value),
		call.private_key
			? "the joined thread's detach_state: joinable"
			: "a word of the thread that is joined: the kernel clears it when it ends");
	return signals_resolve(context, task, budget, b, HANDLER_MAY_RAISE);
}

static void join_describe(const struct kind_context *context, const struct look_task *task,
			  char *ret, size_t size)
{
	uint32_t thread = joined_thread(context, task);

	if (thread == NO_TASK)
		python_wait_describe(context, task, ret, size);
	else
		snprintf(ret, size, "thread %u", context->look->tasks[thread].tid);
}

const struct kind join_kind = {
	.kind = WAIT_JOIN,
	.wchan = futex_wchan,
	.recognise = join_recognise,
	.resolve = join_resolve,
	.describe = join_describe,
};
