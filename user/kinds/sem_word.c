/* SPDX-License-Identifier: BSD-2-Clause */
/* glibc's sem_t. */
#include "kinds/sem_word.h"

#include <string.h>

#include "kinds/futex_call.h"

#define SHARED	     128     /* FUTEX_PRIVATE_FLAG: __new_sem_init() stores it if pshared */
#define MOST_WAITERS 4194304 /* PID_MAX_LIMIT, include/linux/threads.h */

bool sem_word_decode(const struct look_task *task, struct futex_call *ret_call,
		     struct sem_word *ret_word)
{
	struct futex_call call;
	struct sem_word word;

	if (!futex_call_decode(task, &call) || !call.wait || !call.bitset || call.value)
		return false;
	if (!(task->object_flags & OBJECT_READ))
		return false;
	memcpy(&word, task->object, sizeof(word));
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
