/* SPDX-License-Identifier: BSD-2-Clause */
/* glibc's pthread_mutex_t: is it one? */
#include "kinds/mutex_word.h"

#include <errno.h>
#include <string.h>

#include "kinds/futex_call.h"

_Static_assert(sizeof(struct mutex_word) == OBJECT_LEN, "the look brings a whole mutex");

#define TID_MOST 4194304 /* PID_MAX_LIMIT, include/linux/threads.h */

/* sysdeps/nptl/pthreadP.h */
#define KIND_TYPE	0x3 /* normal, recursive, error checking, adaptive */
#define KIND_RECURSIVE	1
#define KIND_ADAPTIVE	3
#define KIND_PSHARED	128
#define KIND_ELISION	256
#define KIND_NO_ELISION 512
#define KIND_LEGAL	(KIND_TYPE | KIND_PSHARED | KIND_ELISION | KIND_NO_ELISION)

/*
 * Many locks have a pointer where a mutex has owner and users: stdio's _IO_lock_t
 * (sysdeps/nptl/stdio-lock.h) one to the owner's struct pthread, the Go runtime's one to what the
 * lock guards. If something is there it is one. Nearly every mutex has one user, and addresses
 * that low are not used.
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

static bool kind_legal(const struct mutex_word *word, bool private_key)
{
	uint32_t type = word->kind & KIND_TYPE;

	if (word->kind & ~KIND_LEGAL)
		return false;
	if (!(word->kind & KIND_PSHARED) != private_key)
		return false;
	if (type != KIND_RECURSIVE && word->count)
		return false;
	return type == KIND_ADAPTIVE || word->kind & KIND_ELISION || !word->spins;
}

static bool owner_legal(const struct mutex_word *word)
{
	/* Free, or between taking the lock and saying so. */
	if (!word->owner)
		return word->users <= TID_MOST;
	if (word->owner > TID_MOST || !word->users || word->users > TID_MOST)
		return false;
	/* An elided lock names nobody. */
	if (word->kind & KIND_ELISION && !(word->kind & KIND_NO_ELISION))
		return false;
	return (word->kind & KIND_TYPE) != KIND_RECURSIVE || word->count;
}

bool mutex_word_decode(const struct kind_context *context, const struct look_task *task,
		       struct futex_call *ret_call, struct mutex_word *ret_word)
{
	struct futex_call call;
	struct mutex_word word;

	/* A 32-bit program's has its words in another order. */
	if (task->flags & TASK_COMPAT)
		return false;
	if (!futex_call_decode(task, &call) || !call.wait || call.value != 2)
		return false;
	/* Plain waits are FUTEX_WAIT (lowlevellock.c), timed ones may be bitset waits. */
	if (call.bitset && !call.timed)
		return false;
	if (!(task->object_flags & OBJECT_READ) || task->object_flags & OBJECT_CUT)
		return false;
	memcpy(&word, task->object, sizeof(word));
	if (word.lock > 2 || word.list[0] || word.list[1])
		return false;
	if (!kind_legal(&word, call.private_key) || !owner_legal(&word))
		return false;
	if (owner_is_pointer(context, task, &word))
		return false;
	*ret_call = call;
	*ret_word = word;
	return true;
}
