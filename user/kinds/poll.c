/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * poll() and select(), on pipes and on processes. Each descriptor's event ends
 * the wait, so its wakers are those of all of them together; one descriptor that
 * leads out of the model opens it.
 *
 * Nothing but a timer is said before the tables are read: the holders of the
 * pipes' other ends are responsible whatever else could end the wait.
 */
#include <asm/poll.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "kinds/kinds.h"
#include "kinds/pause.h"
#include "kinds/pipe_ends.h"
#include "kinds/poll_set.h"
#include "kinds/reasons.h"
#include "kinds/signals.h"

static bool is_timed(const struct look_task *task)
{
	switch (call_of(task)) {
	case CALL_POLL:
		return (int32_t)task->args[2] >= 0;
	case CALL_PPOLL:
		return task->args[2];
	default:
		return task->args[4];
	}
}

/*
 * Whether the call unblocks signals while it sleeps. pselect6() takes a pointer to the mask's
 * address and size, which the C library always passes (select(2)). 0 or -errno.
 */
static int has_mask(const struct probe *probe, const struct look_task *task, bool *ret)
{
	uint64_t mask = 0;
	int error = 0;

	if (call_of(task) == CALL_PPOLL)
		mask = task->args[3];
	else if (call_of(task) == CALL_PSELECT && task->args[5])
		error = probe_memory(probe, task->pid, task->args[5], &mask, sizeof(mask));
	if (error)
		return error;
	*ret = mask;
	return 0;
}

static enum cost resolve_signals(const struct kind_context *context, const struct look_task *task,
				 enum cost budget, struct wait_builder *b)
{
	bool mask = true;
	int error = has_mask(context->probe, task, &mask);

	if (error)
		wait_open_error(b, error);
	return signals_resolve(context, task, budget, b, mask ? HANDLER_ENDS_ANY : HANDLER_MAY_END);
}

static void saw_watch(const struct kind_context *context, const struct look_task *task,
		      const struct poll_watch *watch, struct wait_builder *b)
{
	bool polls = call_of(task) == CALL_POLL || call_of(task) == CALL_PPOLL;
	/* Not revents, which is written when the call returns. */
	size_t length = polls ? 6 : 8;
	unsigned char bytes[8];

	if (!probe_memory(context->probe, task->pid, watch->address, bytes, length))
		wait_saw_own_memory(b, task, watch->address, bytes, length,
				    polls ? "struct pollfd: descriptor and events"
					  : "the descriptor's word in the fd_set");
}

/* False if only the process itself could act at the other end, to wake itself. */
static bool watch_pipe(const struct kind_context *context, const struct look_task *task,
		       const struct poll_watch *watch, const struct open_file *file,
		       struct wait_builder *b)
{
	bool others = true;

	if (file->mode & PIPE_READ_END) {
		others &= pipe_end_edge(
			context, task, file, PIPE_WRITE_END,
			watch->events & (POLLIN | POLLRDNORM) ? PIPE_DATA : PIPE_HANGUP, b);
		saw_watch(context, task, watch, b);
	}
	if (file->mode & PIPE_WRITE_END) {
		others &= pipe_end_edge(
			context, task, file, PIPE_READ_END,
			watch->events & (POLLOUT | POLLWRNORM) ? PIPE_ROOM : PIPE_HANGUP, b);
		saw_watch(context, task, watch, b);
	}
	return others;
}

/* A pidfd becomes readable when its process has ended (pidfd_open(2)). */
static void watch_process(const struct kind_context *context, const struct look_task *task,
			  const struct poll_watch *watch, const struct open_file *file,
			  struct wait_builder *b)
{
	const struct process *process = look_process(context->look, file->target);

	if (!process || process_is_dead(context->look, process)) {
		wait_open(b, OPEN_BUSY);
		return;
	}
	wait_edge_or_open(b, graph_process(context->graph, process),
			  process->ppid == task->pid ? RELATION_CHILD : RELATION_JOINS,
			  EDGE_CAN_END | EDGE_HOLDER);
	saw_watch(context, task, watch, b);
}

/* Returns the cost of the next question about this descriptor; *ret_wakes_itself as above. */
static enum cost resolve_watch(const struct kind_context *context, const struct look_task *task,
			       const struct poll_watch *watch, enum cost budget,
			       struct wait_builder *b, bool *ret_wakes_itself)
{
	const struct open_file *file;
	int error = probe_descriptor(context->probe, task->pid, watch->fd, &file);

	if (error) {
		wait_open_error(b, error);
	} else if (file->kind == FILE_PIPE) {
		if (budget < COST_TABLE)
			return COST_TABLE;
		*ret_wakes_itself |= !watch_pipe(context, task, watch, file, b);
	} else if (file->kind == FILE_PIDFD) {
		watch_process(context, task, watch, file, b);
	} else {
		wait_open_file(b, file->kind);
	}
	return COST_DONE;
}

/* Reasons with which custom does not reckon must wait until the holders are known. */
static bool is_cleared(const struct wait_builder *b)
{
	return b->wait->open & ~OPEN_SOFT_HELD;
}

static enum cost poll_resolve(const struct kind_context *context, const struct look_task *task,
			      enum cost budget, struct wait_builder *b)
{
	__attribute__((cleanup(poll_set_deinit))) struct poll_set set = { 0 };
	enum cost next = COST_DONE;
	bool wakes_itself = false;

	if (is_timed(task)) {
		wait_open(b, OPEN_TIMED);
		return COST_DONE;
	}
	if (budget < COST_READ)
		return COST_READ;

	int error = poll_set_read(context->probe, task, &set);

	if (error) {
		wait_open_error(b, error);
		return COST_DONE;
	}
	if (!set.count)
		return pause_until_signal(context, task, budget, b);
	wait_object(b, task->start_ns, task->tid, 0);
	for (size_t i = 0; i < set.count; i++) {
		enum cost more =
			resolve_watch(context, task, &set.items[i], budget, b, &wakes_itself);

		if (is_cleared(b))
			return COST_DONE;
		if (more)
			next = more;
	}
	/* Then others are not alone responsible, and a handler counts. */
	if (wakes_itself)
		b->wait->held = 0;
	return next ? next : resolve_signals(context, task, budget, b);
}

static void describe_first(const struct kind_context *context, const struct look_task *task,
			   const struct poll_set *set, char *ret, size_t size)
{
	const struct open_file *file;
	char more[32] = "";

	if (set->count > 1)
		snprintf(more, sizeof(more), " and %zu more", set->count - 1);
	if (probe_descriptor(context->probe, task->pid, set->items[0].fd, &file))
		snprintf(ret, size, "descriptor %d%s", set->items[0].fd, more);
	else if (file->kind == FILE_PIDFD)
		snprintf(ret, size, "process %u%s", file->target, more);
	else
		snprintf(ret, size, "%s %" PRIu64 "%s", file_kind_name(file->kind),
			 (uint64_t)file->inode, more);
}

static void poll_describe(const struct kind_context *context, const struct look_task *task,
			  char *ret, size_t size)
{
	__attribute__((cleanup(poll_set_deinit))) struct poll_set set = { 0 };

	if (poll_set_read(context->probe, task, &set))
		snprintf(ret, size, "descriptors");
	else if (!set.count)
		snprintf(ret, size, "no descriptor");
	else
		describe_first(context, task, &set, ret, size);
}

static bool poll_recognise(const struct kind_context *context, const struct look_task *task)
{
	enum call call = call_of(task);

	(void)context;
	return call == CALL_POLL || call == CALL_PPOLL;
}

static bool select_recognise(const struct kind_context *context, const struct look_task *task)
{
	enum call call = call_of(task);

	(void)context;
	return call == CALL_SELECT || call == CALL_PSELECT;
}

static const char *const poll_wchan[] = { "poll_schedule_timeout", "do_poll", "do_sys_poll", NULL };
static const char *const select_wchan[] = { "poll_schedule_timeout", "do_select", "core_sys_select",
					    NULL };

const struct kind poll_kind = {
	.kind = WAIT_POLL,
	.wchan = poll_wchan,
	.recognise = poll_recognise,
	.resolve = poll_resolve,
	.describe = poll_describe,
};

const struct kind select_kind = {
	.kind = WAIT_SELECT,
	.wchan = select_wchan,
	.recognise = select_recognise,
	.resolve = poll_resolve,
	.describe = poll_describe,
};
