/* SPDX-License-Identifier: BSD-2-Clause */
/* glibc's pthread_mutex_t: is it one? */
#include "kinds/mutex_word.h"

#include <errno.h>
#include <linux/futex.h>
#include <string.h>

#include "kinds/futex_call.h"

_Static_assert(sizeof(struct mutex_word) == OBJECT_LEN, "the look brings a whole mutex");

#define PLAIN_LEGAL   (MUTEX_TYPE | MUTEX_PROTECT | MUTEX_PSHARED | MUTEX_ELISION | MUTEX_NO_ELISION)
#define ROBUST_LEGAL  (MUTEX_TYPE | MUTEX_ROBUST | MUTEX_PSHARED | MUTEX_NO_ELISION)
#define INHERIT_LEGAL (ROBUST_LEGAL | MUTEX_INHERIT)
/* The types whose count is 1 while they are taken, even if they do not recur. */
#define COUNTED (MUTEX_ROBUST | MUTEX_INHERIT | MUTEX_PROTECT)

#define CEILING 0xfff80000 /* pthreadP.h: PTHREAD_MUTEX_PRIO_CEILING_MASK */

/*
 * Many locks have a pointer where a mutex has owner and users: the Go runtime's one to what the
 * lock guards, for one. If something is there it is one. Nearly every mutex has one user, and
 * addresses that low are not used.
 */
static bool owner_is_pointer(const struct kind_context *context, const struct look_task *task,
			     const struct mutex_word *word)
{
	uint64_t pointer = (uint64_t)word->users << 32 | word->owner;
	char byte;

	if (word->users < 2)
		return false;

	int error = probe_memory(context->probe, task->pid, pointer, &byte, sizeof(byte));

	return error != -EFAULT && error != -EIO;
}

static bool counts_legal(const struct mutex_word *word)
{
	uint32_t type = word->kind & MUTEX_TYPE;

	if (type != MUTEX_RECURSIVE && word->count > !!(word->kind & COUNTED))
		return false;
	return type == MUTEX_ADAPTIVE || word->kind & MUTEX_ELISION || !word->spins;
}

static bool owner_legal(const struct mutex_word *word)
{
	/* Free, or between taking the lock and saying so. */
	if (!word->owner)
		return word->users <= MUTEX_TID_MOST;
	if (word->owner > MUTEX_TID_MOST || !word->users || word->users > MUTEX_TID_MOST)
		return false;
	/* An elided lock names nobody. */
	if (word->kind & MUTEX_ELISION && !(word->kind & MUTEX_NO_ELISION))
		return false;
	return (word->kind & MUTEX_TYPE) != MUTEX_RECURSIVE || word->count;
}

/* __pthread_mutex_s with 32-bit pointers: another order, and spins and list share a word. */
static void narrow_take(const struct look_task *task, struct mutex_word *ret)
{
	enum { LOCK, COUNT, OWNER, KIND, USERS, SPINS_OR_LIST, WORDS };
	uint32_t words[WORDS];

	memcpy(words, task->object, sizeof(words));
	*ret = (struct mutex_word){
		.lock = words[LOCK],
		.count = words[COUNT],
		.owner = words[OWNER],
		.users = words[USERS],
		.kind = words[KIND],
		.spins = words[KIND] & MUTEX_ROBUST ? 0 : words[SPINS_OR_LIST],
	};
}

static bool object_take(const struct look_task *task, struct mutex_word *ret)
{
	if (!(task->object_flags & OBJECT_READ) || task->object_flags & OBJECT_CUT)
		return false;
	if (task->flags & TASK_COMPAT)
		narrow_take(task, ret);
	else
		memcpy(ret, task->object, sizeof(*ret));
	return true;
}

/* The ceiling stays in the word while a priority-protected mutex is free, too. */
static bool plain_lock_take(struct mutex_word *word, uint32_t value)
{
	uint32_t ceiling = word->kind & MUTEX_PROTECT ? word->lock & CEILING : 0;

	word->lock &= ~ceiling;
	return value == (ceiling | 2) && word->lock <= 2;
}

bool mutex_word_decode(const struct kind_context *context, const struct look_task *task,
		       struct futex_call *ret_call, struct mutex_word *ret_word)
{
	struct futex_call call;
	struct mutex_word word;

	if (!futex_call_decode(task, &call) || !call.wait || (call.value & ~CEILING) != 2)
		return false;
	/* Plain waits are FUTEX_WAIT (lowlevellock.c), timed ones may be bitset waits. */
	if (call.bitset && !call.timed)
		return false;
	if (!object_take(task, &word) || !plain_lock_take(&word, call.value))
		return false;
	if (word.kind & ~PLAIN_LEGAL || word.list[0] || word.list[1])
		return false;
	if (!(word.kind & MUTEX_PSHARED) != call.private_key)
		return false;
	if (!counts_legal(&word) || !owner_legal(&word) || owner_is_pointer(context, task, &word))
		return false;
	*ret_call = call;
	*ret_word = word;
	return true;
}

/* The kernel wakes the heirs of a robust mutex by its shared key, so that is how they all wait. */
static bool robust_call(const struct futex_call *call)
{
	uint32_t tid = call->value & FUTEX_TID_MASK;

	return call->wait && !call->private_key && (!call->bitset || call->timed) &&
	       call->value & FUTEX_WAITERS && !(call->value & FUTEX_OWNER_DIED) && tid &&
	       tid <= MUTEX_TID_MOST;
}

bool mutex_word_decode_robust(const struct look_task *task, struct futex_call *ret_call,
			      struct mutex_word *ret_word)
{
	struct futex_call call;
	struct mutex_word word;

	if (!futex_call_decode(task, &call) || !robust_call(&call) || !object_take(task, &word))
		return false;
	if (word.kind & ~ROBUST_LEGAL || !(word.kind & MUTEX_ROBUST) || !counts_legal(&word))
		return false;

	uint32_t tid = word.lock & FUTEX_TID_MASK;

	/* Written after the lock word, and not where the last owner had died. */
	if (word.owner && word.owner < MUTEX_INCONSISTENT - 1 && tid && word.owner != tid)
		return false;
	if (tid > MUTEX_TID_MOST || word.users > MUTEX_TID_MOST)
		return false;
	*ret_call = call;
	*ret_word = word;
	return true;
}

bool mutex_word_inherits(const struct mutex_word *word, bool private_key)
{
	uint32_t tid = word->lock & FUTEX_TID_MASK;

	if (word->kind & ~INHERIT_LEGAL || !(word->kind & MUTEX_INHERIT) ||
	    !(word->kind & MUTEX_PSHARED) != private_key)
		return false;
	if (!tid || tid > MUTEX_TID_MOST || word->lock & FUTEX_OWNER_DIED || !word->users)
		return false;
	return word->users <= MUTEX_TID_MOST && counts_legal(word) &&
	       (word->owner == tid || word->owner == MUTEX_INCONSISTENT);
}
