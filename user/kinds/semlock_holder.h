/* SPDX-License-Identifier: BSD-2-Clause */
/* Who holds a multiprocessing lock. See semlock_holder.c for the rule. */
#ifndef DLTRACE_SEMLOCK_HOLDER_H
#define DLTRACE_SEMLOCK_HOLDER_H

#include "core/kind.h"
#include "kinds/semlock_object.h"

enum semlock_state {
	SEMLOCK_NOT_KNOWN, /* a semaphore, a baton, or not all could be read */
	SEMLOCK_HELD,
	SEMLOCK_ORPHANED, /* its holder has died */
};

struct semlock_holder {
	enum semlock_state state;
	bool recursive;
	uint32_t node;		     /* SEMLOCK_HELD: a thread, or a process */
	const struct semlock *taken; /* SEMLOCK_HELD: the object that says so, in the list */
};

/*
 * Finds the objects of the semaphore that the task sleeps on (its value being 0) in every process
 * that maps it, and judges by them. Asks at COST_SEARCH. list is empty at first and then holds
 * whatever was found.
 */
struct semlock_holder semlock_holder_find(const struct kind_context *context,
					  const struct look_task *task, struct semlock_list *list);

#endif /* DLTRACE_SEMLOCK_HOLDER_H */
