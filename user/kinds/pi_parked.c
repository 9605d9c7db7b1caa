/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * glibc's pthread_mutex_lock() does not return when FUTEX_LOCK_PI fails with
 * EDEADLK or ESRCH: it waits for a word of its own stack that nobody else knows,
 * value 0, without a timeout, again and again (nptl/pthread_mutex_lock.c, 2.31
 * and later: "Delay the thread indefinitely"). The call says nothing of the
 * mutex. But the function has its address, in a register that a deeper frame has
 * saved or in its own frame; so it lies on the stack above the stack pointer.
 *
 * What is found there is believed only if it is a legal mutex whose owner
 * explains the refusal: a thread from which a chain of FUTEX_LOCK_PI leads back
 * to this one, or one that has ended, or this one itself. And only if no other
 * mutex there does so as well or better: those that a thread has taken and not
 * yet released, as it should, may be there too, and look as if taken twice.
 *
 * Nothing ever ends such a wait. To name the owner as who could is one way on
 * too many, and what makes the ring visible.
 */
#include "kinds/pi_parked.h"

#include <inttypes.h>
#include <linux/futex.h>
#include <stdio.h>
#include <string.h>

#include "kinds/futex_call.h"
#include "kinds/kinds.h"
#include "kinds/mutex_word.h"
#include "kinds/owner.h"
#include "kinds/reasons.h"
#include "kinds/sem_word.h"

#define DEPTH_MOST  0x180 /* of the word: two small frames are below it (0x54 in 2.36) */
#define STACK_WORDS 128	  /* of the stack that are looked at */
#define RING_MOST   1024  /* kernel/locking/rtmutex.c: max_lock_depth */
#define USER_LEAST  0x10000
#define USER_END    (1ull << 47)

/* How well the owner of a mutex explains that a thread was parked for it. */
enum reason { REASON_NONE, REASON_OWN, REASON_DEAD, REASON_RING };

/* The mutex that explains why a thread was parked. */
struct cause {
	enum reason reason;
	uint64_t address;
	uint64_t found_at; /* where on the stack its address is */
	struct mutex_word word;
};

bool pi_parked_call(const struct look_task *task, const struct futex_call *call)
{
	struct futex_call sem_call;
	struct sem_word sem;

	return !(task->flags & TASK_COMPAT) && call->wait && call->bitset && !call->value &&
	       !call->timed && call->address > task->sp && call->address - task->sp < DEPTH_MOST &&
	       !sem_word_decode(task, &sem_call, &sem);
}

/* The owner of what the task locks by FUTEX_LOCK_PI, or NO_TASK. */
static uint32_t next_owner(const struct kind_context *context, uint32_t task)
{
	const struct look_task *waiter = &context->look->tasks[task];
	struct futex_call call;
	uint32_t word, owner = NO_TASK;

	if (!futex_call_decode(waiter, &call) || !call.lock_pi ||
	    !(waiter->object_flags & OBJECT_READ))
		return NO_TASK;
	memcpy(&word, waiter->object, sizeof(word));
	if (!(word & FUTEX_TID_MASK) || !owner_find(context, waiter, word & FUTEX_TID_MASK, &owner))
		return NO_TASK;
	return owner;
}

/* True if a chain of FUTEX_LOCK_PI leads from the owner back to the task. */
static bool closes_ring(const struct kind_context *context, uint32_t task, uint32_t owner)
{
	for (int i = 0; i < RING_MOST && owner != NO_TASK; i++) {
		if (owner == task)
			return true;
		owner = next_owner(context, owner);
	}
	return false;
}

static enum reason reason_of(const struct kind_context *context, const struct look_task *task,
			     const struct mutex_word *word)
{
	uint32_t owner = NO_TASK, self = look_find(context->look, task->tid);

	if (!owner_find(context, task, word->lock & FUTEX_TID_MASK, &owner))
		return REASON_NONE;
	if (owner == NO_TASK || context->look->tasks[owner].flags & TASK_DEAD)
		return word->kind & MUTEX_ROBUST ? REASON_NONE : REASON_DEAD;
	if (owner == self)
		return REASON_OWN;
	return closes_ring(context, self, owner) ? REASON_RING : REASON_NONE;
}

/* A mutex at that address that a task may be parked for. */
static bool read_mutex(const struct kind_context *context, const struct look_task *task,
		       const struct futex_call *call, uint64_t address, struct mutex_word *ret)
{
	if (address < USER_LEAST || address >= USER_END || address % sizeof(uint64_t))
		return false;
	if (probe_memory(context->probe, task->pid, address, ret, sizeof(*ret)) ||
	    !mutex_word_inherits(ret, call->private_key))
		return false;

	uint32_t type = ret->kind & MUTEX_TYPE;

	/* The others return the error. */
	return type != MUTEX_RECURSIVE && type != MUTEX_ERRORCHECK;
}

/* The best cause of all on the stack, and false if it is not the only one of its kind. */
static bool find_cause(const struct kind_context *context, const struct look_task *task,
		       const struct futex_call *call, struct cause *ret)
{
	uint64_t words[STACK_WORDS], start = task->sp & ~7ull;
	size_t count = STACK_WORDS;
	bool unique = false;

	/* The first thread of a program may sleep near the end of its stack. */
	while (count && probe_memory(context->probe, task->pid, start, words, count * 8))
		count /= 2;

	*ret = (struct cause){ 0 };
	for (size_t i = 0; i < count; i++) {
		struct mutex_word word;

		if (words[i] == ret->address || !read_mutex(context, task, call, words[i], &word))
			continue;

		enum reason reason = reason_of(context, task, &word);

		if (!reason || reason < ret->reason)
			continue;
		unique = reason > ret->reason;
		if (unique)
			*ret = (struct cause){ reason, words[i], start + i * 8, word };
	}
	return unique;
}

/* The mutex in private memory, or in that of a mapping: owner_resolve() asks the task for it. */
static bool mapped_like(const struct kind_context *context, const struct cause *cause,
			struct look_task *task)
{
	const struct mapping *mapping;

	task->object_flags = OBJECT_READ | OBJECT_MAPPED;
	if (probe_mapping(context->probe, task->pid, cause->address, &mapping))
		return false;
	if (mapping->flags & MAPPING_SHARED)
		task->object_flags |= OBJECT_SHARED;
	if (mapping->flags & MAPPING_FILE)
		task->object_flags |= OBJECT_FILE;
	task->object_dev = mapping->dev;
	task->object_inode = mapping->inode;
	task->object_nlink = mapping->nlink;
	task->object_offset = mapping->offset + cause->address - mapping->start;
	return true;
}

enum cost pi_parked_resolve(const struct kind_context *context, const struct look_task *task,
			    const struct futex_call *call, enum cost budget, struct wait_builder *b)
{
	struct cause cause;

	if (budget < COST_SEARCH)
		return COST_SEARCH;
	if (!find_cause(context, task, call, &cause)) {
		b->wait->kind = WAIT_FUTEX;
		return futex_kind.resolve(context, task, budget, b);
	}

	/* As if it waited for the mutex itself. */
	struct look_task as_waiter = *task;
	struct futex_call of_mutex = *call;
	struct owner_word word = { .address = cause.address,
				   .bytes = cause.word.lock,
				   .tid = cause.word.lock & FUTEX_TID_MASK,
				   .checked = true };

	if (!mapped_like(context, &cause, &as_waiter)) {
		wait_open(b, OPEN_UNREADABLE);
		return COST_DONE;
	}
	of_mutex.address = cause.address;
	futex_call_object(&as_waiter, &of_mutex, b);
	wait_saw_own_memory(b, task, cause.found_at, &cause.address, sizeof(cause.address),
			    "address of the mutex, on the stack of pthread_mutex_lock()");
	wait_saw_own_memory(b, task, cause.address, &cause.word, MUTEX_HEAD_LEN,
			    "pthread_mutex_t that FUTEX_LOCK_PI refused: lock with the owner's "
			    "tid, count, owner, users, kind");
	return owner_resolve(context, &as_waiter, &of_mutex, &word, budget, b);
}

void pi_parked_describe(const struct kind_context *context, const struct look_task *task, char *ret,
			size_t size)
{
	struct futex_call call;
	struct cause cause;

	if (futex_call_decode(task, &call) && find_cause(context, task, &call, &cause))
		snprintf(ret, size, "PI mutex 0x%" PRIx64, cause.address);
	else
		snprintf(ret, size, "PI mutex");
}
