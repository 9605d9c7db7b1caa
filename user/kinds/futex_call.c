/* SPDX-License-Identifier: BSD-2-Clause */
/* The arguments of the futex calls. */
#include "kinds/futex_call.h"

#include <inttypes.h>
#include <linux/futex.h>
#include <stdio.h>

#include "kinds/reasons.h"

#define FLAG_PRIVATE 128 /* FUTEX_PRIVATE_FLAG, and FUTEX2_PRIVATE of futex_wait() */
#define SIZE_MASK    3	 /* FUTEX2_SIZE_MASK */
#define SIZE_U32     2	 /* FUTEX2_SIZE_U32 */

/* futex_wait_queue() up to 6.15, then futex_do_wait(); futex_wait_queue_me() before 5.16. */
const char *const futex_wchan[] = { "futex_", "__futex_", "do_futex", NULL };

static void decode_futex(const struct look_task *task, struct futex_call *ret)
{
	uint32_t op = (uint32_t)task->args[1];
	uint32_t command = op & FUTEX_CMD_MASK;

	ret->address = task->args[0];
	ret->value = (uint32_t)task->args[2];
	ret->requeue = command == FUTEX_WAIT_REQUEUE_PI && op & FLAG_PRIVATE;
	ret->bitset = command == FUTEX_WAIT_BITSET || ret->requeue;
	ret->wait = ret->bitset || command == FUTEX_WAIT;
	ret->wall_clock = op & FUTEX_CLOCK_REALTIME;
	ret->lock_pi = command == FUTEX_LOCK_PI || command == FUTEX_LOCK_PI2;
	ret->private_key = op & FLAG_PRIVATE;
	ret->timed = task->args[3] != 0;
}

static void decode_futex_wait(const struct look_task *task, struct futex_call *ret)
{
	uint32_t flags = (uint32_t)task->args[3];

	ret->address = task->args[0];
	ret->value = (uint32_t)task->args[1];
	ret->bitset = true;
	ret->wait = (flags & SIZE_MASK) == SIZE_U32;
	ret->private_key = flags & FLAG_PRIVATE;
	ret->timed = task->args[4] != 0;
}

bool futex_call_decode(const struct look_task *task, struct futex_call *ret)
{
	*ret = (struct futex_call){ 0 };
	switch (call_of(task)) {
	case CALL_FUTEX:
		decode_futex(task, ret);
		return true;
	case CALL_FUTEX_WAIT:
		decode_futex_wait(task, ret);
		return true;
	case CALL_FUTEX_WAITV:
		/* args[0] is an array of words, not one */
		ret->timed = task->args[3] != 0;
		return true;
	default:
		return false;
	}
}

enum futex_scope futex_call_scope(const struct look_task *task, const struct futex_call *call)
{
	if (call->private_key)
		return FUTEX_SCOPE_MEMORY;
	if (!(task->object_flags & OBJECT_MAPPED))
		return FUTEX_SCOPE_UNKNOWN;
	if (task->object_flags & OBJECT_SHARED)
		return task->object_flags & OBJECT_FILE ? FUTEX_SCOPE_FILE : FUTEX_SCOPE_UNKNOWN;
	/* A page of a private file mapping belongs to the file until it is written to. */
	if (task->object_flags & OBJECT_FILE && !(task->object_flags & OBJECT_READ))
		return FUTEX_SCOPE_UNKNOWN;
	return FUTEX_SCOPE_MEMORY;
}

void futex_call_object(const struct look_task *task, const struct futex_call *call,
		       struct wait_builder *b)
{
	switch (futex_call_scope(task, call)) {
	case FUTEX_SCOPE_MEMORY:
		wait_object(b, task->mm, call->address, 0);
		break;
	case FUTEX_SCOPE_FILE:
		wait_object(b, task->object_dev, task->object_inode, task->object_offset);
		break;
	case FUTEX_SCOPE_UNKNOWN:
		wait_object(b, task->mm, call->address, 1);
		wait_open(b, task->object_flags & OBJECT_BUSY ? OPEN_BUSY : OPEN_UNREADABLE);
	}
}

void futex_call_describe(const struct look_task *task, const char *what, char *ret, size_t size)
{
	struct futex_call call;

	if (!futex_call_decode(task, &call))
		return (void)snprintf(ret, size, "%s", what);
	if (futex_call_scope(task, &call) == FUTEX_SCOPE_FILE)
		snprintf(ret, size, "%s 0x%" PRIx64 " (inode %" PRIu64 ")", what, call.address,
			 (uint64_t)task->object_inode);
	else
		snprintf(ret, size, "%s 0x%" PRIx64, what, call.address);
}

void futex_call_saw(const struct look_task *task, const struct futex_call *call,
		    struct wait_builder *b, size_t length, const char *meaning)
{
	if (task->object_flags & OBJECT_READ)
		wait_saw_own_memory(b, task, call->address, task->object, length, meaning);
}
