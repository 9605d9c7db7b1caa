/* SPDX-License-Identifier: BSD-2-Clause */
/* The children of a process as wakers. */
#ifndef DLTRACE_CHILDREN_H
#define DLTRACE_CHILDREN_H

#include "core/kind.h"

/* True if a thread of the task's process traces others, whose stops it also hears of. */
bool children_traced(const struct kind_context *context, const struct look_task *task);
/* True if a child has ended and was not reaped. */
bool children_ended(const struct kind_context *context, const struct look_task *task);
/*
 * One edge to the only child, or to the group of all, with the evidence for it; nothing if there
 * are none. Returns how many there are.
 */
uint32_t children_edge(const struct kind_context *context, const struct look_task *task,
		       struct wait_builder *b, enum relation relation, unsigned int flags);
/* An edge to this process, which is a child of the task's, with the evidence for it. */
void child_edge(const struct kind_context *context, const struct look_task *task,
		const struct process *child, struct wait_builder *b, enum relation relation,
		unsigned int flags);

#endif /* DLTRACE_CHILDREN_H */
