/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An epoll instance is ready when a file that it watches is; each is judged as in
 * a poll. One that was reported once and is not armed again (EPOLLONESHOT) brings
 * nothing, not even a hang-up (fs/eventpoll.c: ep_send_events()). With EPOLLET
 * only what is new counts, whatever there is to read.
 *
 * Whoever holds the instance may also have it watch something else that is ready
 * (epoll_ctl(2)): the waiter's process itself, and, as anonymous files have one
 * inode, all whose description it is.
 */
#include "kinds/epoll_set.h"
#include "kinds/file_call.h"

#include <errno.h>

#include <linux/eventpoll.h>

#include "kinds/holders.h"
#include "kinds/reasons.h"

#define DEPTH_MOST 5 /* fs/eventpoll.c: EP_MAX_NESTS is 4 */
/* Nothing that is said later changes that the wait is open, nor is it a better reason. */
#define KNOWN_WAYS_ON ~(OPEN_SOFT_HELD | OPEN_IGNORANCE)
/* How an event is reported, and not which. */
#define HOW_EVENTS (EPOLLWAKEUP | EPOLLONESHOT | EPOLLET | EPOLLEXCLUSIVE)

/* An edge to those who may change what is watched. */
static void changers_edge(const struct kind_context *context, const struct look_task *task,
			  const struct open_file *file, struct wait_builder *b)
{
	const struct open_file *own, *first;
	struct answer answer;
	int64_t found;
	int error = probe_holders(context->probe, file->dev, file->inode, &answer);

	if (error) {
		wait_open_error(b, error);
		return;
	}
	own = holders_own(&answer, task, file->fd);
	if (!own || !own->description) {
		wait_open(b, OPEN_CENSUS);
		return;
	}

	const struct holder_filter filter = { .mode = 3, .description = own->description };
	uint32_t table = file_table(context->look, task);
	uint32_t node = graph_find_group(context->graph, GROUP_EPOLL, table, (uint64_t)file->fd);

	if (node == NO_NODE)
		node = holders_group(context, GROUP_EPOLL, table, (uint64_t)file->fd, &answer,
				     &filter, &found, &first);
	wait_edge_or_open(b, node, RELATION_MAY_WAKE, EDGE_CAN_END);
}

static enum cost watch_target(const struct kind_context *context, const struct look_task *task,
			      const struct watch *outer, const struct epoll_target *target,
			      enum cost budget, struct wait_builder *b, bool *ret_wakes_itself)
{
	const struct watch watch = {
		.fd = target->fd,
		.events = target->events,
		.edge = outer->edge || target->events & EPOLLET,
		.depth = outer->depth + 1,
		.epoll = outer->fd,
	};

	if (!(target->events & ~HOW_EVENTS))
		return COST_DONE;
	/* Added by a number that now is another file's, or in another process. */
	if (!target->is_file) {
		wait_open(b, OPEN_UNREADABLE);
		return COST_DONE;
	}
	return watch_resolve(context, task, &watch, budget, b, ret_wakes_itself);
}

enum cost epoll_watch(const struct kind_context *context, const struct look_task *task,
		      const struct watch *watch, enum cost budget, struct wait_builder *b,
		      bool *ret_wakes_itself)
{
	const struct open_file *file;
	enum cost next = COST_DONE;
	struct answer answer;
	int error = file_of_call(context, task, watch->fd, &file);

	if (!error)
		error = probe_epoll(context->probe, file_table(context->look, task), watch->fd,
				    &answer);
	if (error || answer.partial || watch->depth >= DEPTH_MOST) {
		wait_open_error(b, error ? error : -E2BIG);
		return COST_DONE;
	}

	const struct epoll_target *targets = answer.items;

	for (uint32_t i = 0; i < answer.count; i++) {
		enum cost more = watch_target(context, task, watch, &targets[i], budget, b,
					      ret_wakes_itself);

		/* A server has thousands of files, which all say the same. */
		if (b->wait->open & KNOWN_WAYS_ON)
			return COST_DONE;
		if (more)
			next = more;
	}
	if (budget < COST_TABLE)
		return COST_TABLE;
	changers_edge(context, task, file, b);
	return next;
}
