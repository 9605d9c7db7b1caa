/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pthread_mutex_lock() of the types that are neither robust nor inherit
 * priorities. The mutex names its owner (owner.c), in a word of its own that is
 * written after the lock was taken and cleared before it is given back.
 */
#include "kinds/call_site.h"
#include "kinds/futex_call.h"
#include "kinds/kinds.h"
#include "kinds/mappers.h"
#include "kinds/musl_mutex.h"
#include "kinds/mutex_word.h"
#include "kinds/owner.h"
#include "kinds/reasons.h"

static bool mutex_recognise(const struct kind_context *context, const struct look_task *task)
{
	struct musl_mutex_wait musl;
	struct futex_call call;
	struct mutex_word word;

	return mutex_word_decode(context, task, &call, &word) ||
	       (musl_mutex_decode(context, task, &musl) && !musl_mutex_is_robust(&musl));
}

static enum cost mutex_resolve(const struct kind_context *context, const struct look_task *task,
			       enum cost budget, struct wait_builder *b)
{
	struct musl_mutex_wait musl;
	struct futex_call call;
	struct mutex_word word;

	if (musl_mutex_decode(context, task, &musl))
		return musl_mutex_resolve(context, task, &musl, budget, b);
	if (!mutex_word_decode(context, task, &call, &word)) {
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
	futex_call_saw(task, &call, b, MUTEX_HEAD_LEN,
		       task->flags & TASK_COMPAT
			       ? "pthread_mutex_t: lock, count, owner, kind, users"
			       : "pthread_mutex_t: lock, count, owner, users, kind");
	/* Free and about to be taken, or taken and not yet marked; a lost wake-up looks so, too. */
	if (!word.lock || !word.owner)
		return futex_wakers(context, task, &call, budget, b, RELATION_MAY_WAKE);

	struct owner_word owner = { .address = call.address + MUTEX_OWNER_OFFSET,
				    .bytes = word.owner,
				    .tid = word.owner };

	/* No handler may unlock a mutex, and none makes pthread_mutex_lock() return. */
	return call_site_cost(task, budget, owner_resolve(context, task, &call, &owner, budget, b));
}

static void mutex_describe(const struct kind_context *context, const struct look_task *task,
			   char *ret, size_t size)
{
	(void)context;
	futex_call_describe(task, "mutex", ret, size);
}

const struct kind mutex_kind = {
	.kind = WAIT_MUTEX,
	.wchan = futex_wchan,
	.recognise = mutex_recognise,
	.resolve = mutex_resolve,
	.describe = mutex_describe,
};
