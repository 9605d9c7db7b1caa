/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * musl's pthread_mutex_t (src/internal/pthread_impl.h, 64 bits) of the types that
 * name their owner: recursive, error checking and robust ones. A normal one says
 * EBUSY where these have a tid, so nothing tells who has it; one that inherits
 * priorities is waited for by FUTEX_LOCK_PI (pi_mutex.c).
 */
#ifndef DLTRACE_MUSL_MUTEX_H
#define DLTRACE_MUSL_MUTEX_H

#include "core/kind.h"
#include "kinds/futex_call.h"

struct musl_mutex {
	uint32_t type;
	uint32_t lock; /* owner's tid and the flags of linux/futex.h */
	uint32_t waiters;
	uint32_t unused[2];
	uint32_t count; /* of a recursive one: how often its owner took it again */
	uint64_t prev;	/* address of the word that leads to `next`: a link, or the list's head */
	uint64_t next;
};

struct musl_mutex_wait {
	struct futex_call call;
	struct musl_mutex mutex;
	uint64_t address;
	uint32_t owner; /* tid in the waiter's PID namespace; 0: none now */
};

/* True if the task sleeps in pthread_mutex_lock() or a timed one on such a mutex. */
bool musl_mutex_decode(const struct kind_context *context, const struct look_task *task,
		       struct musl_mutex_wait *ret);
/* True if the task is a thread of musl, by its own control block. Asks at COST_READ. */
bool musl_is_thread(const struct kind_context *context, const struct look_task *task);
bool musl_mutex_is_robust(const struct musl_mutex_wait *wait);
/* Who can end that wait; returns the cost of the next question. */
enum cost musl_mutex_resolve(const struct kind_context *context, const struct look_task *task,
			     const struct musl_mutex_wait *wait, enum cost budget,
			     struct wait_builder *b);

#endif /* DLTRACE_MUSL_MUTEX_H */
