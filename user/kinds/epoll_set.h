/* SPDX-License-Identifier: BSD-2-Clause */
/* What an epoll instance watches, and who may change that. */
#ifndef DLTRACE_EPOLL_SET_H
#define DLTRACE_EPOLL_SET_H

#include "kinds/watch.h"

/*
 * Adds edges to all who can make the epoll instance behind watch->fd ready, one that it watches in
 * its turn included. As watch_resolve(). *ret_count, if not NULL, is how many files it watches.
 */
enum cost epoll_watch(const struct kind_context *context, const struct look_task *task,
		      const struct watch *watch, enum cost budget, struct wait_builder *b,
		      bool *ret_wakes_itself);

#endif /* DLTRACE_EPOLL_SET_H */
