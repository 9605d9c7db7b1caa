/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * splice, tee, vmsplice and sendfile: what comes in on one descriptor goes out on
 * another. The task sleeps until there is something to read, or until there is
 * room; which of the two, the descriptors tell: a side that is ready is not what
 * it sleeps for. If both are not, each alone may be, and both sides' wakers count.
 */
#include <asm/poll.h>
#include <stdio.h>

#include "kinds/file_call.h"
#include "kinds/kinds.h"
#include "kinds/reasons.h"
#include "kinds/signals.h"
#include "kinds/socket_ends.h"
#include "kinds/watch.h"

/* Of vmsplice() the pipe's end says which way data goes: it reads from a pipe, or fills it. */
static uint32_t side_events(const struct open_file *file, uint32_t events)
{
	if (events != (POLLIN | POLLOUT))
		return events;
	return file->mode & 2 ? POLLOUT : POLLIN;
}

static void side_resolve(const struct kind_context *context, const struct look_task *task,
			 const struct file_side *side, const struct open_file *file,
			 struct wait_builder *b)
{
	const struct watch watch = { .fd = side->fd, .events = side_events(file, side->events) };
	bool wakes_itself = false;

	watch_resolve(context, task, &watch, COST_TABLE, b, &wakes_itself);
}

/* Tried on a wait that is then forgotten: nothing but the event itself may have opened it. */
static bool side_is_ready(const struct kind_context *context, const struct look_task *task,
			  const struct file_side *side, const struct open_file *file,
			  const struct wait_builder *b)
{
	struct wait wait = *b->wait;
	struct wait_builder trial = { .graph = b->graph, .wait = &wait };
	uint32_t edge_count = b->graph->edge_count;

	wait.open = 0;
	side_resolve(context, task, side, file, &trial);
	b->graph->edge_count = edge_count;
	return wait.open == OPEN_BIT(OPEN_BUSY);
}

static enum cost splice_resolve(const struct kind_context *context, const struct look_task *task,
				enum cost budget, struct wait_builder *b)
{
	struct file_side sides[FILE_CALL_SIDES];
	uint32_t count = file_call_sides(task, sides), ready = 0;

	if (budget < COST_TABLE)
		return COST_TABLE;
	wait_object(b, task->start_ns, task->tid, 0);
	for (uint32_t i = 0; i < count; i++) {
		const struct open_file *file;
		int error = file_of_call(context, task, sides[i].fd, &file);

		if (error) {
			wait_open_error(b, error);
		} else if (file->kind == FILE_REGULAR ||
			   side_is_ready(context, task, &sides[i], file, b)) {
			ready++;
		} else {
			side_resolve(context, task, &sides[i], file, b);
			if (file->kind == FILE_SOCKET)
				socket_open_if_timed(context, file, sides[i].events == POLLIN, b);
		}
	}
	if (ready == count)
		wait_open(b, OPEN_BUSY);
	return signals_resolve(context, task, budget, b, HANDLER_MAY_END);
}

static void splice_describe(const struct kind_context *context, const struct look_task *task,
			    char *ret, size_t size)
{
	struct file_side sides[FILE_CALL_SIDES] = { 0 };
	uint32_t count = file_call_sides(task, sides);

	(void)context;
	if (count > 1)
		snprintf(ret, size, "from descriptor %d to descriptor %d", sides[0].fd,
			 sides[1].fd);
	else
		snprintf(ret, size, "descriptor %d", sides[0].fd);
}

static bool splice_recognise(const struct kind_context *context, const struct look_task *task)
{
	(void)context;
	switch (call_of(task)) {
	case CALL_SPLICE:
	case CALL_TEE:
	case CALL_VMSPLICE:
	case CALL_SENDFILE:
		return true;
	default:
		return false;
	}
}

/* fs/splice.c, fs/pipe.c; and whatever a socket sleeps in when it is spliced */
static const char *const splice_wchan[] = {
	"ipipe_prep",
	"opipe_prep",
	"wait_for_space",
	"splice_",
	"pipe_wait",
	"do_splice",
	"do_tee",
	"vmsplice",
	"unix_stream_",
	"sk_wait_data",
	"sk_stream_wait_memory",
	"sock_alloc_send_pskb",
	"wait_woken",
	"anon_pipe_",
	NULL,
};

const struct kind splice_kind = {
	.kind = WAIT_SPLICE,
	.wchan = splice_wchan,
	.recognise = splice_recognise,
	.resolve = splice_resolve,
	.describe = splice_describe,
};
