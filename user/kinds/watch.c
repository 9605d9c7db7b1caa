/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a poll, an epoll instance or a call on two descriptors watches, by the kind
 * of file. What is not in the table leads out of the model.
 */
#include "kinds/watch.h"

#include <asm/poll.h>
#include <inttypes.h>
#include <stdio.h>

#include "kinds/epoll_set.h"
#include "kinds/eventfd_users.h"
#include "kinds/file_call.h"
#include "kinds/file_name.h"
#include "kinds/pipe_ends.h"
#include "kinds/reasons.h"
#include "kinds/socket_ends.h"

#define IN_EVENTS  (POLLIN | POLLRDNORM)
#define OUT_EVENTS (POLLOUT | POLLWRNORM)

struct watcher {
	const struct kind_context *context;
	const struct look_task *task;
	const struct watch *watch;
	const struct open_file *file;
	struct wait_builder *b;
};

/* For the edge added last. */
static void saw_watch(const struct watcher *w)
{
	const struct watch *watch = w->watch;
	unsigned char bytes[8];
	char path[64];

	if (watch->depth) {
		snprintf(path, sizeof(path), "/proc/%u/fdinfo/%d", w->task->tid, watch->epoll);
		wait_saw_proc(w->b, path, "the epoll instance watches it", "tfd: %8d events: %8x",
			      watch->fd, watch->events);
	}
	if (!watch->length || watch->length > sizeof(bytes))
		return;
	if (!probe_memory(w->context->probe, w->task->pid, watch->address, bytes, watch->length))
		wait_saw_own_memory(w->b, w->task, watch->address, bytes, watch->length,
				    watch->meaning);
}

/* False if only the process itself could act at the other end, to wake itself. */
static bool watch_pipe_end(const struct watcher *w, enum pipe_end other, enum pipe_event event)
{
	bool others = pipe_end_edge(w->context, w->task, w->file, other,
				    w->watch->edge ? PIPE_HANGUP : event, w->b);

	saw_watch(w);
	return others;
}

static bool watch_pipe(const struct watcher *w)
{
	uint32_t events = w->watch->events;
	bool others = true;

	if (w->file->mode & PIPE_READ_END)
		others &= watch_pipe_end(w, PIPE_WRITE_END,
					 events & IN_EVENTS ? PIPE_DATA : PIPE_HANGUP);
	if (w->file->mode & PIPE_WRITE_END)
		others &= watch_pipe_end(w, PIPE_READ_END,
					 events & OUT_EVENTS ? PIPE_ROOM : PIPE_HANGUP);
	return others;
}

/* A pidfd becomes readable when its process has ended (pidfd_open(2)). */
static bool watch_process(const struct watcher *w)
{
	const struct process *process = look_process(w->context->look, w->file->target);

	if (!process || process_is_dead(w->context->look, process)) {
		wait_open(w->b, OPEN_BUSY);
		return true;
	}
	wait_edge_or_open(w->b, graph_process(w->context->graph, process),
			  process->ppid == w->task->pid ? RELATION_CHILD : RELATION_JOINS,
			  EDGE_CAN_END | EDGE_HOLDER);
	saw_watch(w);
	return true;
}

/* Both events are waited for at the same end: if either is there, the wait is over. */
static bool watch_socket(const struct watcher *w)
{
	uint32_t events = w->watch->events;
	bool in = events & (IN_EVENTS | POLLRDHUP), out = events & OUT_EVENTS;
	bool others = socket_edges(w->context, w->task, w->file,
				   in	 ? SOCKET_DATA
				   : out ? SOCKET_ROOM
					 : SOCKET_HANGUP,
				   w->watch->edge, w->b);

	saw_watch(w);
	if (in && out && !w->watch->edge && socket_has_room(w->context, w->file))
		wait_open(w->b, OPEN_BUSY);
	return others;
}

static bool watch_eventfd(const struct watcher *w)
{
	uint32_t events = w->watch->events;
	bool others = eventfd_edge(w->context, w->task, w->file, events & IN_EVENTS,
				   events & OUT_EVENTS, w->watch->edge, w->b);

	saw_watch(w);
	return others;
}

/* By enum file_kind; each as watch_pipe(). */
static bool (*const watch_of[FILE_KINDS])(const struct watcher *w) = {
	[FILE_PIPE] = watch_pipe,
	[FILE_PIDFD] = watch_process,
	[FILE_SOCKET] = watch_socket,
	[FILE_EVENTFD] = watch_eventfd,
};

enum cost watch_resolve(const struct kind_context *context, const struct look_task *task,
			const struct watch *watch, enum cost budget, struct wait_builder *b,
			bool *ret_wakes_itself)
{
	struct watcher w = { context, task, watch, NULL, b };
	int error = file_of_call(context, task, watch->fd, &w.file);

	if (error) {
		wait_open_error(b, error);
		return COST_DONE;
	}
	if (w.file->kind == FILE_EPOLL)
		return epoll_watch(context, task, watch, budget, b, ret_wakes_itself);
	if (w.file->kind >= FILE_KINDS || !watch_of[w.file->kind]) {
		wait_open_descriptor(context, task, watch->fd, w.file, b);
		return COST_DONE;
	}
	if (budget < COST_TABLE && w.file->kind != FILE_PIDFD)
		return COST_TABLE;
	*ret_wakes_itself |= !watch_of[w.file->kind](&w);
	return COST_DONE;
}
