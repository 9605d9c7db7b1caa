/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mutexes that inherit priorities. FUTEX_LOCK_PI waits for the task whose tid is
 * in the word: that much is the kernel's own rule (futex(2)), whatever library
 * the lock is of. When that task ends, the kernel hands the lock on.
 *
 * Where FUTEX_LOCK_PI is refused, since it would close a ring (EDEADLK) or the
 * owner has ended (ESRCH), glibc's pthread_mutex_lock() waits for ever instead:
 * see pi_parked.c.
 */
#include <linux/futex.h>
#include <string.h>

#include "kinds/futex_call.h"
#include "kinds/kinds.h"
#include "kinds/owner.h"
#include "kinds/pi_parked.h"
#include "kinds/reasons.h"

/* rt_mutex_wait_proxy_lock() and rt_mutex_schedule(), beside where the parked sleep */
static const char *const pi_wchan[] = {
	"rt_mutex_", "__rt_mutex_", "futex_", "__futex_", "do_futex", NULL,
};

static bool pi_recognise(const struct kind_context *context, const struct look_task *task)
{
	struct futex_call call;

	(void)context;
	return futex_call_decode(task, &call) && (call.lock_pi || pi_parked_call(task, &call));
}

static enum cost resolve_locking(const struct kind_context *context, const struct look_task *task,
				 const struct futex_call *call, enum cost budget,
				 struct wait_builder *b)
{
	struct owner_word word = { .address = call->address, .checked = true };
	uint32_t owner;

	futex_call_object(task, call, b);
	futex_call_saw(task, call, b, sizeof(word.bytes), "the lock word: its owner's tid");
	if (!(task->object_flags & OBJECT_READ)) {
		wait_open(b, OPEN_UNREADABLE);
		return COST_DONE;
	}
	memcpy(&word.bytes, task->object, sizeof(word.bytes));
	word.tid = word.bytes & FUTEX_TID_MASK;
	if (!word.tid || word.bytes & FUTEX_OWNER_DIED) {
		wait_open(b, OPEN_BUSY);
		return COST_DONE;
	}
	if (!owner_find(context, task, word.tid, &owner)) {
		wait_open(b, OPEN_UNREADABLE);
		return COST_DONE;
	}
	/* The kernel is about to hand it on. */
	if (owner == NO_TASK || context->look->tasks[owner].flags & TASK_DEAD) {
		wait_open(b, OPEN_BUSY);
		return COST_DONE;
	}
	/* The kernel found it by its tid, in whatever memory; what frees it then is its end. */
	if (futex_call_scope(task, call) == FUTEX_SCOPE_MEMORY &&
	    !owner_is_near(context, task, owner)) {
		wait_open(b, OPEN_UNKNOWN_FUTEX);
		return COST_DONE;
	}
	return owner_resolve(context, task, call, &word, budget, b);
}

static enum cost pi_resolve(const struct kind_context *context, const struct look_task *task,
			    enum cost budget, struct wait_builder *b)
{
	struct futex_call call;

	if (!futex_call_decode(task, &call)) {
		wait_open(b, OPEN_BUSY);
		return COST_DONE;
	}
	if (call.timed) {
		wait_open(b, OPEN_TIMED);
		return COST_DONE;
	}
	if (call.lock_pi)
		return resolve_locking(context, task, &call, budget, b);
	return pi_parked_resolve(context, task, &call, budget, b);
}

static void pi_describe(const struct kind_context *context, const struct look_task *task, char *ret,
			size_t size)
{
	struct futex_call call;

	if (futex_call_decode(task, &call) && call.lock_pi)
		futex_call_describe(task, "PI mutex", ret, size);
	else
		pi_parked_describe(context, task, ret, size);
}

const struct kind pi_mutex_kind = {
	.kind = WAIT_PI_MUTEX,
	.wchan = pi_wchan,
	.recognise = pi_recognise,
	.resolve = pi_resolve,
	.describe = pi_describe,
};
