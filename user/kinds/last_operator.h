/* SPDX-License-Identifier: BSD-2-Clause */
/* Whoever used a System V object last, as the one who is expected to use it again. */
#ifndef DLTRACE_LAST_OPERATOR_H
#define DLTRACE_LAST_OPERATOR_H

#include "core/kind.h"

/*
 * Anybody with the permission may operate on the object at any time, so the wait is open. But if
 * `last`, the process that did so last, lives, is not the waiter, and nobody else is known to use
 * the object, custom expects it of that process: an edge. Otherwise the wait is open by custom,
 * too. others: another living process is known to use it. True if there is an edge, to which
 * evidence may be added.
 */
bool last_operator_edge(const struct kind_context *context, const struct look_task *task,
			uint32_t last, bool others, enum relation relation, struct wait_builder *b);

/*
 * The number of other processes' tasks asleep in such a call (mask of CALL_BIT()) on the
 * object of that id, at most `most`; they go to ret_tasks. Each counts: threads of one process may
 * wait for different things.
 */
uint32_t operators_asleep(const struct kind_context *context, const struct look_task *task,
			  uint64_t calls, const struct look_task **ret_tasks, uint32_t most);

#endif /* DLTRACE_LAST_OPERATOR_H */
