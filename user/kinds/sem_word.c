/* SPDX-License-Identifier: BSD-2-Clause */
/* glibc's sem_t. */
#include "kinds/sem_word.h"

#include <string.h>

#include "kinds/futex_call.h"

#define SHARED	     128     /* FUTEX_PRIVATE_FLAG: __new_sem_init() stores it if pshared */
#define MOST_WAITERS 4194304 /* PID_MAX_LIMIT, include/linux/threads.h */

/* The same without 64-bit atomics, as 32-bit programs have it: the lowest bit says that some wait.
 */
struct narrow_sem {
	uint32_t value;
	uint32_t shared;
	uint32_t pad;
	uint32_t waiters;
};

#define NARROW_SHIFT 1 /* SEM_VALUE_SHIFT */
#define NARROW_WAIT  1 /* SEM_NWAITERS_MASK: of a semaphore of value 0 that is waited for */

static struct sem_word sem_word_load(const struct look_task *task)
{
	struct narrow_sem narrow;
	struct sem_word word;

	memcpy(&word, task->object, sizeof(word));
	if (!(task->flags & TASK_COMPAT))
		return word;
	memcpy(&narrow, task->object, sizeof(narrow));
	return (struct sem_word){ .value = narrow.value >> NARROW_SHIFT,
				  .waiters = narrow.waiters,
				  .shared = narrow.shared };
}

bool sem_word_decode(const struct look_task *task, struct futex_call *ret_call,
		     struct sem_word *ret_word)
{
	uint32_t value = task->flags & TASK_COMPAT ? NARROW_WAIT : 0;
	struct futex_call call;

	if (!futex_call_decode(task, &call) || !call.wait || !call.bitset || call.requeue ||
	    call.value != value)
		return false;
	if (!call.wall_clock && !call.timed)
		return false;
	if (!(task->object_flags & OBJECT_READ))
		return false;

	struct sem_word word = sem_word_load(task);

	if (!word.waiters || word.waiters > MOST_WAITERS)
		return false;
	if (word.shared != (call.private_key ? 0 : SHARED))
		return false;
	*ret_call = call;
	*ret_word = word;
	return true;
}

void sem_word_resolve(const struct look_task *task, const struct futex_call *call,
		      const struct sem_word *word, struct wait_builder *b)
{
	futex_call_object(task, call, b);
	futex_call_saw(task, call, b, SEM_WORD_LEN, "sem_t: its value is 0, then who waits");
	/* Posted, and the waiter has not run yet. */
	if (word->value)
		wait_open(b, OPEN_BUSY);
}
