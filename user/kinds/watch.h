/* SPDX-License-Identifier: BSD-2-Clause */
/* One of several descriptors, any of which may end a wait. */
#ifndef DLTRACE_WATCH_H
#define DLTRACE_WATCH_H

#include "core/kind.h"

struct watch {
	int32_t fd;
	uint32_t events; /* POLLIN and the like; hang-up and errors are always reported */
	bool edge;	 /* only what is new is reported (EPOLLET) */
	uint32_t depth;	 /* epoll instances around it */
	/* How to show again that it is watched: a place in the task's memory, ... */
	uint64_t address;
	uint32_t length; /* 0: not there */
	const char *meaning;
	/* ... or a line of an epoll instance's fdinfo. */
	int32_t epoll; /* its descriptor; used if depth is not 0 */
};

/*
 * Adds edges to all who can bring one of the events; open if one is there, or may come from
 * outside. *ret_wakes_itself becomes true if only the process itself could act at the other end.
 * Returns the cost of the next question.
 */
enum cost watch_resolve(const struct kind_context *context, const struct look_task *task,
			const struct watch *watch, enum cost budget, struct wait_builder *b,
			bool *ret_wakes_itself);

#endif /* DLTRACE_WATCH_H */
