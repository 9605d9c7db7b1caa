/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Locks that store no owner, but are known for what they are: musl's normal mutex
 * and the Mutex of Rust's standard library. They are taken and given back by a
 * thread that has their address meanwhile: the guard.
 */
#ifndef DLTRACE_GUARD_LOCK_H
#define DLTRACE_GUARD_LOCK_H

#include "core/kind.h"
#include "kinds/futex_call.h"

struct guard_lock {
	struct futex_call call;
	uint64_t address; /* of the lock, by which its holder knows it */
	/* Its guard is a value of the language: whoever holds it has its address. */
	bool guard_is_value;
	const char *name;
	const char *meaning; /* of the bytes at the address */
};

/*
 * True if the look's words are those of a task that sleeps until such a lock is given back, which
 * is taken. What is left to ask then costs COST_SEARCH.
 */
bool guard_lock_suspect(const struct look_task *task);
/* True if it is one. Asks at COST_SEARCH. */
bool guard_lock_decode(const struct kind_context *context, const struct look_task *task,
		       struct guard_lock *ret);
/* True if the task waits for the same word as the call, and for nothing else. */
bool guard_lock_same(const struct look_task *task, const struct guard_lock *lock);

#endif /* DLTRACE_GUARD_LOCK_H */
