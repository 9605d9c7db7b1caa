/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * msgrcv() on a queue without a fitting message, and msgsnd() to a full one.
 * Whoever has the permission may send or receive; custom expects it of whoever
 * did so last (msg_lspid, msg_lrpid: ipc/msg.c).
 */
#include <inttypes.h>
#include <stdio.h>

#include "kinds/kinds.h"
#include "kinds/last_operator.h"
#include "kinds/reasons.h"
#include "kinds/signals.h"

#define USERS_MOST 64
#define MSG_CALLS  (CALL_BIT(CALL_MSGRCV) | CALL_BIT(CALL_MSGSND))

/* What is waited for is there. */
static bool is_ready(const struct look_task *task, const struct sysv_queue *queue)
{
	if (call_of(task) == CALL_MSGSND)
		return queue->bytes + task->args[2] <= queue->limit &&
		       1 + (uint64_t)queue->messages <= queue->limit;
	return queue->messages && !task->args[3]; /* msgtyp 0: any message */
}

/* Others' ids may be those of another IPC namespace; who cannot be asked counts as a user. */
static bool is_same_queue(const struct kind_context *context, const struct look_task *other,
			  const struct sysv_queue *queue)
{
	const struct sysv_queue *theirs;

	return probe_queue(context->probe, other->pid, (uint32_t)other->args[0], &theirs) ||
	       theirs->space == queue->space;
}

static bool has_other_users(const struct kind_context *context, const struct look_task *task,
			    const struct sysv_queue *queue, uint32_t last)
{
	const struct look_task *users[USERS_MOST];
	uint32_t count = operators_asleep(context, task, MSG_CALLS, users, USERS_MOST);

	for (uint32_t i = 0; i < count; i++)
		/* one who waits for the same thing does not bring it */
		if (users[i]->pid != last && call_of(users[i]) != call_of(task) &&
		    is_same_queue(context, users[i], queue))
			return true;
	return count == USERS_MOST;
}

static enum cost sysv_msg_resolve(const struct kind_context *context, const struct look_task *task,
				  enum cost budget, struct wait_builder *b)
{
	bool receives = call_of(task) == CALL_MSGRCV;
	const struct sysv_queue *queue;

	if (budget < COST_TABLE)
		return COST_TABLE;

	int err = probe_queue(context->probe, task->pid, (uint32_t)task->args[0], &queue);

	if (err) {
		wait_open_error(b, err);
		return COST_DONE;
	}
	if (is_ready(task, queue)) {
		wait_open(b, OPEN_BUSY);
		return COST_DONE;
	}

	uint32_t last = receives ? queue->sender : queue->receiver;

	wait_object(b, queue->space, (uint32_t)task->args[0], 2 + receives);
	if (last_operator_edge(context, task, last, has_other_users(context, task, queue, last),
			       receives ? RELATION_WRITER : RELATION_READER, b)) {
		char what[96];

		snprintf(what, sizeof(what), "last %s of message queue %" PRIu32,
			 receives ? "sender" : "receiver", (uint32_t)task->args[0]);
		wait_saw_count(b, what, last, last, "the process that used it last");
	}
	return signals_resolve(context, task, budget, b, HANDLER_MAY_END);
}

static void sysv_msg_describe(const struct kind_context *context, const struct look_task *task,
			      char *ret, size_t size)
{
	(void)context;
	snprintf(ret, size, "message queue %" PRIu32, (uint32_t)task->args[0]);
}

static bool sysv_msg_recognise(const struct kind_context *context, const struct look_task *task)
{
	(void)context;
	return MSG_CALLS & CALL_BIT(call_of(task));
}

/* ipc/msg.c */
static const char *const sysv_msg_wchan[] = { "do_msgrcv", "do_msgsnd", "ksys_msgrcv",
					      "ksys_msgsnd", NULL };

const struct kind sysv_msg_kind = {
	.kind = WAIT_SYSV_MSG,
	.wchan = sysv_msg_wchan,
	.recognise = sysv_msg_recognise,
	.resolve = sysv_msg_resolve,
	.describe = sysv_msg_describe,
};
