/* SPDX-License-Identifier: BSD-2-Clause */
/* Who holds an eventfd, as wakers of whoever waits for its counter. */
#ifndef DLTRACE_EVENTFD_USERS_H
#define DLTRACE_EVENTFD_USERS_H

#include "core/kind.h"

/*
 * One edge to all processes that hold the eventfd that the file (as probe_descriptor() gave it) is,
 * counted, with the evidence. in, out: what is waited for is a counter above 0, or below its limit;
 * open if that is so already (unless only what is new counts: edge), or if the kernel has a hand
 * in it. False if only the waiter's own process holds it. Asks at COST_TABLE.
 */
bool eventfd_edge(const struct kind_context *context, const struct look_task *task,
		  const struct open_file *file, bool in, bool out, bool edge,
		  struct wait_builder *b);

#endif /* DLTRACE_EVENTFD_USERS_H */
