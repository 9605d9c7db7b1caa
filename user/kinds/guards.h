/* SPDX-License-Identifier: BSD-2-Clause */
/* Who holds a lock that stores no owner, by what lies on the stacks of its process. */
#ifndef DLTRACE_GUARDS_H
#define DLTRACE_GUARDS_H

#include "core/kind.h"

struct guard_lock;

/* Adds who holds the lock, and who may, as far as the stacks tell. Asks at COST_SEARCH. */
void guards_edges(const struct kind_context *context, const struct look_task *task,
		  const struct guard_lock *lock, struct wait_builder *b);

#endif /* DLTRACE_GUARDS_H */
