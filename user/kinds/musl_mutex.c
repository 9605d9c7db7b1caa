/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A word with a tid and a flag is not yet a mutex, and musl's has no magic number.
 * What makes it one: the waiter is a thread of musl, by its own control block; the
 * type is a legal one that has owners; and the mutex is on the list of what its
 * owner holds, on which musl keeps all of these types, not only robust ones
 * (src/thread/pthread_mutex_trylock.c). The list is linked both ways, so the word
 * to which `prev` points must lead back. In the moment in which the owner has the
 * lock and has not linked it yet, it is taken for a bare futex.
 *
 * A thread that ends gives what is on its list the word FUTEX_OWNER_DIED, wakes a
 * waiter and unlinks nothing (src/thread/pthread_create.c: pthread_exit()). A
 * robust mutex is then taken over. Any other stays so for ever: to lock it one
 * waits, and to unlock it is forbidden to all but the owner that there was.
 */
#include "kinds/musl_mutex.h"

#include <linux/futex.h>
#include <stddef.h>
#include <string.h>

#include "kinds/mappers.h"
#include "kinds/mutex_word.h"
#include "kinds/owner.h"
#include "kinds/reasons.h"

_Static_assert(sizeof(struct musl_mutex) == 40, "as musl has it");

#define LOCK_OFFSET offsetof(struct musl_mutex, lock)
#define NEXT_OFFSET offsetof(struct musl_mutex, next)

/* PTHREAD_MUTEX_RECURSIVE, _ERRORCHECK, and the bits of src/thread/pthread_mutexattr_set*.c */
#define TYPE_CUSTOM    3 /* normal, recursive, error checking */
#define TYPE_RECURSIVE 1
#define TYPE_ROBUST    4
#define TYPE_PSHARED   128
#define TYPE_LEGAL     (TYPE_CUSTOM | TYPE_ROBUST | TYPE_PSHARED)

#define NOT_RECOVERABLE FUTEX_TID_MASK /* in place of a tid */

/* struct pthread, 1.1.17 and later, where the thread pointer leads to its start */
#define THREAD_TID 48

/* Not known where struct pthread lies below the thread pointer, by its size, which varies. */
bool musl_is_thread(const struct kind_context *context, const struct look_task *task)
{
#if defined(__x86_64__)
	uint32_t tid = task->ns_level ? task->ns_tid : task->tid;
	uint64_t self;
	uint32_t told;

	return task->thread_pointer &&
	       !probe_memory(context->probe, task->pid, task->thread_pointer, &self,
			     sizeof(self)) &&
	       self == task->thread_pointer &&
	       !probe_memory(context->probe, task->pid, self + THREAD_TID, &told, sizeof(told)) &&
	       told == tid;
#else
	(void)context;
	(void)task;
	return false;
#endif
}

static bool call_legal(const struct look_task *task, const struct futex_call *call)
{
	return !(task->flags & TASK_COMPAT) && task->object_flags & OBJECT_READ && call->wait &&
	       !call->bitset && call->value & FUTEX_WAITERS &&
	       call->address % sizeof(uint64_t) == LOCK_OFFSET;
}

static bool type_legal(const struct musl_mutex *mutex, bool private_key)
{
	uint32_t custom = mutex->type & TYPE_CUSTOM;

	if (mutex->type & ~TYPE_LEGAL || custom == TYPE_CUSTOM)
		return false;
	/* A normal one has an owner only if it is robust. */
	if (!custom && !(mutex->type & TYPE_ROBUST))
		return false;
	return !(mutex->type & TYPE_PSHARED) == private_key;
}

static bool counts_legal(const struct musl_mutex *mutex)
{
	return mutex->waiters && mutex->waiters <= MUTEX_TID_MOST &&
	       mutex->count <= (mutex->type & TYPE_RECURSIVE ? INT32_MAX : 0);
}

static bool is_linked(const struct kind_context *context, const struct look_task *task,
		      const struct musl_mutex_wait *wait)
{
	uint64_t link;

	return !probe_memory(context->probe, task->pid, wait->mutex.prev, &link, sizeof(link)) &&
	       link == wait->address + NEXT_OFFSET;
}

static bool owner_legal(const struct kind_context *context, const struct look_task *task,
			const struct musl_mutex_wait *wait)
{
	if (!wait->owner)
		return true;
	if (wait->owner > MUTEX_TID_MOST)
		return false;
	/* Those two do not wait for their own. */
	if (wait->mutex.type & TYPE_CUSTOM &&
	    wait->owner == (task->ns_level ? task->ns_tid : task->tid))
		return false;
	return is_linked(context, task, wait);
}

bool musl_mutex_decode(const struct kind_context *context, const struct look_task *task,
		       struct musl_mutex_wait *ret)
{
	struct musl_mutex_wait wait;

	if (!futex_call_decode(task, &wait.call) || !call_legal(task, &wait.call))
		return false;
	wait.address = wait.call.address - LOCK_OFFSET;
	if (probe_memory(context->probe, task->pid, wait.address, &wait.mutex, sizeof(wait.mutex)))
		return false;
	/* It changed since the look. */
	if (memcmp(task->object, &wait.mutex.lock, sizeof(wait.mutex.lock)))
		return false;
	wait.owner = wait.mutex.lock & FUTEX_TID_MASK;
	if (wait.owner == NOT_RECOVERABLE)
		wait.owner = 0;
	if (!type_legal(&wait.mutex, wait.call.private_key) || !counts_legal(&wait.mutex) ||
	    !owner_legal(context, task, &wait) || !musl_is_thread(context, task))
		return false;
	*ret = wait;
	return true;
}

bool musl_mutex_is_robust(const struct musl_mutex_wait *wait)
{
	return wait->mutex.type & TYPE_ROBUST;
}

/* Its owner ended without giving it back, and the word no longer says who that was. */
static bool is_abandoned(const struct musl_mutex_wait *wait)
{
	return (wait->mutex.lock & ~FUTEX_WAITERS) == FUTEX_OWNER_DIED &&
	       !musl_mutex_is_robust(wait);
}

static void saw_mutex(const struct look_task *task, const struct musl_mutex_wait *wait,
		      struct wait_builder *b)
{
	uint64_t link = wait->address + NEXT_OFFSET;

	wait_saw_own_memory(b, task, wait->address, &wait->mutex, sizeof(wait->mutex),
			    "musl's pthread_mutex_t: type, lock with the owner's tid, waiters, "
			    "count, links");
	if (wait->owner)
		wait_saw_own_memory(b, task, wait->mutex.prev, &link, sizeof(link),
				    "the list of what the owner holds leads to the mutex");
}

enum cost musl_mutex_resolve(const struct kind_context *context, const struct look_task *task,
			     const struct musl_mutex_wait *wait, enum cost budget,
			     struct wait_builder *b)
{
	if (wait->call.timed) {
		wait_open(b, OPEN_TIMED);
		return COST_DONE;
	}
	futex_call_object(task, &wait->call, b);
	saw_mutex(task, wait, b);
	if (is_abandoned(wait)) {
		wait_edge_or_open(b, graph_dead(context->graph, b->wait->object, DEAD_UNNAMED),
				  RELATION_HOLDS, EDGE_CAN_END | EDGE_HOLDER);
		wait_saw_own_memory(b, task, wait->call.address, &wait->mutex.lock,
				    sizeof(wait->mutex.lock),
				    "the owner ended and left it taken: FUTEX_OWNER_DIED");
		return COST_DONE;
	}
	/* Given back, or to be taken over: somebody was woken. */
	if (!wait->owner)
		return futex_wakers(context, task, &wait->call, budget, b, RELATION_MAY_WAKE);

	struct owner_word owner = { .address = wait->call.address,
				    .bytes = wait->mutex.lock,
				    .tid = wait->owner,
				    .checked = true };

	return owner_resolve(context, task, &wait->call, &owner, budget, b);
}
