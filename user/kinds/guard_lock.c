/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A word with the value 2 may be anything, a condition's counter for one. So of
 * Rust's Mutex the stack must say that the task is in the function that waits for
 * one; a program without symbols is left alone. musl's word is its own: EBUSY with
 * the flag for waiters, which stands where other types have a tid; the words
 * around it and the thread must be musl's, too.
 */
#include "kinds/guard_lock.h"

#include <errno.h>
#include <linux/futex.h>
#include <string.h>

#include "core/affix.h"
#include "kinds/musl_mutex.h"

/* library/std/src/sys/sync/mutex/futex.rs; up to 1.77 in sys/unix/locks. 1 if nobody waits. */
#define RUST_CONTENDED 2
/* src/thread/pthread_mutex_timedlock.c: what a normal one has in place of its owner's tid */
#define MUSL_CONTENDED (FUTEX_WAITERS | EBUSY)
#define MUSL_TYPE_MASK 15

#define INNER_FRAMES 6 /* from the system call to the function that waits */

enum style { STYLE_NONE, STYLE_RUST, STYLE_MUSL };

static bool word_is(const struct look_task *task, const struct futex_call *call, uint32_t value)
{
	uint32_t word;

	memcpy(&word, task->object, sizeof(word));
	return call->value == value && word == value;
}

static enum style style_of(const struct look_task *task, const struct futex_call *call)
{
	if (!call->wait || call->timed || call->requeue || call->wall_clock || !call->private_key ||
	    task->flags & TASK_COMPAT || !(task->object_flags & OBJECT_READ))
		return STYLE_NONE;
	if (call->bitset && word_is(task, call, RUST_CONTENDED))
		return STYLE_RUST;
	if (!call->bitset && word_is(task, call, MUSL_CONTENDED) &&
	    call->address % sizeof(uint64_t) == offsetof(struct musl_mutex, lock))
		return STYLE_MUSL;
	return STYLE_NONE;
}

bool guard_lock_suspect(const struct look_task *task)
{
	struct futex_call call;

	return futex_call_decode(task, &call) && style_of(task, &call) != STYLE_NONE;
}

/* "<std::sys::sync::mutex::futex::Mutex>::lock_contended"; older ones have no brackets. */
static bool names_rust_mutex(const char *function)
{
	function += *function == '<';
	return begins_with(function, "std::sys::") &&
	       (ends_with(function, "::Mutex::lock_contended") ||
		ends_with(function, "::Mutex>::lock_contended"));
}

static bool waits_in_rust_mutex(const struct kind_context *context, const struct look_task *task)
{
	struct answer answer;

	if (probe_stack(context->probe, task->tid, &answer))
		return false;

	const struct stack_frame *frames = answer.items;

	for (uint32_t i = 0; i < answer.count && i < INNER_FRAMES; i++) {
		if (frames[i].type != FRAME_NATIVE || frames[i].flags & FRAME_APPROXIMATE)
			return false;
		if (names_rust_mutex(frames[i].function))
			return true;
	}
	return false;
}

static bool waits_in_musl_mutex(const struct kind_context *context, const struct look_task *task,
				uint64_t address)
{
	struct musl_mutex mutex;

	return !probe_memory(context->probe, task->pid, address, &mutex, sizeof(mutex)) &&
	       !(mutex.type & MUSL_TYPE_MASK) && mutex.lock == MUSL_CONTENDED && mutex.waiters &&
	       !mutex.count && musl_is_thread(context, task);
}

bool guard_lock_decode(const struct kind_context *context, const struct look_task *task,
		       struct guard_lock *ret)
{
	struct futex_call call;

	if (!futex_call_decode(task, &call))
		return false;
	switch (style_of(task, &call)) {
	case STYLE_RUST:
		*ret = (struct guard_lock){ .call = call,
					    .address = call.address,
					    .guard_is_value = true,
					    .name = "Rust Mutex",
					    .meaning = "Rust's Mutex: taken, and waited for" };
		return waits_in_rust_mutex(context, task);
	case STYLE_MUSL:
		*ret = (struct guard_lock){
			.call = call,
			.address = call.address - offsetof(struct musl_mutex, lock),
			.name = "musl mutex",
			.meaning = "musl's normal mutex: taken, and waited for"
		};
		return waits_in_musl_mutex(context, task, ret->address);
	default:
		return false;
	}
}

bool guard_lock_same(const struct look_task *task, const struct guard_lock *lock)
{
	const uint32_t moved = TASK_UNINTERRUPTIBLE | TASK_DEAD | TASK_EXITING | TASK_STOPPED |
			       TASK_TRACED | TASK_FROZEN | TASK_SIGPENDING;
	struct futex_call call;

	return futex_call_decode(task, &call) && call.wait && !call.timed &&
	       call.address == lock->call.address && task->flags & TASK_SLEEPING &&
	       !(task->flags & moved);
}
