/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pthread_mutex_lock() of a robust mutex. Its lock word is the owner's tid. When
 * an owner ends, the kernel walks the list of what it holds, marks each word and
 * wakes a waiter (kernel/futex/core.c: exit_robust_list()), who takes the mutex
 * over: that is a wake-up under way like any other, and nobody is stuck.
 *
 * A word that still names somebody who has ended is one that the kernel never
 * came to: beyond ROBUST_LIST_LIMIT, 2048 in one list; copied by fork(), with an
 * owner that has other memory; or taken by a thread without a list.
 */
#include <linux/futex.h>

#include "kinds/call_site.h"
#include "kinds/futex_call.h"
#include "kinds/kinds.h"
#include "kinds/mappers.h"
#include "kinds/musl_mutex.h"
#include "kinds/mutex_word.h"
#include "kinds/owner.h"
#include "kinds/reasons.h"

static bool robust_recognise(const struct kind_context *context, const struct look_task *task)
{
	struct musl_mutex_wait musl;
	struct futex_call call;
	struct mutex_word word;

	return mutex_word_decode_robust(task, &call, &word) ||
	       (musl_mutex_decode(context, task, &musl) && musl_mutex_is_robust(&musl));
}

static enum cost robust_resolve(const struct kind_context *context, const struct look_task *task,
				enum cost budget, struct wait_builder *b)
{
	struct musl_mutex_wait musl;
	struct futex_call call;
	struct mutex_word word;

	if (musl_mutex_decode(context, task, &musl))
		return musl_mutex_resolve(context, task, &musl, budget, b);
	if (!mutex_word_decode_robust(task, &call, &word)) {
		wait_open(b, OPEN_BUSY);
		return COST_DONE;
	}
	if (call.timed) {
		wait_open(b, OPEN_TIMED);
		return COST_DONE;
	}
	if (call_site_is_foreign(context, task, budget, b))
		return COST_DONE;
	futex_call_object(task, &call, b);
	futex_call_saw(
		task, &call, b, MUTEX_HEAD_LEN,
		task->flags & TASK_COMPAT
			? "pthread_mutex_t: lock with the owner's tid, count, owner, kind, users"
			: "pthread_mutex_t: lock with the owner's tid, count, owner, users, kind");

	uint32_t tid = word.lock & FUTEX_TID_MASK;

	/* Free, or left by a dead owner: somebody was woken to take it. */
	if (!tid || word.lock & FUTEX_OWNER_DIED)
		return futex_wakers(context, task, &call, budget, b, RELATION_MAY_WAKE);

	struct owner_word owner = {
		.address = call.address, .bytes = word.lock, .tid = tid, .checked = true
	};

	return call_site_cost(task, budget, owner_resolve(context, task, &call, &owner, budget, b));
}

static void robust_describe(const struct kind_context *context, const struct look_task *task,
			    char *ret, size_t size)
{
	(void)context;
	futex_call_describe(task, "robust mutex", ret, size);
}

const struct kind robust_mutex_kind = {
	.kind = WAIT_ROBUST_MUTEX,
	.wchan = futex_wchan,
	.recognise = robust_recognise,
	.resolve = robust_resolve,
	.describe = robust_describe,
};
