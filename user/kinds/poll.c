/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * poll() and select(). Each descriptor's event ends
 * the wait, so its wakers are those of all of them together; one descriptor that
 * leads out of the model opens it.
 *
 * Nothing but a timer is said before the tables are read: the holders of the
 * pipes' other ends are responsible whatever else could end the wait.
 */
#include <errno.h>
#include <stdio.h>

#include "kinds/file_name.h"
#include "kinds/file_call.h"
#include "kinds/kinds.h"
#include "kinds/pause.h"
#include "kinds/poll_set.h"
#include "kinds/reasons.h"
#include "kinds/signals.h"
#include "kinds/watch.h"

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

/* Not revents, which is written when the call returns. */
static struct watch watch_of(const struct look_task *task, const struct poll_watch *item)
{
	bool polls = call_of(task) == CALL_POLL || call_of(task) == CALL_PPOLL;

	return (struct watch){
		.fd = item->fd,
		.events = item->events,
		.address = item->address,
		.length = polls ? 6 : 8,
		.meaning = polls ? "struct pollfd: descriptor and events"
				 : "the descriptor's word in the fd_set",
	};
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
		const struct watch watch = watch_of(task, &set.items[i]);
		enum cost more = watch_resolve(context, task, &watch, budget, b, &wakes_itself);

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
	char more[32] = "", name[128];

	if (set->count > 1)
		snprintf(more, sizeof(more), " and %zu more", set->count - 1);
	if (file_of_call(context, task, set->items[0].fd, &file)) {
		snprintf(ret, size, "descriptor %d%s", set->items[0].fd, more);
	} else if (file->kind == FILE_PIDFD) {
		snprintf(ret, size, "process %u%s", file->target, more);
	} else {
		file_describe(context, task, set->items[0].fd, file, name, sizeof(name));
		snprintf(ret, size, "%s%s", name, more);
	}
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
